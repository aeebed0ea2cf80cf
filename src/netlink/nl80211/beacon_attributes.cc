#include "netlink/nl80211/beacon_attributes.h"

#include "ieee80211/element.h"
#include "netlink/nl80211/attribute_checks.h"
#include "netlink/nl80211/context.h"
#include "netlink/nl80211/element_sizes.h"
#include "netlink/nl80211/nested_policies.h"
#include "netlink/nl80211/nl80211_numbers.h"
#include "netlink/nl80211/request_values.h"

namespace mlosim::netlink::nl80211 {

namespace {

using ieee80211::ElementList;
using Discovery = mld::AccessPointSettings::Discovery;

std::optional<ieee80211::ByteView> find(const ieee80211::Bytes& tail, ieee80211::ElementType type) {
    const auto found = ElementList(tail).find(type);
    return found ? std::optional(found->first_piece()) : std::nullopt;
}

bool forbids(const mld::Wiphy& wiphy, const phy::Channel& channel, phy::ChannelFlag flag) {
    const phy::RadioChannel* known = wiphy.channel(channel);
    return known != nullptr && known->now.flags.has(flag);
}

/// Operation elements in the tail must be whole, and what they switch on allowed on the channel. cf.
/// nl80211_calculate_ap_operation()
Result<void> check_operation(const mld::Wiphy& wiphy, const Attributes& request, const mld::BeaconData& beacon,
                             const phy::Channel& channel) {
    constexpr std::size_t ht_operation_size = 22;
    constexpr std::size_t vht_operation_size = 5;
    const auto he = find(beacon.tail, ieee80211::element::he_operation);
    if (he && !whole_he_operation(*he)) return fail(EINVAL, "bad HE operation in beacon");
    const auto ht = find(beacon.tail, ieee80211::element::ht_operation);
    if (ht && ht->size() < ht_operation_size) return fail(EINVAL, "bad HT operation in beacon");
    const auto vht = find(beacon.tail, ieee80211::element::vht_operation);
    if (vht && vht->size() < vht_operation_size) return fail(EINVAL, "bad VHT operation in beacon");
    const auto eht = find(beacon.tail, ieee80211::element::eht_operation);
    if (eht && !whole_eht_operation(*eht)) return fail(EINVAL, "bad EHT operation in beacon");
    if (request.has(NL80211_ATTR_UHR_OPERATION)) return fail(EINVAL, "unexpected UHR operation");
    if (he && forbids(wiphy, channel, phy::ChannelFlag::no_he)) return fail(EOPNOTSUPP);
    if (eht && forbids(wiphy, channel, phy::ChannelFlag::no_eht)) return fail(EOPNOTSUPP);
    return {};
}

// cf. nl80211_parse_he_bss_color()
Result<void> check_bss_color(const Attributes& request) {
    if (!request.has(NL80211_ATTR_HE_BSS_COLOR)) return {};
    ExtAck unused;
    auto color = request.nested(NL80211_ATTR_HE_BSS_COLOR, bss_color_policy, Strictness::strict, unused);
    if (!color) return fail(std::move(color.error()));
    if (!color->has(NL80211_HE_BSS_COLOR_ATTR_COLOR)) return fail(EINVAL);
    return {};
}

Result<void> check_ftm_responder(const mld::Wiphy& wiphy, const Attributes& request) {
    if (!request.has(NL80211_ATTR_FTM_RESPONDER)) return {};
    ExtAck unused;
    auto responder = request.nested(NL80211_ATTR_FTM_RESPONDER, ftm_responder_policy, Strictness::liberal, unused);
    if (!responder) return fail(std::move(responder.error()));
    if (!responder->flag(NL80211_FTM_RESP_ATTR_ENABLED) ||
        !wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_ENABLE_FTM_RESPONDER))
        return fail(EOPNOTSUPP);
    return {};
}

/// Sets of elements, one for each beacon of a rotation. cf. nl80211_parse_mbssid_elems(), nl80211_parse_rnr_elems()
Result<std::vector<ieee80211::Bytes>> element_sets(const Attributes& request, std::uint16_t attribute) {
    constexpr std::size_t most = 255;
    std::vector<ieee80211::Bytes> sets;
    for (const Attribute& set : request.each(attribute)) {
        if (auto valid = check_elements(set); !valid) return fail(std::move(valid.error()));
        if (sets.size() == most) return fail(EINVAL);
        sets.emplace_back(set.bytes().begin(), set.bytes().end());
    }
    return sets;
}

Result<void> parse_rotation(const mld::Wiphy& wiphy, const Attributes& request, mld::BeaconData& beacon) {
    if (!request.has(NL80211_ATTR_MBSSID_ELEMS)) return {};
    if (wiphy.profile().mbssid.max_interfaces == 0) return fail(EINVAL);
    auto sets = element_sets(request, NL80211_ATTR_MBSSID_ELEMS);
    if (!sets) return fail(std::move(sets.error()));
    beacon.multiple_bssid_elements = std::move(*sets);
    if (!request.has(NL80211_ATTR_EMA_RNR_ELEMS)) return {};
    auto neighbors = element_sets(request, NL80211_ATTR_EMA_RNR_ELEMS);
    if (!neighbors) return fail(std::move(neighbors.error()));
    if (neighbors->size() < beacon.multiple_bssid_elements.size()) return fail(EINVAL);
    beacon.neighbor_elements = std::move(*neighbors);
    return {};
}

}  // namespace

Result<mld::BeaconData> parse_beacon(const mld::Wiphy& wiphy, const Attributes& request, const phy::Channel& channel) {
    mld::BeaconData beacon;
    beacon.head = bytes_of(request, NL80211_ATTR_BEACON_HEAD);
    if (request.has(NL80211_ATTR_BEACON_HEAD) && beacon.head.empty()) return fail(EINVAL);
    beacon.tail = bytes_of(request, NL80211_ATTR_BEACON_TAIL);
    if (!request.has(NL80211_ATTR_BEACON_HEAD) && !request.has(NL80211_ATTR_BEACON_TAIL)) return fail(EINVAL);
    beacon.beacon_elements = bytes_of(request, NL80211_ATTR_IE);
    beacon.probe_response_elements = bytes_of(request, NL80211_ATTR_IE_PROBE_RESP);
    beacon.association_response_elements = bytes_of(request, NL80211_ATTR_IE_ASSOC_RESP);
    beacon.probe_response = bytes_of(request, NL80211_ATTR_PROBE_RESP);
    if (auto valid = check_ftm_responder(wiphy, request); !valid) return fail(std::move(valid.error()));
    if (auto valid = check_bss_color(request); !valid) return fail(std::move(valid.error()));
    if (auto parsed = parse_rotation(wiphy, request, beacon); !parsed) return fail(std::move(parsed.error()));
    if (auto valid = check_operation(wiphy, request, beacon, channel); !valid) return fail(std::move(valid.error()));
    return beacon;
}

Result<void> check_announced_capabilities(const mld::BeaconData& beacon) {
    constexpr std::size_t ht_size = 26;
    constexpr std::size_t vht_size = 12;
    constexpr std::size_t he_fixed = 6 + 11;
    const auto ht = find(beacon.tail, ieee80211::element::ht_capabilities);
    if (ht && ht->size() < ht_size) return fail(EINVAL, "bad HT capability in beacon");
    const auto vht = find(beacon.tail, ieee80211::element::vht_capabilities);
    if (vht && vht->size() < vht_size) return fail(EINVAL, "bad VHT capability in beacon");
    const auto he = find(beacon.tail, ieee80211::element::he_capabilities);
    if (he && he->size() < he_fixed) return fail(EINVAL, "bad HE capability in beacon");
    const auto eht = find(beacon.tail, ieee80211::element::eht_capabilities);
    if (eht && !whole_eht_capabilities(he.value_or(ieee80211::ByteView{}), *eht, true))
        return fail(EINVAL, "bad EHT capability in beacon");
    if (he.has_value() != find(beacon.tail, ieee80211::element::he_operation).has_value()) return fail(EINVAL);
    if (eht.has_value() != find(beacon.tail, ieee80211::element::eht_operation).has_value()) return fail(EINVAL);
    return {};
}

Result<std::optional<Discovery>> parse_fils_discovery(const mld::Wiphy& wiphy, const Attributes& request) {
    if (!request.has(NL80211_ATTR_FILS_DISCOVERY)) return std::optional<Discovery>{};
    if (!wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_FILS_DISCOVERY)) return fail(EINVAL);
    ExtAck unused;
    auto nest = request.nested(NL80211_ATTR_FILS_DISCOVERY, fils_discovery_policy, Strictness::strict, unused);
    if (!nest) return fail(std::move(nest.error()));
    const bool least = nest->has(NL80211_FILS_DISCOVERY_ATTR_INT_MIN);
    const bool most = nest->has(NL80211_FILS_DISCOVERY_ATTR_INT_MAX);
    const bool frame = nest->has(NL80211_FILS_DISCOVERY_ATTR_TMPL);
    if (!least && !most && !frame) return std::optional(Discovery{});
    if (!least || !most || !frame) return fail(EINVAL);
    return std::optional(Discovery{.frame = bytes_of(*nest, NL80211_FILS_DISCOVERY_ATTR_TMPL),
                                   .min_interval_tu = *nest->u32(NL80211_FILS_DISCOVERY_ATTR_INT_MIN),
                                   .max_interval_tu = *nest->u32(NL80211_FILS_DISCOVERY_ATTR_INT_MAX)});
}

Result<std::optional<Discovery>> parse_unsolicited_probe_response(const mld::Wiphy& wiphy, const Attributes& request) {
    if (!request.has(NL80211_ATTR_UNSOL_BCAST_PROBE_RESP)) return std::optional<Discovery>{};
    if (!wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_UNSOL_BCAST_PROBE_RESP)) return fail(EINVAL);
    ExtAck unused;
    auto nest = request.nested(NL80211_ATTR_UNSOL_BCAST_PROBE_RESP, unsolicited_probe_response_policy,
                               Strictness::strict, unused);
    if (!nest) return fail(std::move(nest.error()));
    const auto interval = nest->u32(NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_INT);
    const bool frame = nest->has(NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_TMPL);
    if (!interval && !frame) return std::optional(Discovery{});
    if (!interval || !frame) return fail(EINVAL);
    return std::optional(Discovery{.frame = bytes_of(*nest, NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_TMPL),
                                   .min_interval_tu = *interval,
                                   .max_interval_tu = *interval});
}

Result<void> parse_multiple_bssid(const mld::Wdev& wdev, const Attributes& request,
                                  mld::AccessPointSettings& settings) {
    if (!request.has(NL80211_ATTR_MBSSID_CONFIG)) {
        // Neighbor reports of a rotation without a rotation.
        if (!settings.beacon.neighbor_elements.empty()) return fail(EINVAL);
        return {};
    }
    const mld::MbssidSupport& support = wdev.wiphy().profile().mbssid;
    if (support.max_interfaces == 0) return fail(EOPNOTSUPP);
    ExtAck unused;
    auto config = request.nested(NL80211_ATTR_MBSSID_CONFIG, mbssid_policy, Strictness::strict, unused);
    if (!config || !config->has(NL80211_MBSSID_CONFIG_ATTR_INDEX)) return fail(EINVAL);
    const std::size_t sets = settings.beacon.multiple_bssid_elements.size();
    const bool rotates = config->flag(NL80211_MBSSID_CONFIG_ATTR_EMA);
    if (rotates && support.max_ema_periodicity == 0) return fail(EOPNOTSUPP);
    if (rotates && sets > support.max_ema_periodicity) return fail(EINVAL);
    if (!rotates && !settings.beacon.neighbor_elements.empty()) return fail(EINVAL);
    const std::uint8_t index = *config->u8(NL80211_MBSSID_CONFIG_ATTR_INDEX);
    if (index >= support.max_interfaces || (index == 0 && sets == 0)) return fail(EINVAL);

    const auto link = config->u8(NL80211_MBSSID_CONFIG_ATTR_TX_LINK_ID);
    const auto ifindex = config->u32(NL80211_MBSSID_CONFIG_ATTR_TX_IFINDEX);
    const bool own = ifindex ? *ifindex == wdev.netdev()->index().value : index == 0;
    if (own != (index == 0)) return fail(EINVAL);
    if (own) {
        if (link && *link != link_id(request).value_or(ieee80211::LinkId{}).value()) return fail(EINVAL);
    } else {
        const mld::Netdev* transmitter = wdev.wiphy().world().find_netdev(mld::IfIndex{*ifindex});
        const mld::Wdev* other = transmitter != nullptr ? transmitter->wdev() : nullptr;
        if (other == nullptr || &other->wiphy() != &wdev.wiphy() || other->type() != mld::InterfaceType::ap)
            return fail(EINVAL);
        const auto id = link ? ieee80211::LinkId::from(*link) : std::nullopt;
        if (other->is_mld() && (!id || other->link(*id) == nullptr)) return fail(ENOLINK);
    }
    settings.bssid_index = index;
    settings.bssid_count = static_cast<std::uint8_t>(sets);
    return {};
}

}  // namespace mlosim::netlink::nl80211
