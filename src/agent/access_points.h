#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/access_point.h"
#include "mld/events.h"
#include "mld/world.h"

namespace mlosim::agent {

/// Where access points stand together: those of one site tell of each other's 6 GHz BSSs.
struct SiteId {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(SiteId, SiteId) = default;
};

/// The built-in access points of a world. Watches it for them: an interface that comes up again beacons again,
/// regulation that changes changes beacons, an interface that is gone takes its access point with it.
class AccessPoints final : public mld::Events {
public:
    explicit AccessPoints(mld::World& world);
    ~AccessPoints() override;
    AccessPoints(const AccessPoints&) = delete;
    AccessPoints& operator=(const AccessPoints&) = delete;

    /// An access point on `wdev`, which is of type AP and has no other. It does not beacon before start().
    AccessPoint& add(mld::Wdev& wdev, NetworkSettings settings, SiteId site);
    /// Starts it; the beacons of its site follow within the moment.
    [[nodiscard]] tl::expected<void, AccessPoint::StartError> start(AccessPoint& access_point);
    [[nodiscard]] AccessPoint* find(const mld::Wdev& wdev) const;
    /// By the network's name in its settings.
    [[nodiscard]] AccessPoint* find(std::string_view network) const;
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

    void control_port_received(mld::Wdev& wdev, mld::OwnerId owner, ieee80211::ByteView ethernet, bool unencrypted,
                               std::optional<ieee80211::LinkId> link) override;
    void unexpected_frame(mld::Wdev& wdev, const ieee80211::MacAddress& sender, bool four_addresses,
                          std::optional<ieee80211::LinkId> link) override;
    void client_probed(mld::Wdev& wdev, const ieee80211::MacAddress& station, std::uint64_t cookie, bool acknowledged,
                       std::optional<int> signal_dbm) override;
    void netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) override;
    void interface_changed(mld::Wdev& wdev) override;
    void interface_removed(mld::Wdev& wdev) override;
    void regulatory_changed(const mld::RegulatoryRequest&) override;
    void channel_switched(mld::Wdev& wdev, const mld::Link&, const phy::ChannelDefinition&) override;
    void color_changed(mld::Wdev& wdev, const mld::Link&) override;

private:
    struct Member {
        SiteId site;
        std::unique_ptr<AccessPoint> access_point;
        /// Something happened after which it may be able to start again. One try each: starting is an event too.
        bool may_start = false;
    };
    [[nodiscard]] std::vector<const Bss*> six_ghz_at(SiteId site) const;
    void joined(const AccessPoint* at, const ieee80211::MacAddress& station);
    void check_soon();
    void check();

    mld::World& world_;
    rsn::TransitionKeys transition_keys_;
    /// In the order of the interfaces' numbers, which is the order of creation on each wiphy.
    std::map<mld::WdevId, Member> members_;
    sim::Timer check_;
};

}  // namespace mlosim::agent
