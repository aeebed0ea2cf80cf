// Access points change their channel or how they contend for it.

#include <cstring>

#include "mld/ap_link.h"
#include "netlink/nl80211/attribute_policy.h"
#include "netlink/nl80211/beacon_attributes.h"
#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

/// Where the counters of a countdown lie: all inside `frame`, all standing at `count`. cf.
/// nl80211_parse_counter_offsets()
Result<std::vector<std::uint16_t>> counters(const mld::Wiphy& wiphy, const Attributes& request, std::uint16_t attribute,
                                            const ieee80211::Bytes& frame, std::uint8_t count) {
    std::vector<std::uint16_t> out;
    const auto offsets = request.bytes(attribute);
    if (!offsets) return out;
    const std::size_t number = offsets->size() / sizeof(std::uint16_t);
    const unsigned most = wiphy.profile().max_csa_counters;
    if (offsets->empty() || offsets->size() % sizeof(std::uint16_t) != 0 || (most != 0 && number > most))
        return fail(EINVAL);
    for (std::size_t i = 0; i < number; ++i) {
        std::uint16_t offset = 0;
        std::memcpy(&offset, offsets->data() + i * sizeof(offset), sizeof(offset));
        if (offset >= frame.size() || frame[offset] != count) return fail(EINVAL);
        out.push_back(offset);
    }
    return out;
}

/// The beacons while the switch is announced, and after it.
Result<void> parse_beacons(const mld::Wiphy& wiphy, const Request& request, const phy::Channel& now,
                           mld::ChannelSwitch& out, ExtAck& ack) {
    auto after = parse_beacon(wiphy, request.attributes(), out.channel.control);
    if (!after) return fail(std::move(after.error()));
    out.beacon_after = std::move(*after);
    auto nested = request->nested(NL80211_ATTR_CSA_IES, attribute_policy, Strictness::liberal, ack);
    if (!nested) return fail(std::move(nested.error()));
    auto during = parse_beacon(wiphy, *nested, now);
    if (!during) return fail(std::move(during.error()));
    out.beacon_during = std::move(*during);
    if (!nested->has(NL80211_ATTR_CNTDWN_OFFS_BEACON)) return fail(EINVAL);
    auto in_beacon = counters(wiphy, *nested, NL80211_ATTR_CNTDWN_OFFS_BEACON, out.beacon_during.tail, out.count);
    if (!in_beacon) return fail(std::move(in_beacon.error()));
    out.beacon_counter_offsets = std::move(*in_beacon);
    auto in_response =
        counters(wiphy, *nested, NL80211_ATTR_CNTDWN_OFFS_PRESP, out.beacon_during.probe_response, out.count);
    if (!in_response) return fail(std::move(in_response.error()));
    out.probe_response_counter_offsets = std::move(*in_response);
    return {};
}

/// The one counter of a countdown: a u16 in `frame` where `count` stands.
Result<std::uint16_t> counter(const Attributes& request, std::uint16_t attribute, const ieee80211::Bytes& frame,
                              std::uint8_t count) {
    const auto bytes = request.bytes(attribute);
    std::uint16_t offset = 0;
    if (!bytes || bytes->size() != sizeof(offset)) return fail(EINVAL);
    std::memcpy(&offset, bytes->data(), sizeof(offset));
    if (offset >= frame.size() || frame[offset] != count) return fail(EINVAL);
    return offset;
}

constexpr auto queue_rules = policy_table<NL80211_TXQ_ATTR_AIFS>({
    {NL80211_TXQ_ATTR_QUEUE, attr::u8()},
    {NL80211_TXQ_ATTR_TXOP, attr::u16()},
    {NL80211_TXQ_ATTR_CWMIN, attr::u16()},
    {NL80211_TXQ_ATTR_CWMAX, attr::u16()},
    {NL80211_TXQ_ATTR_AIFS, attr::u8()},
});
/// cf. txq_params_policy
constexpr Policy queue_policy{queue_rules};

// cf. parse_txq_params()
Result<mld::TxQueueParameters> parse_queue(const Attribute& nest, ExtAck& ack) {
    constexpr std::uint8_t access_categories = 4;
    auto parsed = parse_nested(nest, queue_policy, Strictness::liberal, ack);
    if (!parsed) return fail(std::move(parsed.error()));
    for (std::uint16_t needed = NL80211_TXQ_ATTR_QUEUE; needed <= NL80211_TXQ_ATTR_AIFS; ++needed)
        if (!parsed->has(needed)) return fail(EINVAL);
    const mld::TxQueueParameters out{.access_category = *parsed->u8(NL80211_TXQ_ATTR_QUEUE),
                                     .txop_32us = *parsed->u16(NL80211_TXQ_ATTR_TXOP),
                                     .cw_min = *parsed->u16(NL80211_TXQ_ATTR_CWMIN),
                                     .cw_max = *parsed->u16(NL80211_TXQ_ATTR_CWMAX),
                                     .aifs = *parsed->u8(NL80211_TXQ_ATTR_AIFS)};
    if (out.access_category >= access_categories) return fail(EINVAL);
    return out;
}

}  // namespace

// cf. nl80211_set_wiphy()
Result<void> set_queue_parameters(mld::Wdev* wdev, const Request& request, ExtAck& ack) {
    if (wdev == nullptr) return fail(EINVAL);
    if (wdev->type() != InterfaceType::ap && wdev->type() != InterfaceType::p2p_go) return fail(EINVAL);
    if (!wdev->running()) return fail(ENETDOWN);
    const auto link = link_id(request.attributes());
    if (wdev->is_mld() ? !link || wdev->link(*link) == nullptr : link.has_value()) return fail(EINVAL);
    for (const Attribute& nest : request->each(NL80211_ATTR_WIPHY_TXQ_PARAMS)) {
        auto queue = parse_queue(nest, ack);
        if (!queue) return fail(std::move(queue.error()));
        if (auto set = wdev->wiphy().set_tx_queue(*wdev, link, *queue); !set) return set;
    }
    return {};
}

// cf. nl80211_channel_switch()
Result<void> channel_switch(Context& context, const Request& request, Reply& reply) {
    constexpr std::uint32_t highest_count = 255;
    mld::Wdev& wdev = context.wdev();
    const mld::Wiphy& wiphy = wdev.wiphy();
    if (!wiphy.profile().has(mld::WiphyFlag::channel_switch)) return fail(EOPNOTSUPP);
    if (wdev.type() == InterfaceType::adhoc || wdev.type() == InterfaceType::mesh_point) return fail(ENOTCONN);
    if (wdev.type() != InterfaceType::ap && wdev.type() != InterfaceType::p2p_go) return fail(EOPNOTSUPP);
    const auto id = link_id(request.attributes());
    const mld::Link& link = wdev.is_mld() ? *wdev.link(*id) : wdev.default_link();
    if (link.ap() == nullptr) return fail(ENOTCONN);
    const auto count = request->u32(NL80211_ATTR_CH_SWITCH_COUNT);
    if (!request->has(NL80211_ATTR_WIPHY_FREQ) || !count || !request->has(NL80211_ATTR_CSA_IES)) return fail(EINVAL);
    if (*count > highest_count) return fail(EINVAL);

    mld::ChannelSwitch out;
    out.count = static_cast<std::uint8_t>(*count);
    auto channel = parse_channel_definition(wiphy, request.attributes(), false);
    if (!channel) return fail(std::move(channel.error()));
    out.channel = *channel;
    const phy::Channel now = link.ap()->settings().channel.control;
    if (auto parsed = parse_beacons(wiphy, request, now, out, reply.ack()); !parsed) return parsed;
    out.block_tx = request->flag(NL80211_ATTR_CH_SWITCH_BLOCK_TX);
    if (auto valid = parse_unsolicited_probe_response(wiphy, request.attributes()); !valid)
        return fail(std::move(valid.error()));
    return wdev.wiphy().switch_channel(wdev, id, out);
}

// cf. nl80211_color_change()
Result<void> color_change(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    const mld::Wiphy& wiphy = wdev.wiphy();
    if (!wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_BSS_COLOR)) return fail(EOPNOTSUPP);
    if (wdev.type() != InterfaceType::ap) return fail(EOPNOTSUPP);
    const auto count = request->u8(NL80211_ATTR_COLOR_CHANGE_COUNT);
    const auto color = request->u8(NL80211_ATTR_COLOR_CHANGE_COLOR);
    if (!count || !color || !request->has(NL80211_ATTR_COLOR_CHANGE_ELEMS)) return fail(EINVAL);
    const auto id = link_id(request.attributes());
    const mld::Link& link = wdev.is_mld() ? *wdev.link(*id) : wdev.default_link();
    if (link.ap() == nullptr) return fail(EINVAL);

    mld::ColorChange out;
    out.count = *count;
    out.color = *color;
    const phy::Channel now = link.ap()->settings().channel.control;
    auto after = parse_beacon(wiphy, request.attributes(), now);
    if (!after) return fail(std::move(after.error()));
    out.beacon_after = std::move(*after);
    auto nested = request->nested(NL80211_ATTR_COLOR_CHANGE_ELEMS, attribute_policy, Strictness::liberal, reply.ack());
    if (!nested) return fail(std::move(nested.error()));
    auto during = parse_beacon(wiphy, *nested, now);
    if (!during) return fail(std::move(during.error()));
    out.beacon_during = std::move(*during);
    auto in_beacon = counter(*nested, NL80211_ATTR_CNTDWN_OFFS_BEACON, out.beacon_during.tail, out.count);
    if (!in_beacon) return fail(std::move(in_beacon.error()));
    out.beacon_counter_offset = *in_beacon;
    if (nested->has(NL80211_ATTR_CNTDWN_OFFS_PRESP)) {
        auto in_response =
            counter(*nested, NL80211_ATTR_CNTDWN_OFFS_PRESP, out.beacon_during.probe_response, out.count);
        if (!in_response) return fail(std::move(in_response.error()));
        out.probe_response_counter_offset = *in_response;
    }
    if (auto valid = parse_unsolicited_probe_response(wiphy, request.attributes()); !valid)
        return fail(std::move(valid.error()));
    return wdev.wiphy().change_color(wdev, id, out);
}

}  // namespace mlosim::netlink::nl80211
