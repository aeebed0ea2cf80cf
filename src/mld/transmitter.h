#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "mld/air_turns.h"
#include "mld/frame.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::mld {

/// A frame on its way from the MAC to the air.
struct Outgoing {
    ieee80211::Bytes bytes;
    phy::ChannelDefinition channel;
    phy::Dbm power;
    phy::Rate rate;
    /// Not 0: what became of it is reported.
    std::uint64_t cookie = 0;
    /// Monitors show it when it has been sent: reported whatever its cookie is.
    bool is_watched = false;
    /// How often it is sent at most, if the MAC said so.
    std::optional<unsigned> attempts;
    /// Somebody shall acknowledge it.
    bool wants_acknowledgement = false;
    bool stamp_tsf = false;
    std::optional<phy::Dbm> heard_with;
    unsigned attempts_left = 1;
    unsigned retries = 0;
    /// With that many attempts left or fewer it is sent so.
    struct LastResort {
        unsigned attempts_left;
        phy::Rate rate;
        phy::ChannelDefinition channel;
    };
    std::optional<LastResort> last_resort;
    /// Between MLDs: it may have to wait for another of their links.
    std::optional<LinkOfMld> way;
    unsigned initial_frames = 0;  ///< that nobody answered
    bool was_held = false;
};

/// Writes the sender's time over a beacon's or probe response's Timestamp.
void stamp_tsf(ieee80211::Bytes& bytes, sim::Time now, const phy::Rate& rate);

/// Sends one frame after the other on each channel: a radio's later frames do not overtake its earlier ones. Frames
/// that nobody acknowledged are sent anew, where the medium loses any.
class Transmitter {
public:
    using OnAir = std::function<void(const ieee80211::Bytes&, const phy::Rate&, const phy::Channel&)>;
    using Report = std::function<void(const TxStatus&)>;
    /// A frame of that transmitter was acknowledged.
    using Acknowledged = std::function<void(const phy::Channel&, const ieee80211::MacAddress&)>;

    /// Frames that wait for one channel; what comes beyond them is given up at once.
    static constexpr std::size_t queue_length = 1024;

    Transmitter(phy::Medium& medium, sim::EventQueue& queue, OnAir on_air, Report report, Acknowledged acknowledged);

    /// What frames between MLDs keep to. Must outlive it.
    void obey(AirTurns& turns) { turns_ = &turns; }
    /// Told once of each frame that has to wait.
    using Held = std::function<void(const Outgoing&, const AirTurns::Hold&)>;
    void on_held(Held held) { on_held_ = std::move(held); }

    void send(phy::PortId port, Outgoing frame);
    /// Reports soon that a frame is lost.
    void give_up(std::uint64_t cookie);
    /// The medium says what became of what is in the air.
    void landed(phy::PortId port, const phy::TransmitReport& report);
    /// The radio is switched off: what was handed over still goes out (mac80211_hwsim sends at once), but nobody is
    /// told.
    void stop();

private:
    /// What waits for one channel. The first one is in the air while `in_air` is not 0.
    struct Lane {
        std::deque<Outgoing> waiting;
        std::uint64_t in_air = 0;
        FrameBytes flying;     ///< what is in the air
        bool initial = false;  ///< that is not the first frame, but what has to come before it
        sim::Timer held;
    };

    void next(phy::PortId port, Lane& lane);
    [[nodiscard]] bool choose(phy::PortId port, Lane& lane);
    void call(phy::PortId port, Lane& lane, AirTurns::InitialFrame initial);
    void answered(phy::PortId port, Lane& lane, bool acknowledged);
    void start(phy::PortId port, Lane& lane);
    void finish(phy::PortId port, Lane& lane, const FrameBytes& sent, const phy::TransmitReport& report);

    phy::Medium& medium_;
    sim::EventQueue& queue_;
    OnAir on_air_;
    Report report_;
    Acknowledged acknowledged_;
    AirTurns* turns_ = nullptr;
    Held on_held_;
    std::map<phy::Frequency, Lane> lanes_;  // by the center of the primary channel
    std::uint64_t last_flight_ = 0;
    std::vector<std::uint64_t> given_up_;
    sim::Timer giving_up_;
};

}  // namespace mlosim::mld
