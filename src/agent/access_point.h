#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/bss.h"
#include "agent/bss_elements.h"
#include "agent/network_settings.h"
#include "agent/stations.h"
#include "ieee80211/frame_header.h"
#include "mld/frame_listener.h"
#include "mld/wdev.h"
#include "mld/world.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::agent {

/// Counters of what an access point did.
struct AccessPointCounters {
    std::uint64_t probe_responses = 0;
    std::uint64_t multi_link_probe_responses = 0;
    /// Answers that were not given because too many were under way.
    std::uint64_t overruns = 0;
};

/// A built-in access point or AP MLD: what hostapd is to a real radio. It lives above mld's upper face, on one
/// interface of type AP: START_AP on each link, and answers to the frames that it registered for.
class AccessPoint final : public mld::FrameListener {
public:
    /// The BSSs that stand at the same place, its own among them.
    using Colocated = std::function<std::vector<const Bss*>()>;

    AccessPoint(mld::Wdev& wdev, NetworkSettings settings, Colocated colocated);
    AccessPoint(const AccessPoint&) = delete;
    AccessPoint& operator=(const AccessPoint&) = delete;

    /// What could not be, and on which link (its place in the settings), if on one.
    struct StartError {
        Error error;
        std::optional<std::size_t> link;
    };
    /// Brings the interface up, makes the links and beacons on all of them, or on none.
    [[nodiscard]] tl::expected<void, StartError> start();
    /// Beacons anew with what regulation and the neighborhood are now.
    void refresh();

    [[nodiscard]] mld::Wdev& wdev() const noexcept { return wdev_; }
    [[nodiscard]] const NetworkSettings& settings() const noexcept { return settings_; }
    /// One for each link, in the order of the settings.
    [[nodiscard]] std::span<const Bss> bsses() const noexcept { return bsses_; }
    /// Whether the MAC sends beacons for it; running(): whether it believes so. They differ when it was stopped from
    /// outside.
    [[nodiscard]] bool beacons() const;
    [[nodiscard]] bool running() const noexcept { return running_; }
    [[nodiscard]] const Stations& stations() const noexcept { return stations_; }
    [[nodiscard]] const AccessPointCounters& counters() const noexcept { return counters_; }

    /// The interface went down, or the MAC stopped the access point: what the stations were is over.
    void stopped(const char* reason);

    bool frame_received(mld::Wdev& wdev, const mld::FrameBytes& frame, const mld::RxStatus& status) override;

private:
    struct Reply {
        std::size_t link = 0;
        ieee80211::Bytes frame;
        sim::Timer timer;
    };

    [[nodiscard]] Result<void> register_frames();
    void describe();
    [[nodiscard]] Surroundings surroundings(const Bss& bss) const;
    [[nodiscard]] mld::BeaconData beacon(const Bss& bss) const;
    [[nodiscard]] const mld::ApLink* ap_link(const Bss& bss) const;
    [[nodiscard]] std::uint8_t dtim_count(const Bss& bss) const;
    [[nodiscard]] std::optional<ieee80211::LinkId> link_id(const Bss& bss) const;
    [[nodiscard]] mld::World& world() const;
    void probed(std::size_t link, const ieee80211::FrameView& request);
    [[nodiscard]] ieee80211::Bytes probe_response(std::size_t link, const ieee80211::FrameView& request);
    void authenticating(std::size_t link, const ieee80211::FrameView& frame);
    void associating(std::size_t link, const ieee80211::FrameView& frame);
    void leaving(const ieee80211::FrameView& frame);
    [[nodiscard]] bool turned_away(std::size_t link, const ieee80211::MacAddress& station);
    void reply(std::size_t link, ieee80211::Bytes frame);

    mld::Wdev& wdev_;
    const NetworkSettings settings_;
    const Colocated colocated_;
    std::uint8_t color_;
    unsigned tbtt_base_;
    bool registered_ = false;
    bool running_ = false;
    std::vector<Bss> bsses_;
    /// The elements of each link's probe response, made with its beacon.
    std::vector<ieee80211::Bytes> probe_elements_;
    Stations stations_;
    std::list<Reply> replies_;
    AccessPointCounters counters_;
};

}  // namespace mlosim::agent
