// What SET_WIPHY and SET_CHANNEL change.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/detail/features.h"
#include "mld/netdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

constexpr std::uint8_t max_retry = 0x1f;  // IEEE80211_MAX_TX_RETRY
constexpr std::uint32_t min_fragment = 256;

template <class T>
void take(T& to, const std::optional<T>& from) {
    if (from) to = *from;
}

}  // namespace

Result<void> Wiphy::change_settings(const WiphySettingsChange& change) {
    WiphySettings wanted = settings_;
    take(wanted.retry_short, change.retry_short);
    take(wanted.retry_long, change.retry_long);
    if (change.fragmentation_threshold) {
        std::uint32_t octets = *change.fragmentation_threshold;
        if (octets < min_fragment) return fail(EINVAL);
        if (octets != WiphySettings::off) octets &= ~1U;  // fragments have an even length
        wanted.fragmentation_threshold = octets;
    }
    take(wanted.rts_threshold, change.rts_threshold);
    if (change.coverage_class && change.dynamic_ack) return fail(EINVAL);
    take(wanted.coverage_class, change.coverage_class);
    if (change.dynamic_ack && (profile_->features & feature::ack_timeout_estimation) == 0) return fail(EOPNOTSUPP);
    const bool txq = change.txq_limit || change.txq_memory_limit || change.txq_quantum;
    if (txq && !profile_->ext_features.test(feature::txqs)) return fail(EOPNOTSUPP);
    take(wanted.txq_limit, change.txq_limit);
    take(wanted.txq_memory_limit, change.txq_memory_limit);
    take(wanted.txq_quantum, change.txq_quantum);

    // cf. ieee80211_set_wiphy_params(): the order of the driver's calls decides which error wins
    if (change.fragmentation_threshold) {
        if (auto done = driver_->set_fragmentation_threshold(wanted.fragmentation_threshold); !done) return done;
    }
    if (change.coverage_class || change.dynamic_ack) {
        if (auto done = driver_->set_coverage_class(wanted.coverage_class); !done) return done;
    }
    if (change.rts_threshold) {
        if (auto done = driver_->set_rts_threshold(wanted.rts_threshold); !done) return done;
    }
    if (change.retry_short && wanted.retry_short > max_retry) return fail(EINVAL);
    if (change.retry_long && wanted.retry_long > max_retry) return fail(EINVAL);
    settings_ = wanted;
    return {};
}

Result<void> Wiphy::set_rekey_data(Wdev& wdev, const RekeyData& data) {
    return driver_->set_rekey_data(wdev, data);
}

// cf. nl80211_set_wiphy()
Result<void> Wiphy::set_antenna(std::uint32_t tx, std::uint32_t rx) {
    if ((profile_->antennas_tx == 0 && profile_->antennas_rx == 0) || !profile_->has(WiphyFlag::antenna_selection))
        return fail(EOPNOTSUPP);
    constexpr std::uint32_t all = 0xffffffff;
    if ((tx != all && (tx & ~profile_->antennas_tx) != 0) || (rx != all && (rx & ~profile_->antennas_rx) != 0))
        return fail(EINVAL);
    tx &= profile_->antennas_tx;
    rx &= profile_->antennas_rx;
    if (mac_open_count_ > 0) return fail(EOPNOTSUPP);  // cf. ieee80211_set_antenna(): only while nothing runs
    if (auto done = driver_->set_antenna(tx, rx); !done) return done;
    antennas_tx_ = tx;
    antennas_rx_ = rx;
    return {};
}

// cf. __ieee80211_recalc_txpower()
bool Wiphy::recalculate_power(Link& link) {
    if (!link.channel_) return false;
    const phy::RadioChannel* channel = this->channel(link.channel_->control);
    if (channel == nullptr) return false;
    int power = channel->now.max_power_dbm;
    if (link.user_power_dbm_) power = std::min(power, *link.user_power_dbm_);
    if (link.tx_power_dbm_ == power) return false;
    link.tx_power_dbm_ = power;
    driver_->link_changed(link, LinkChange::tx_power);
    return true;
}

void Wiphy::regulatory_updated() {
    for (const auto& [id, wdev] : wdevs_)
        for (const auto& link : wdev->links())
            recalculate_power(*link);
    configure_radio();
}

Result<void> Wiphy::set_tx_power(Wdev* wdev, TxPowerSetting setting, std::int32_t mbm) {
    std::optional<int> wanted;
    if (setting != TxPowerSetting::automatic) {
        if (mbm < 0 || mbm % 100 != 0) return fail(EOPNOTSUPP);
        wanted = mbm / 100;
    }
    if ((profile_->features & feature::per_vif_tx_power) == 0) wdev = nullptr;

    const auto set_links = [&](Wdev& vif) {
        for (const auto& link : vif.links()) {
            link->user_power_dbm_ = wanted;
            recalculate_power(*link);
        }
    };
    if (wdev != nullptr) {
        if (wdev->type() == InterfaceType::monitor) {
            if (!virtual_monitor_) return fail(EOPNOTSUPP);
            wdev = virtual_monitor_.get();
        }
        set_links(*wdev);
        return {};
    }
    user_power_dbm_ = wanted;
    for (auto& [id, vif] : wdevs_)
        set_links(*vif);
    if (virtual_monitor_) set_links(*virtual_monitor_);
    configure_radio();
    return {};
}

Result<int> Wiphy::tx_power(const Wdev& wdev, ieee80211::LinkId id) const {
    if (!uses_channel_contexts()) return radio_config_.power_dbm;
    const Link* link = wdev.link(id);
    if (link == nullptr) return fail(ENOLINK);
    if (!link->tx_power_dbm()) return fail(EINVAL);
    return *link->tx_power_dbm();
}

Result<phy::ChannelDefinition> Wiphy::channel_of(const Wdev& wdev, ieee80211::LinkId id) const {
    const Link* link = wdev.link(id);
    if (link == nullptr) return fail(ENOLINK);
    if (link->channel()) return *link->channel();
    // Monitors alone on the wiphy share one channel, which belongs to none of them.
    if (mac_open_count_ > 0 && mac_open_count_ == virtual_monitors_ && wdev.type() == InterfaceType::monitor)
        return monitor_channel_;
    return fail(ENODATA);
}

bool Wiphy::monitors_only() const {
    // cf. cfg80211_has_monitors_only()
    unsigned running = 0;
    unsigned monitors = 0;
    for (const auto& [id, wdev] : wdevs_) {
        if (!wdev->running() || wdev->netdev() == nullptr) continue;
        ++running;
        if (wdev->type() == InterfaceType::monitor) ++monitors;
    }
    return running == monitors && running > 0;
}

// cf. __nl80211_set_channel(), cfg80211_set_monitor_channel(), ieee80211_set_monitor_channel()
Result<void> Wiphy::set_channel(Wdev* wdev, const phy::ChannelDefinition& channel,
                                std::optional<ieee80211::LinkId> id) {
    const InterfaceType type = wdev == nullptr ? InterfaceType::monitor : wdev->type();
    if (wdev != nullptr && !id && wdev->is_mld()) return fail(EINVAL);

    if (type == InterfaceType::ap || type == InterfaceType::p2p_go) {
        Link* link = wdev->link(id.value_or(ieee80211::LinkId{}));
        if (link == nullptr) return fail(EINVAL);
        if (!can_beacon(channel)) return fail(EINVAL);
        if (link->ap() == nullptr) {
            wdev->preset_channel_ = channel;
            return {};
        }
        // While it beacons, only the width may change.
        if ((profile_->features & feature::ap_channel_width_change) == 0) return fail(EBUSY);
        if (channel.control != link->ap()->settings().channel.control) return fail(EBUSY);
        if (auto used = use_channel(*link, channel); !used) return used;
        link->ap()->set_channel(channel);
        return {};
    }
    if (type == InterfaceType::mesh_point) return fail(EOPNOTSUPP);
    if (type != InterfaceType::monitor) return fail(EOPNOTSUPP);  // cf. nl80211_can_set_dev_channel()

    if (!monitors_only()) return fail(EBUSY);
    if (channel == monitor_channel_) return {};
    if (virtual_monitor_) {
        Link& link = virtual_monitor_->default_link();
        release_channel(link);
        if (auto used = use_channel(link, channel); !used) return used;
    }
    monitor_channel_ = channel;
    configure_radio();
    return {};
}

}  // namespace mlosim::mld
