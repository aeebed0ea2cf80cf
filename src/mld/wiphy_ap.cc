// Access points: a link beacons.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/detail/bit_rates.h"
#include "mld/detail/he_config.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/power_save.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/transmit_settings.h"
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

bool has_other_owner(const Wdev& wdev, OwnerId owner) {
    return std::any_of(wdev.links().begin(), wdev.links().end(), [&](const auto& link) {
        return link->ap() != nullptr && link->ap()->settings().owner_ends_it && link->ap()->settings().owner != owner;
    });
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
    if (settings.owner_ends_it && has_other_owner(wdev, settings.owner)) return fail(EINVAL);
    const std::uint16_t interval_before = std::exchange(link.bss_config.beacon_interval, settings.beacon_interval);
    if (auto used = use_channel(link, settings.channel); !used) {
        link.bss_config.beacon_interval = interval_before;
        return used;
    }

    wdev.ssid_ = settings.ssid;
    link.bss_config.dtim_period = settings.dtim_period;
    link.bss_config.qos = true;
    link.bss_config.he = detail::he_config(ieee80211::ElementList(settings.beacon.tail));
    link.bss_config.bssid_index = settings.bssid_index;
    link.ap_ = std::make_unique<ApLink>(settings);
    link.ap_->recalculate_dtim(driver_->tsf(wdev));
    if (!wdev.ap_power_save_) wdev.ap_power_save_ = std::make_unique<ApPowerSave>(wdev);
    driver_->link_changed(link, {LinkChange::beacon_enabled, LinkChange::beacon, LinkChange::beacon_interval,
                                 LinkChange::bssid, LinkChange::dtim, LinkChange::queues});
    if (wdev.netdev() != nullptr) wdev.netdev()->set_carrier(true);
    world_.trace().record(world_.now(), "mld/ap-started",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"bssid", link.bssid().to_string()},
                           {"channel", settings.channel.to_string()}});
    world_.tell([&](Events& e) { e.access_point_started(wdev, link); });
    return {};
}

// cf. nl80211_set_beacon(), ieee80211_change_beacon()
Result<void> Wiphy::change_beacon(Wdev& wdev, std::optional<ieee80211::LinkId> id, const BeaconData& beacon) {
    auto link = ap_link(wdev, id);
    if (!link) return fail(link.error());
    if ((*link)->ap() == nullptr) return fail(EINVAL);
    if (!beacon.head.empty() && beacon.head.size() < min_beacon_head) return fail(EINVAL);
    const ApLink& there = *(*link)->ap();
    if (there.channel_switch() != nullptr || there.color_change() != nullptr)
        return fail(EBUSY);  // the counters' places would change
    (*link)->ap()->change_beacon(beacon);
    return {};
}

// cf. nl80211_stop_ap(), cfg80211_stop_ap()
Result<void> Wiphy::stop_ap(Wdev& wdev, std::optional<ieee80211::LinkId> id) {
    auto link = ap_link(wdev, id);
    if (!link) return fail(link.error());
    if ((*link)->ap() == nullptr) return fail(ENOENT);
    stop_ap_link(**link);
    return {};
}

// cf. ieee80211_stop_ap()
void Wiphy::stop_ap_link(Link& link) {
    Wdev& wdev = link.vif();
    const bool others = std::any_of(wdev.links().begin(), wdev.links().end(),
                                    [&](const auto& l) { return l.get() != &link && l->ap() != nullptr; });
    if (!others && wdev.netdev() != nullptr) wdev.netdev()->set_carrier(false);
    stations_->flush(wdev, wdev.is_mld() ? std::optional(link.id()) : std::nullopt);
    link.ap_.reset();
    wdev.transmit_blocked_ = false;
    driver_->link_changed(link, LinkChange::beacon_enabled);
    data_path_->transmit_again(wdev);
    data_path_->forget_link(link);
    data_path_->settings(wdev).qos_map.reset();  // cf. ___cfg80211_stop_ap()
    if (wdev.ap_power_save_) wdev.ap_power_save_->keep(link.id());
    if (!others) {
        wdev.ap_power_save_.reset();
        wdev.ssid_.reset();
    }
    release_channel(link);
    link.bss_config.beacon_interval = 0;
    world_.trace().record(world_.now(), "mld/ap-stopped",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"bssid", link.bssid().to_string()}});
    world_.regulatory().hint_disconnect();
}

// cf. cfg80211_autodisconnect_wk()
void Wiphy::stop_aps_of(OwnerId owner) {
    for (const auto& [id, wdev] : wdevs_) {
        const bool ends = std::any_of(wdev->links().begin(), wdev->links().end(), [&](const auto& link) {
            return link->ap() != nullptr && link->ap()->settings().owner_ends_it &&
                   link->ap()->settings().owner == owner;
        });
        if (ends) leave(*wdev);
    }
}

// cf. ieee80211_beacon_get()
std::span<const std::uint8_t> Wiphy::next_beacon(Link& link) {
    if (link.ap() == nullptr || link.ap()->is_nontransmitted()) return {};
    ApPowerSave* held = link.vif().power_save_buffer();
    ieee80211::Bytes& beacon = link.ap()->next_beacon(held, link.id());
    data_path_->protect_beacon(link, beacon);
    // The work of the last beacon before the switch is done when that is on the air.
    if (link.ap()->countdown_is_over())
        link.ap()->after_beacon(world_.queue().after({}, [this, &link] { countdown_ended(link); }));
    if (link.ap()->color_countdown_is_over())
        link.ap()->after_beacon(world_.queue().after({}, [this, &link] { finish_color_change(link); }));
    if (link.ap()->announced_group_traffic()) held->release_after_beacon(link);
    if (has_monitors() && !beacon.empty() && link.channel()) {  // cf. ieee80211_beacon_get_tim()
        TxStatus copy;
        copy.retries = 1;
        const BandCapabilities* band = profile_->band(link.channel()->band());
        if (band != nullptr && !band->rates.empty())
            copy.rate = phy::Rate::legacy(band->rates.front().hundred_kbps).value_or(copy.rate);
        show_sent_to_monitors(beacon, copy);
    }
    return beacon;
}

// cf. reg_check_chans_work(), where an interface leaves altogether whichever of its links may not stay. Here the others
// stay.
void Wiphy::leave_invalid_channels() {
    // A link is in use and may stay where it is. Nothing: it is not in use. cf. reg_wdev_chan_valid()
    const auto may_stay = [&](const Link& link) -> std::optional<bool> {
        if (link.ap() != nullptr) return can_beacon(link.ap()->settings().channel);
        const StationMlme* mlme = link.vif().mlme();
        if (mlme == nullptr || mlme->connection() == nullptr || !link.wanted_channel()) return std::nullopt;
        const BandChannels* band = this->band(link.wanted_channel()->band());
        return band != nullptr && usable_channel(*profile_, *link.wanted_channel(), band->channels);
    };
    for (const auto& [id, wdev] : wdevs_) {
        std::uint16_t closed = 0;
        bool others = false;
        for (const auto& link : wdev->links()) {
            const auto stays = may_stay(*link);
            if (stays == false) closed = static_cast<std::uint16_t>(closed | link->id().bit());
            if (stays == true) others = true;
        }
        if (closed == 0) continue;
        if (!wdev->is_mld() || !others) {
            leave(*wdev);
        } else if (wdev->mlme() != nullptr) {
            wdev->mlme()->give_back_links(closed);
        } else {
            for (const auto& link : wdev->links()) {
                if ((closed & link->id().bit()) == 0 || link->ap() == nullptr) continue;
                for (Sta* station : stations_->of(*wdev))
                    if (station->is_mld() && station->link(link->id()) != nullptr && station->links().size() > 1)
                        stations_->destroy_link(*station, link->id());
                stop_ap_link(*link);
                world_.tell([&of = *wdev, &stopped = *link](Events& e) { e.access_point_stopped(of, stopped); });
            }
        }
    }
}

// cf. nl80211_set_bss() and ieee80211_change_bss()
Result<void> Wiphy::set_bss(Wdev& wdev, std::optional<ieee80211::LinkId> id, const BssParameters& parameters) {
    auto found = ap_link(wdev, id);
    if (!found) return fail(found.error());
    Link& link = **found;
    if (link.ap() == nullptr) return fail(ENOENT);
    if (!link.channel()) return fail(EINVAL);
    const phy::Band on = link.channel()->band();
    BssConfig& config = link.bss_config;
    if (parameters.basic_rates) {
        const auto& bands = profile_->bands;
        const auto band = std::find_if(bands.begin(), bands.end(), [&](const auto& b) { return b.band == on; });
        if (band == bands.end() || !detail::knows_a_rate(*band, *parameters.basic_rates)) return fail(EINVAL);
        config.basic_rates = *parameters.basic_rates;
    }
    if (parameters.use_cts_protection) config.use_cts_protection = *parameters.use_cts_protection;
    if (parameters.use_short_preamble) config.use_short_preamble = *parameters.use_short_preamble;
    if (on == phy::Band::ghz5 || on == phy::Band::ghz6) config.use_short_slot_time = true;
    if (parameters.use_short_slot_time) config.use_short_slot_time = *parameters.use_short_slot_time;
    if (parameters.ap_isolate) wdev.ap_isolate_ = *parameters.ap_isolate;
    if (parameters.ht_operation_mode) config.ht_operation_mode = *parameters.ht_operation_mode;
    driver_->link_changed(
        link, {LinkChange::protection, LinkChange::slot_time, LinkChange::basic_rates, LinkChange::ht_operation});
    return {};
}

// cf. nl80211_parse_wiphy_txq_params() behind its policy, ieee80211_set_txq_params()
Result<void> Wiphy::set_tx_queue(Wdev& wdev, std::optional<ieee80211::LinkId> id, const TxQueueParameters& parameters) {
    auto link = ap_link(wdev, id);
    if (!link) return fail(link.error());
    if (parameters.access_category >= (*link)->bss_config.tx_queues.size()) return fail(EINVAL);
    (*link)->bss_config.tx_queues[parameters.access_category] = parameters;
    driver_->link_changed(**link, LinkChange::queues);
    return {};
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
