// Interfaces go up and down, and what they may do at the same time.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/detail/combinations.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/off_channel.h"
#include "mld/scanner.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

// cf. identical_mac_addr_allowed()
bool may_share_address(InterfaceType a, InterfaceType b) {
    const auto shares = [](InterfaceType t) { return t == InterfaceType::monitor || t == InterfaceType::p2p_device; };
    const auto ap_or_vlan = [](InterfaceType t) { return t == InterfaceType::ap || t == InterfaceType::ap_vlan; };
    if (shares(a) || shares(b)) return true;
    return ap_or_vlan(a) && ap_or_vlan(b) && !(a == InterfaceType::ap && b == InterfaceType::ap);
}

bool is_beaconing_type(InterfaceType type) {
    return type == InterfaceType::ap || type == InterfaceType::p2p_go;
}

bool starts_without_carrier(InterfaceType type) {
    switch (type) {
        case InterfaceType::station:
        case InterfaceType::p2p_client:
        case InterfaceType::adhoc:
        case InterfaceType::ap:
        case InterfaceType::p2p_go:
        case InterfaceType::mesh_point:
        case InterfaceType::ocb:
            return true;
        default:
            return false;
    }
}

}  // namespace

// cf. ieee80211_check_concurrent_iface()
Result<void> Wiphy::check_concurrent(const Wdev& wdev, InterfaceType type) const {
    for (const auto& [id, other] : wdevs_) {
        if (other.get() == &wdev || !other->running()) continue;
        // Only OCB and monitors may run beside each other.
        const bool ocb = wdev.type() == InterfaceType::ocb && other->type() != InterfaceType::monitor;
        const bool beside_ocb = wdev.type() != InterfaceType::monitor && other->type() == InterfaceType::ocb;
        if (ocb || beside_ocb) return fail(EBUSY);
        if (type == InterfaceType::adhoc && other->type() == InterfaceType::adhoc) return fail(EBUSY);
        if (wdev.address() == other->address() && !may_share_address(type, other->type())) return fail(ENOTUNIQ);
    }
    return check_combinations(wdev, type, nullptr);
}

// cf. ieee80211_check_combinations_ext(), ieee80211_fill_ifcomb_params()
Result<void> Wiphy::check_combinations(const Wdev& wdev, InterfaceType type,
                                       const phy::ChannelDefinition* channel) const {
    if (is_software_type(type)) return {};
    detail::CombinationUse use;
    use.software_types = profile_->software_interface_types;
    ++use.interfaces[static_cast<unsigned>(type)];
    unsigned total = 1;

    // Channel contexts: links on compatible channels share one.
    std::vector<phy::ChannelDefinition> contexts;
    const auto count = [&](const Wdev& vif) {
        for (const auto& link : vif.links()) {
            if (!link->channel()) continue;
            const auto shared = std::find_if(contexts.begin(), contexts.end(), [&](const auto& context) {
                return phy::compatible(context, *link->channel()).has_value();
            });
            if (shared == contexts.end()) contexts.push_back(*link->channel());
        }
    };
    for (const auto& [id, other] : wdevs_)
        count(*other);
    if (virtual_monitor_) count(*virtual_monitor_);
    if (channel != nullptr) {
        use.channels = 1;
        std::erase_if(contexts, [&](const auto& context) { return phy::compatible(context, *channel).has_value(); });
    }
    use.channels += static_cast<std::uint32_t>(contexts.size());

    // cf. cfg80211_calculate_bi_data(): of all links that beacon, and of the interface's own that is about to.
    for (const auto& link : wdev.links())
        if (link->bss_config.beacon_interval != 0 && is_beaconing_type(type))
            use.beacon_intervals.push_back(link->bss_config.beacon_interval);
    for (const auto& [id, other] : wdevs_) {
        if (other.get() == &wdev || !other->running() || is_software_type(other->type())) continue;
        ++use.interfaces[static_cast<unsigned>(other->type())];
        ++total;
        for (const auto& link : other->links())
            if (link->ap() != nullptr) use.beacon_intervals.push_back(link->ap()->settings().beacon_interval);
    }
    if (total == 1) return {};
    if (!detail::any_combination_allows(profile_->combinations, use)) return fail(EBUSY);
    return {};
}

// NETDEV_PRE_UP, then ieee80211_open()
Result<void> Wiphy::open(Wdev& wdev) {
    if (!type_allowed(wdev.type(), wdev.use_4addr())) return fail(EOPNOTSUPP);
    if (!wdev.address().is_valid_individual()) return fail(EADDRNOTAVAIL);
    if (auto fits = check_concurrent(wdev, wdev.type()); !fits) return fits;
    return do_open(wdev, true);
}

// cf. ieee80211_do_open()
Result<void> Wiphy::do_open(Wdev& wdev, bool coming_up) {
    // VLANs need an AP that offers them; there is none yet.
    if (wdev.type() == InterfaceType::ap_vlan) return fail(ENOLINK);
    const bool first = mac_open_count_ == 0;
    if (first) {
        if (auto started = driver_->start(); !started) return started;
    }
    const auto give_up = [&](Error error) {
        if (first) driver_->stop();
        return fail(std::move(error));
    };

    if (wdev.type() == InterfaceType::monitor) {
        if (wdev.monitor_flags().has(MonitorFlag::active)) {
            if (auto added = driver_->add_interface(wdev); !added) return give_up(added.error());
        } else {
            if (virtual_monitors_ == mac_open_count_) {
                if (auto added = add_virtual_monitor(); !added) return give_up(added.error());
            }
            ++virtual_monitors_;
        }
        ++monitors_;
        wdev.netdev()->set_carrier(true);
    } else if (coming_up) {
        remove_virtual_monitor();
        if (auto added = driver_->add_interface(wdev); !added) return give_up(added.error());
        // cf. ieee80211_reset_erp_info(), ieee80211_set_wmm_default(): what holds before there is a network
        if (wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client)
            driver_->link_changed(wdev.default_link(),
                                  {LinkChange::protection, LinkChange::slot_time, LinkChange::queues});
    }
    if (wdev.netdev() != nullptr && starts_without_carrier(wdev.type())) wdev.netdev()->set_carrier(false);
    if (coming_up) ++mac_open_count_;
    wdev.running_ = true;
    configure_radio();
    return {};
}

// NETDEV_UP
void Wiphy::opened(Wdev& wdev) {
    ++open_count_;
    const bool is_client = wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
    // A radio that refuses to save power is taken to save none.
    if (is_client && !profile_->has(WiphyFlag::power_save)) wdev.power_save_ = false;
    for (Wdev* link : wdev.link_wdevs_)
        start_link(*link);
}

// NETDEV_GOING_DOWN
void Wiphy::going_down(Wdev& wdev) {
    leave(wdev);
    // The links of an AP MLD end with it; those of a station are a connection's, which is over now. cf.
    // cfg80211_remove_links()
    if (wdev.type() == InterfaceType::ap || wdev.type() == InterfaceType::p2p_go)
        while (wdev.is_mld())
            (void)remove_ap_link(wdev, wdev.links_.front()->id());
}

// cf. cfg80211_leave_locked()
void Wiphy::leave(Wdev& wdev) {
    for (const auto& link : wdev.links_)
        if (link->ap() != nullptr) stop_ap_link(*link);
    if (wdev.mlme() != nullptr) wdev.mlme()->leave();
}

void Wiphy::stop(Wdev& wdev) {
    do_stop(wdev, true);
}

// cf. ieee80211_do_stop()
void Wiphy::do_stop(Wdev& wdev, bool going_down) {
    wdev.running_ = false;
    scanner_->interface_stops(wdev);
    off_channel_->purge(wdev);
    if (wdev.mlme() != nullptr) wdev.mlme()->stop();
    stations_->flush(wdev);
    data_path_->forget_keys(wdev);
    data_path_->forget(wdev);
    for (const auto& link : wdev.links_)
        release_channel(*link);
    if (going_down) {
        MLOSIM_INVARIANT(mac_open_count_ > 0, "what stops was started");
        --mac_open_count_;
    }
    if (wdev.type() == InterfaceType::monitor) {
        --monitors_;
        if (wdev.monitor_flags().has(MonitorFlag::active)) {
            driver_->remove_interface(wdev);
        } else if (--virtual_monitors_ == 0) {
            remove_virtual_monitor();
        }
    } else if (going_down) {
        driver_->remove_interface(wdev);
    }
    if (!going_down) return;
    if (mac_open_count_ == 0) {
        driver_->stop();
        radio_config_.idle = true;
        return;
    }
    if (virtual_monitors_ == mac_open_count_)
        (void)add_virtual_monitor();  // a driver takes a monitor it has had before
    configure_radio();
}

// NETDEV_DOWN
void Wiphy::closed(Wdev& wdev) {
    scanner_->interface_down(wdev);
    MLOSIM_INVARIANT(open_count_ > 0, "what closes was open");
    --open_count_;
    for (Wdev* link : wdev.link_wdevs_)
        stop_link(*link);
}

// cf. nl80211_start_p2p_device(), ieee80211_start_p2p_device()
Result<void> Wiphy::start_p2p_device(Wdev& wdev) {
    if (wdev.type() != InterfaceType::p2p_device) return fail(EOPNOTSUPP);
    if (wdev.running()) return {};
    if (auto fits = check_concurrent(wdev, wdev.type()); !fits) return fits;
    if (auto opened = do_open(wdev, true); !opened) return opened;
    ++open_count_;
    wdev_event("mld/wdev-started", wdev);
    return {};
}

Result<void> Wiphy::stop_p2p_device(Wdev& wdev) {
    if (wdev.type() != InterfaceType::p2p_device) return fail(EOPNOTSUPP);
    if (!wdev.running()) return {};
    do_stop(wdev, true);
    --open_count_;
    scanner_->interface_down(wdev);
    wdev_event("mld/wdev-stopped", wdev);
    return {};
}

// cf. ieee80211_add_virtual_monitor(): monitors that nobody else gives a channel share one interface of the driver
Result<void> Wiphy::add_virtual_monitor() {
    if (virtual_monitor_) return {};
    auto monitor = std::make_unique<Wdev>(*this, 0, InterfaceType::monitor, addresses_.front());
    reset_links(*monitor);
    if (auto added = driver_->add_interface(*monitor); !added) return added;
    monitor->running_ = true;
    virtual_monitor_ = std::move(monitor);
    if (auto used = use_channel(virtual_monitor_->default_link(), monitor_channel_); !used) {
        driver_->remove_interface(*virtual_monitor_);
        virtual_monitor_.reset();
        return used;
    }
    return {};
}

void Wiphy::remove_virtual_monitor() {
    if (!virtual_monitor_) return;
    release_channel(virtual_monitor_->default_link());
    driver_->remove_interface(*virtual_monitor_);
    virtual_monitor_.reset();
}

// cf. ieee80211_link_use_channel()
Result<void> Wiphy::use_channel(Link& link, const phy::ChannelDefinition& channel) {
    const Wdev& vif = link.vif();
    if (vif.is_mld() && (vif.active_links() & link.id().bit()) == 0) {
        link.wanted_channel_ = channel;  // when it becomes active
        return {};
    }
    if (auto fits = check_combinations(link.vif(), link.vif().type(), &channel); !fits) return fits;
    return tune_link(link, channel);
}

Result<void> Wiphy::tune_link(Link& link, const phy::ChannelDefinition& channel) {
    release_channel(link);
    link.channel_ = link.wanted_channel_ = channel;
    link.user_power_dbm_ = user_power_dbm_;
    recalculate_power(link);
    if (uses_channel_contexts()) {
        if (auto assigned = driver_->assign_channel(link); !assigned) {
            link.channel_.reset();
            return assigned;
        }
    }
    configure_radio();
    return {};
}

void Wiphy::release_channel(Link& link) {
    if (!link.channel_) return;
    if (uses_channel_contexts()) driver_->unassign_channel(link);
    link.channel_.reset();
    configure_radio();
}

bool Wiphy::uses_channel_contexts() const {
    return profile_->scan.style == ScanStyle::hardware;
}

void Wiphy::ready_on_channel() {
    off_channel_->ready_on_channel();
}
void Wiphy::remain_on_channel_expired() {
    off_channel_->expired();
}

void Wiphy::leave_operating_channel() {
    for (const auto& [id, wdev] : wdevs_)
        if (wdev->running() && wdev->mlme() != nullptr) wdev->mlme()->off_channel(true);
}

void Wiphy::return_to_operating_channel() {
    for (const auto& [id, wdev] : wdevs_)
        if (wdev->running() && wdev->mlme() != nullptr) wdev->mlme()->off_channel(false);
}

// cf. ieee80211_recalc_idle(), ieee80211_hw_conf_chan()
void Wiphy::configure_radio() {
    if (mac_open_count_ == 0 && virtual_monitors_ == 0) return;
    RadioConfig config = radio_config_;
    const Link* user = nullptr;
    for (const auto& [id, wdev] : wdevs_)
        for (const auto& link : wdev->links())
            if (link->channel()) user = link.get();
    if (user == nullptr && virtual_monitor_) user = virtual_monitor_->links().front().get();

    const auto elsewhere = off_channel_->tuned_channel();
    config.idle = user == nullptr && monitors_ == 0 && !scanner_->software_scanning() && !off_channel_->staying();
    if (!uses_channel_contexts()) {
        auto scanned = scanner_->tuned_channel();
        if (elsewhere) scanned = phy::ChannelDefinition::mhz20_noht(*elsewhere);
        config.channel = scanned ? scanned : user != nullptr ? user->channel() : std::optional(monitor_channel_);
        if (config.channel) {
            const phy::RadioChannel* channel = this->channel(config.channel->control);
            config.power_dbm = channel != nullptr ? channel->now.max_power_dbm : 0;
            if (user_power_dbm_) config.power_dbm = std::min(config.power_dbm, *user_power_dbm_);
        }
    }
    radio_config_ = config;
    driver_->config(radio_config_);
}

}  // namespace mlosim::mld
