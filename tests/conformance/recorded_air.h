#pragma once

#include <map>
#include <string>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/mac_address.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::conformance {

/// The access points of the MT7925's recordings: they say again what they said then. Beacons every 102.4 ms, and to
/// each request the recorded answer. (The recording's chip heard a beacon on every channel of a sweep: so a probe
/// request is answered with one, too.)
class RecordedAir final : private phy::RadioPort {
public:
    RecordedAir(phy::Medium& medium, sim::EventQueue& queue);
    ~RecordedAir();
    RecordedAir(const RecordedAir&) = delete;
    RecordedAir& operator=(const RecordedAir&) = delete;

    /// The file that has their frames. False: it cannot be read.
    bool read(const std::string& file);

private:
    struct AccessPoint {
        ieee80211::MacAddress bssid;
        phy::Channel channel;
        ieee80211::Bytes beacon;
        std::map<std::uint8_t, ieee80211::Bytes> answers;  ///< by the first octet of the answer
    };
    bool receive(const phy::Reception& reception) override;
    void beacon();
    void answer(AccessPoint& from, std::uint8_t kind, const ieee80211::MacAddress& to);
    void grant_block_ack(AccessPoint& from, const ieee80211::FrameView& request);
    void send(const AccessPoint& from, ieee80211::Bytes frame);

    phy::Medium& medium_;
    sim::EventQueue& queue_;
    phy::PortId port_;
    std::vector<AccessPoint> access_points_;
    std::uint16_t sequence_ = 0;
    sim::Timer beacons_;
    std::vector<sim::Timer> answers_;
};

}  // namespace mlosim::conformance
