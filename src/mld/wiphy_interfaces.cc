// Interfaces come, change their type, and go.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/bridge.h"
#include "mld/data_path.h"
#include "mld/detail/features.h"
#include "mld/detail/vif_power_save.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/scanner.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

// cf. ieee80211_if_add()
constexpr std::uint32_t min_mtu = 256;
constexpr std::uint32_t max_mtu = 2304;
constexpr std::uint32_t max_monitor_mtu = 0;  // none

bool has_no_netdev(InterfaceType type) {
    return type == InterfaceType::p2p_device || type == InterfaceType::nan || type == InterfaceType::pd;
}

/// Roles that this MAC plays. The others are refused as a driver without them would.
bool is_played(InterfaceType type) {
    switch (type) {
        case InterfaceType::station:
        case InterfaceType::ap:
        case InterfaceType::monitor:
        case InterfaceType::p2p_device:
        case InterfaceType::p2p_client:
        case InterfaceType::p2p_go:
        case InterfaceType::adhoc:
        case InterfaceType::ap_vlan:
        case InterfaceType::mesh_point:
        case InterfaceType::ocb:
            return true;
        default:
            return false;
    }
}

}  // namespace

// cf. cfg80211_iftype_allowed()
bool Wiphy::type_allowed(InterfaceType type, bool use_4addr) const {
    if (type == InterfaceType::ap_vlan && use_4addr) return profile_->has(WiphyFlag::four_address_ap);
    return profile_->interface_types.contains(type);
}

bool Wiphy::is_software_type(InterfaceType type) const {
    if (!profile_->software_interface_types.contains(type) && type == InterfaceType::ap_vlan)
        return profile_->has(WiphyFlag::four_address_ap);
    return profile_->software_interface_types.contains(type);
}

// cf. nl80211_valid_4addr()
Result<void> Wiphy::check_4addr(InterfaceType type, bool use_4addr) const {
    if (!use_4addr) return {};
    if (type == InterfaceType::ap_vlan && profile_->has(WiphyFlag::four_address_ap)) return {};
    if (type == InterfaceType::station && profile_->has(WiphyFlag::four_address_station)) return {};
    return fail(EOPNOTSUPP);
}

// cf. ieee80211_assign_perm_addr()
ieee80211::MacAddress Wiphy::free_address(InterfaceType type) const {
    if (addresses_.size() <= 1 || type == InterfaceType::monitor) return addresses_.front();
    if (type == InterfaceType::ap_vlan) {
        for (auto it = wdevs_.rbegin(); it != wdevs_.rend(); ++it)
            if (it->second->type() == InterfaceType::ap) return it->second->address();
        return addresses_.front();
    }
    for (const auto& address : addresses_) {
        const bool used = std::any_of(wdevs_.begin(), wdevs_.end(),
                                      [&](const auto& entry) { return entry.second->address() == address; });
        if (!used) return address;
    }
    return addresses_.front();
}

Result<Wdev*> Wiphy::add_interface(const InterfaceSpec& spec) {
    if (spec.name.empty()) return fail(EINVAL);
    if (spec.type == InterfaceType::mlo_link) return fail(EOPNOTSUPP, "a link wdev is made by its MLD");

    std::optional<ieee80211::MacAddress> address;
    if (spec.address && (has_no_netdev(spec.type) || (profile_->features & feature::mac_on_create) != 0)) {
        if (!spec.address->is_valid_individual()) return fail(EADDRNOTAVAIL);
        address = spec.address;
    }
    const bool use_4addr = spec.use_4addr.value_or(false);
    if (auto valid = check_4addr(spec.type, use_4addr); !valid) return fail(valid.error());
    if (!type_allowed(spec.type, use_4addr) || !is_played(spec.type)) return fail(EOPNOTSUPP);
    if (!spec.monitor_flags.empty()) {
        // cf. nl80211_parse_mon_options()
        if (spec.type != InterfaceType::monitor) return fail(EINVAL);
        if (spec.monitor_flags.has(MonitorFlag::active) && (profile_->features & feature::active_monitor) == 0)
            return fail(EOPNOTSUPP);
    }

    auto owned = std::make_unique<Wdev>(*this, last_wdev_ + 1, spec.type, address.value_or(free_address(spec.type)));
    Wdev& wdev = *owned;
    wdev.use_4addr_ = use_4addr;
    wdev.power_save_ = profile_->has(WiphyFlag::power_save_by_default);
    wdev.radio_mask_ = all_radios();
    reset_links(wdev);
    if (spec.type == InterfaceType::monitor) {
        wdev.monitor_flags_ = {MonitorFlag::control, MonitorFlag::other_bss};
        if (!spec.monitor_flags.empty()) wdev.monitor_flags_ = spec.monitor_flags;
    }

    if (has_no_netdev(spec.type)) {
        wdev.name_ = spec.name.substr(0, max_netdev_name - 1);
    } else {
        auto name = world_.netdev_name_for(spec.name, ENFILE);
        if (!name) return fail(name.error());
        NetdevSetup setup;
        setup.name = std::move(*name);
        setup.name_origin = spec.name_origin;
        setup.type = spec.type == InterfaceType::monitor ? LinkType::radiotap : LinkType::ethernet;
        setup.address = wdev.address();
        setup.permanent_address = wdev.address();  // cf. register_netdevice(), NET_ADDR_PERM
        setup.min_mtu = min_mtu;
        setup.max_mtu = spec.type == InterfaceType::monitor ? max_monitor_mtu : max_mtu;
        setup.parent_device = parent_device_;
        wdev.netdev_ = &world_.add_netdev(std::move(setup), &wdev);
        wdev.has_queue_ = spec.type != InterfaceType::ap_vlan &&
                          (spec.type != InterfaceType::monitor || wdev.monitor_flags_.has(MonitorFlag::active));
    }
    ++last_wdev_;
    wdev.owner_ = spec.owner;
    register_wdev(std::move(owned));
    if (spec.radio_mask) wdev.radio_mask_ = *spec.radio_mask;
    return &wdev;
}

// cf. cfg80211_register_wdev()
Wdev& Wiphy::register_wdev(std::unique_ptr<Wdev> owned) {
    Wdev& wdev = *owned;
    wdevs_.emplace(wdev.id().local(), std::move(owned));
    ++interface_generation_;
    wdev.registered_ = true;
    wdev_event("mld/wdev-added", wdev);
    world_.tell([&](Events& e) { e.interface_added(wdev); });
    if (wdev.type() == InterfaceType::station) register_station_links(wdev);
    return wdev;
}

// cf. _cfg80211_unregister_wdev(). A station's link wdevs go before it does.
void Wiphy::unregister_wdev(Wdev& wdev) {
    while (!wdev.link_wdevs_.empty())
        unregister_link(*wdev.link_wdevs_.back());
    world_.tell([&](Events& e) { e.interface_removed(wdev); });
    wdev_event("mld/wdev-removed", wdev);
    wdev.registered_ = false;
    std::erase_if(registrations_, [&](const Registration& r) { return r.wdev == &wdev; });
    if (wdev.netdev_ != nullptr) {
        world_.remove_netdev(*wdev.netdev_);
        wdev.netdev_ = nullptr;
    }
    ++interface_generation_;
    data_path_->forget_settings(wdev);
    wdevs_.erase(wdev.id().local());
}

Result<void> Wiphy::remove_interface(Wdev& wdev) {
    if (wdev.is_link()) return fail(EOPNOTSUPP, "a link wdev lives and dies with its MLD");
    if (wdev.netdev() != nullptr) {
        (void)wdev.netdev()->set_up(false);  // cannot fail
    } else {
        (void)stop_p2p_device(wdev);
    }
    unregister_wdev(wdev);
    return {};
}

void Wiphy::release(OwnerId owner) {
    std::vector<Wdev*> orphans;
    for (const auto& [id, wdev] : wdevs_)
        if (wdev->owner() == owner) orphans.push_back(wdev.get());
    for (const auto& [id, wdev] : wdevs_)
        if (wdev->unexpected_frame_owner_ == owner) wdev->unexpected_frame_owner_ = {};
    std::erase(beacon_watchers_, owner);
    for (Wdev* wdev : orphans)
        (void)remove_interface(*wdev);  // no link wdev has an owner
    for (const auto& [id, wdev] : wdevs_)
        if (wdev->mlme() != nullptr) wdev->mlme()->release(owner);
    stop_aps_of(owner);
}

void Wiphy::reset_links(Wdev& wdev) {
    wdev.links_.clear();
    wdev.valid_links_ = 0;
    wdev.active_links_ = 0;
    wdev.dormant_links_ = 0;
    wdev.suspended_links_ = 0;
    wdev.link_mapping_.reset();
    auto& link = wdev.links_.emplace_back(std::make_unique<Link>(wdev, ieee80211::LinkId{}, wdev.address()));
    if (wdev.type() == InterfaceType::ap || wdev.type() == InterfaceType::p2p_go) link->bssid_ = wdev.address();
    // cf. ieee80211_sta_setup_sdata()
    const bool is_client = wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
    wdev.mlme_ = is_client ? std::make_unique<StationMlme>(wdev) : nullptr;
}

// cf. ieee80211_teardown_sdata(), ieee80211_setup_sdata()
void Wiphy::reset_type(Wdev& wdev, InterfaceType type) {
    const bool was_station = wdev.type_ == InterfaceType::station;
    wdev.type_ = type;
    data_path_->type_changed(wdev);
    wdev.ssid_.reset();
    wdev.preset_channel_.reset();
    wdev.ap_isolate_ = false;
    wdev.unexpected_frame_owner_ = {};
    wdev.monitor_flags_ =
        type == InterfaceType::monitor ? MonitorFlags{MonitorFlag::control, MonitorFlag::other_bss} : MonitorFlags{};
    if (wdev.netdev_ != nullptr)
        wdev.netdev_->set_type(type == InterfaceType::monitor ? LinkType::radiotap : LinkType::ethernet);
    reset_links(wdev);
    // The links of a station are the station's: another type has none.
    if (was_station && type != InterfaceType::station)
        while (!wdev.link_wdevs_.empty())
            unregister_link(*wdev.link_wdevs_.back());
    if (!was_station && type == InterfaceType::station) register_station_links(wdev);
}

// cf. ieee80211_set_mon_options()
Result<void> Wiphy::set_monitor_options(Wdev& wdev, MonitorFlags flags) {
    if (flags.empty()) return {};
    const bool was_active = wdev.monitor_flags().has(MonitorFlag::active);
    if (wdev.running() && flags.has(MonitorFlag::active) != was_active) return fail(EBUSY);
    // An active monitor needs a queue of its own, which only its birth gives it.
    if (flags.has(MonitorFlag::active) && !was_active) return fail(EOPNOTSUPP);
    wdev.monitor_flags_ = flags;
    return {};
}

// cf. ieee80211_if_change_type(), ieee80211_runtime_change_iftype()
Result<void> Wiphy::change_type(Wdev& wdev, InterfaceType type) {
    if (type == wdev.type()) return {};
    if (!wdev.running()) {
        reset_type(wdev, type);
        return {};
    }
    if (wdev.is_mld()) return fail(EBUSY);
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::station:
        case InterfaceType::adhoc:
        case InterfaceType::ocb:
            break;
        default:
            return fail(EBUSY);
    }
    switch (type) {
        case InterfaceType::ap:
        case InterfaceType::station:
        case InterfaceType::adhoc:
        case InterfaceType::ocb:
        case InterfaceType::p2p_client:
        case InterfaceType::p2p_go:
            break;
        default:
            return fail(EBUSY);
    }
    if (auto fits = check_concurrent(wdev, type); !fits) return fits;
    do_stop(wdev, false);
    if (auto changed = driver_->change_interface(wdev, type); !changed) {
        (void)do_open(wdev, false);
        return changed;
    }
    for (Wdev* link : wdev.link_wdevs_)
        stop_link(*link);
    reset_type(wdev, type);
    if (auto opened = do_open(wdev, false); !opened) return opened;
    for (Wdev* link : wdev.link_wdevs_)
        start_link(*link);
    return {};
}

// cf. nl80211_set_interface(), cfg80211_change_iface()
Result<void> Wiphy::change_interface(Wdev& wdev, const InterfaceChange& change) {
    const InterfaceType old_type = wdev.type();
    const InterfaceType type = change.type.value_or(old_type);
    if (old_type == InterfaceType::mlo_link || type == InterfaceType::mlo_link)
        return fail(EOPNOTSUPP, "nothing becomes a link wdev or ceases to be one");

    bool changes = type != old_type;
    const bool bridged = wdev.netdev() != nullptr && world_.bridges().master_of(*wdev.netdev()) != nullptr;
    if (change.use_4addr) {
        changes = true;
        if (!*change.use_4addr && bridged) return fail(EBUSY);  // cf. nl80211_valid_4addr()
        if (auto valid = check_4addr(type, *change.use_4addr); !valid) return valid;
    }
    if (!change.monitor_flags.empty()) {
        if (type != InterfaceType::monitor) return fail(EINVAL);
        if (change.monitor_flags.has(MonitorFlag::active) && (profile_->features & feature::active_monitor) == 0)
            return fail(EOPNOTSUPP);
        changes = true;
    }
    if (change.radio_mask && wdev.running()) return fail(EBUSY);

    if (changes) {
        if (old_type == InterfaceType::ap_vlan || has_no_netdev(old_type) || has_no_netdev(type))
            return fail(EOPNOTSUPP);
        if (!profile_->interface_types.contains(type) || !is_played(type)) return fail(EOPNOTSUPP);
        if (type != old_type) {
            if (bridged &&
                (type == InterfaceType::station || type == InterfaceType::adhoc || type == InterfaceType::p2p_client))
                return fail(EBUSY);
            wdev.use_4addr_ = false;
            leave(wdev);
            std::erase_if(registrations_, [&](const Registration& r) { return r.wdev == &wdev; });
        }
        if (auto done = change_type(wdev, type); !done) return done;
        if (wdev.type() == InterfaceType::monitor) {
            if (auto done = set_monitor_options(wdev, change.monitor_flags); !done) return done;
        }
        if (change.use_4addr) wdev.use_4addr_ = *change.use_4addr;
    }
    if (change.radio_mask) wdev.radio_mask_ = *change.radio_mask;
    if (changes) {
        wdev_event("mld/wdev-changed", wdev);
        world_.tell([&](Events& e) { e.interface_changed(wdev); });
    }
    return {};
}

// cf. nl80211_set_power_save(), ieee80211_set_power_mgmt()
Result<void> Wiphy::set_power_save(Wdev& wdev, bool on) {
    if (wdev.power_save() == on) return {};
    if (wdev.type() != InterfaceType::station || !profile_->has(WiphyFlag::power_save)) return fail(EOPNOTSUPP);
    wdev.power_save_ = on;
    detail::recalculate_power_save(wdev);
    return {};
}

// cf. _ieee80211_change_mac(), ieee80211_can_powered_addr_change()
Result<void> Wiphy::change_address(Wdev& wdev, const ieee80211::MacAddress& address) {
    if (wdev.running()) {
        if (wdev.netdev()->carrier()) return fail(EBUSY);
        const bool scanning = scanner_->current() != nullptr && scanner_->current()->wdev == &wdev;
        if (wdev.type() != InterfaceType::station && wdev.type() != InterfaceType::p2p_client) return fail(EOPNOTSUPP);
        if (scanning) return fail(EBUSY);
        driver_->remove_interface(wdev);
    }
    const bool valid = address.is_valid_individual();
    if (valid) {
        wdev.address_ = address;
        if (!wdev.is_mld()) {
            wdev.default_link().address_ = address;
            if (wdev.type() == InterfaceType::ap || wdev.type() == InterfaceType::p2p_go)
                wdev.default_link().bssid_ = address;
        }
    }
    if (wdev.running()) {
        const auto added = driver_->add_interface(wdev);
        MLOSIM_INVARIANT(added.has_value(), "a driver takes back the interface it has just let go");
    }
    if (!valid) return fail(EADDRNOTAVAIL);
    return {};
}

}  // namespace mlosim::mld
