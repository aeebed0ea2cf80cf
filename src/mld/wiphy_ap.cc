// Access points: a link beacons.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/usable_channel.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

// cf. cfg80211_validate_beacon_int()
constexpr std::uint16_t min_beacon_interval = 10;
constexpr std::uint16_t max_beacon_interval = 10000;
/// A beacon's MAC header, timestamp, interval and capabilities.
constexpr std::size_t min_beacon_head = 36;

bool is_ap(InterfaceType type) {
    return type == InterfaceType::ap || type == InterfaceType::p2p_go;
}

}  // namespace

// cf. _cfg80211_reg_can_beacon(): channels that need radar detection need a check that nobody makes yet
bool Wiphy::can_beacon(const phy::ChannelDefinition& channel) const {
    if (!channel.valid()) return false;
    const BandChannels* band = this->band(channel.band());
    if (band == nullptr) return false;
    return usable_channel(profile(), channel, band->channels,
                          {phy::ChannelFlag::disabled, phy::ChannelFlag::no_ir, phy::ChannelFlag::radar});
}

Result<Link*> Wiphy::ap_link(Wdev& wdev, std::optional<ieee80211::LinkId> id) const {
    if (!is_ap(wdev.type())) return fail(EOPNOTSUPP);
    if (id.has_value() != wdev.is_mld()) return fail(wdev.is_mld() ? EINVAL : ENOLINK);
    Link* link = id ? wdev.link(*id) : &wdev.default_link();
    if (link == nullptr) return fail(ENOLINK);
    return link;
}

// cf. nl80211_start_ap(), ieee80211_start_ap()
Result<void> Wiphy::start_ap(Wdev& wdev, std::optional<ieee80211::LinkId> id, const AccessPointSettings& settings) {
    auto found = ap_link(wdev, id);
    if (!found) return fail(found.error());
    Link& link = **found;
    if (!wdev.running()) return fail(ENETDOWN);
    if (link.ap() != nullptr) return fail(EALREADY);
    if (settings.beacon_interval < min_beacon_interval || settings.beacon_interval > max_beacon_interval)
        return fail(EINVAL);
    if (settings.dtim_period == 0) return fail(EINVAL);
    if (settings.beacon.head.size() < min_beacon_head) return fail(EINVAL);
    if (settings.ssid.is_wildcard()) return fail(EINVAL);
    if (wdev.ssid() && *wdev.ssid() != settings.ssid) return fail(EINVAL);  // the links of an MLD have one SSID
    if (!can_beacon(settings.channel)) return fail(EINVAL);
    if (auto used = use_channel(link, settings.channel); !used) return used;

    wdev.ssid_ = settings.ssid;
    link.ap_ = std::make_unique<ApLink>(settings);
    driver_->link_changed(link);
    if (wdev.netdev() != nullptr) wdev.netdev()->set_carrier(true);
    world_.trace().record(world_.now(), "mld/ap-started",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"bssid", link.bssid().to_string()},
                           {"channel", settings.channel.to_string()}});
    return {};
}

Result<void> Wiphy::change_beacon(Wdev& wdev, std::optional<ieee80211::LinkId> id, const BeaconData& beacon) {
    auto link = ap_link(wdev, id);
    if (!link) return fail(link.error());
    if ((*link)->ap() == nullptr) return fail(ENOENT);
    if (beacon.head.size() < min_beacon_head) return fail(EINVAL);
    (*link)->ap()->change_beacon(beacon);
    return {};
}

// cf. nl80211_stop_ap(), ieee80211_stop_ap()
Result<void> Wiphy::stop_ap(Wdev& wdev, std::optional<ieee80211::LinkId> id) {
    auto link = ap_link(wdev, id);
    if (!link) return fail(link.error());
    if ((*link)->ap() == nullptr) return fail(ENOENT);
    stop_ap_link(**link);
    return {};
}

void Wiphy::stop_ap_link(Link& link) {
    Wdev& wdev = link.vif();
    link.ap_.reset();
    driver_->link_changed(link);
    release_channel(link);
    const bool others =
        std::any_of(wdev.links().begin(), wdev.links().end(), [](const auto& l) { return l->ap() != nullptr; });
    if (!others) {
        wdev.ssid_.reset();
        if (wdev.netdev() != nullptr) wdev.netdev()->set_carrier(false);
    }
    world_.trace().record(world_.now(), "mld/ap-stopped",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"bssid", link.bssid().to_string()}});
}

std::span<const std::uint8_t> Wiphy::next_beacon(Link& link) {
    if (link.ap() == nullptr) return {};
    return link.ap()->next_beacon();
}

void Wiphy::leave_invalid_channels() {
    for (const auto& [id, wdev] : wdevs_) {
        // An interface leaves altogether, whichever of its links may not stay. cf. reg_wdev_chan_valid()
        const bool invalid = std::any_of(wdev->links().begin(), wdev->links().end(), [&](const auto& link) {
            return link->ap() != nullptr && !can_beacon(link->ap()->settings().channel);
        });
        if (invalid) leave(*wdev);
    }
}

Result<void> Wiphy::set_bss(Wdev&, std::optional<ieee80211::LinkId>, const BssParameters&) {
    return fail(EOPNOTSUPP);
}

Result<void> Wiphy::set_tx_queue(Wdev&, std::optional<ieee80211::LinkId>, const TxQueueParameters&) {
    return fail(EOPNOTSUPP);
}

Result<void> Wiphy::switch_channel(Wdev&, std::optional<ieee80211::LinkId>, const ChannelSwitch&) {
    return fail(EOPNOTSUPP);
}

// cf. nl80211_register_unexpected_frame()
Result<void> Wiphy::watch_unexpected_frames(Wdev& wdev, OwnerId owner) {
    if (!is_ap(wdev.type())) return fail(EINVAL);
    if (wdev.unexpected_frame_owner_) return fail(EBUSY);
    wdev.unexpected_frame_owner_ = owner;
    return {};
}

// cf. nl80211_register_beacons()
Result<void> Wiphy::watch_beacons(OwnerId owner) {
    if (std::find(beacon_watchers_.begin(), beacon_watchers_.end(), owner) != beacon_watchers_.end())
        return fail(EALREADY);
    beacon_watchers_.push_back(owner);
    return {};
}

}  // namespace mlosim::mld
