#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

/// A SET_WIPHY at work: what it is about.
struct Target {
    mld::Wiphy& wiphy;
    mld::Wdev* wdev = nullptr;  ///< where a netdev was named
};

/// A known netdev wins over everything else: old programs set an interface's channel by its wiphy.
Result<Target> find_target(const Context& context, const Request& request) {
    if (const auto ifindex = request->u32(NL80211_ATTR_IFINDEX)) {
        const mld::Netdev* netdev = context.world().find_netdev(mld::IfIndex{*ifindex});
        if (netdev != nullptr && netdev->wdev() != nullptr) return Target{netdev->wdev()->wiphy(), netdev->wdev()};
    }
    auto wiphy = context.find_wiphy(request.attributes());
    if (!wiphy) return fail(std::move(wiphy.error()));
    return Target{**wiphy, nullptr};
}

// cf. nl80211_can_set_dev_channel()
bool can_set_channel(const mld::Wdev* wdev) {
    if (wdev == nullptr) return true;
    const InterfaceType type = wdev->type();
    return type == InterfaceType::ap || type == InterfaceType::mesh_point || type == InterfaceType::monitor ||
           type == InterfaceType::p2p_go;
}

// cf. __nl80211_set_channel()
Result<void> set_channel_of(mld::Wiphy& wiphy, mld::Wdev* wdev, const Request& request) {
    if (!can_set_channel(wdev)) return fail(EOPNOTSUPP);
    const auto link = link_id(request.attributes());
    if (!link && wdev != nullptr && wdev->is_mld()) return fail(EINVAL);
    const bool monitor = wdev == nullptr || wdev->type() == InterfaceType::monitor;
    auto channel = parse_channel_definition(wiphy, request.attributes(), monitor);
    if (!channel) return fail(std::move(channel.error()));
    return wiphy.set_channel(wdev, *channel, link);
}

Result<void> set_tx_power(const Target& target, const Request& request) {
    const std::uint32_t setting = *request->u32(NL80211_ATTR_WIPHY_TX_POWER_SETTING);
    const auto level = request->u32(NL80211_ATTR_WIPHY_TX_POWER_LEVEL);
    if (!level && setting != NL80211_TX_POWER_AUTOMATIC) return fail(EINVAL);
    if (setting > NL80211_TX_POWER_FIXED) return fail(EINVAL);
    const bool of_interface = (target.wiphy.profile().features & NL80211_FEATURE_VIF_TXPOWER) != 0;
    return target.wiphy.set_tx_power(of_interface ? target.wdev : nullptr, static_cast<mld::TxPowerSetting>(setting),
                                     static_cast<std::int32_t>(level.value_or(0)));
}

Result<void> set_antennas(const Target& target, const Request& request) {
    const mld::RadioProfile& profile = target.wiphy.profile();
    if (profile.antennas_tx == 0 && profile.antennas_rx == 0) return fail(EOPNOTSUPP);
    const auto chosen = [](std::uint32_t wanted, std::uint32_t available) -> std::optional<std::uint32_t> {
        constexpr std::uint32_t all = 0xffffffff;
        if (wanted != all && (wanted & ~available) != 0) return std::nullopt;
        return wanted & available;
    };
    const auto tx = chosen(*request->u32(NL80211_ATTR_WIPHY_ANTENNA_TX), profile.antennas_tx);
    const auto rx = chosen(*request->u32(NL80211_ATTR_WIPHY_ANTENNA_RX), profile.antennas_rx);
    if (!tx || !rx) return fail(EINVAL);
    return target.wiphy.set_antenna(*tx, *rx);
}

/// The parameters that change together or not at all; nothing if there are none.
Result<std::optional<mld::WiphySettingsChange>> settings_change(const mld::Wiphy& wiphy, const Request& request) {
    constexpr std::uint32_t least_fragment = 256;
    mld::WiphySettingsChange change;
    change.retry_short = request->u8(NL80211_ATTR_WIPHY_RETRY_SHORT);
    change.retry_long = request->u8(NL80211_ATTR_WIPHY_RETRY_LONG);
    if (auto threshold = request->u32(NL80211_ATTR_WIPHY_FRAG_THRESHOLD)) {
        if (*threshold < least_fragment) return fail(EINVAL);
        // Fragments but the last have even length.
        change.fragmentation_threshold = *threshold == mld::WiphySettings::off ? *threshold : *threshold & ~1U;
    }
    change.rts_threshold = request->u32(NL80211_ATTR_WIPHY_RTS_THRESHOLD);
    change.coverage_class = request->u8(NL80211_ATTR_WIPHY_COVERAGE_CLASS);
    change.dynamic_ack = request->flag(NL80211_ATTR_WIPHY_DYN_ACK);
    if (change.coverage_class && change.dynamic_ack) return fail(EINVAL);
    if (change.dynamic_ack && (wiphy.profile().features & NL80211_FEATURE_ACKTO_ESTIMATION) == 0)
        return fail(EOPNOTSUPP);
    change.txq_limit = request->u32(NL80211_ATTR_TXQ_LIMIT);
    change.txq_memory_limit = request->u32(NL80211_ATTR_TXQ_MEMORY_LIMIT);
    change.txq_quantum = request->u32(NL80211_ATTR_TXQ_QUANTUM);
    const bool queues = change.txq_limit || change.txq_memory_limit || change.txq_quantum;
    if (queues && !wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_TXQS)) return fail(EOPNOTSUPP);

    const bool anything = change.retry_short || change.retry_long || change.fragmentation_threshold ||
                          change.rts_threshold || change.coverage_class || change.dynamic_ack || queues;
    return anything ? std::optional(change) : std::nullopt;
}

}  // namespace

// cf. nl80211_set_wiphy()
Result<void> set_wiphy(Context& context, const Request& request, Reply& reply) {
    auto target = find_target(context, request);
    if (!target) return fail(std::move(target.error()));
    mld::Wiphy& wiphy = target->wiphy;

    if (const auto name = request->string(NL80211_ATTR_WIPHY_NAME))
        if (auto renamed = wiphy.rename(*name); !renamed) return renamed;
    if (const auto radio = request->u8(NL80211_ATTR_WIPHY_RADIO_INDEX)) {
        if (*radio >= wiphy.profile().radios.size()) return fail(EINVAL);
        return fail(EOPNOTSUPP);  // settings of one inner radio
    }
    if (request->has(NL80211_ATTR_WIPHY_TXQ_PARAMS))
        if (auto set = set_queue_parameters(target->wdev, request, reply.ack()); !set) return set;
    if (request->has(NL80211_ATTR_WIPHY_FREQ)) {
        mld::Wdev* wdev = can_set_channel(target->wdev) ? target->wdev : nullptr;
        if (auto set = set_channel_of(wiphy, wdev, request); !set) return set;
    }
    if (request->has(NL80211_ATTR_WIPHY_TX_POWER_SETTING))
        if (auto set = set_tx_power(*target, request); !set) return set;
    if (request->has(NL80211_ATTR_WIPHY_ANTENNA_TX) && request->has(NL80211_ATTR_WIPHY_ANTENNA_RX))
        if (auto set = set_antennas(*target, request); !set) return set;

    auto change = settings_change(wiphy, request);
    if (!change) return fail(std::move(change.error()));
    if (!*change) return {};
    return wiphy.change_settings(**change);
}

// cf. nl80211_set_channel()
Result<void> set_channel(Context& context, const Request& request, Reply&) {
    return set_channel_of(context.wiphy(), &context.wdev(), request);
}

}  // namespace mlosim::netlink::nl80211
