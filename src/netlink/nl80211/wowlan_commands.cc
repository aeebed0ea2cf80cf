// What wakes a host that sleeps. cf. nl80211_set_wowlan(), nl80211_get_wowlan()

#include <algorithm>

#include "mld/wake_on.h"
#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

constexpr auto trigger_rules = policy_table<NL80211_WOWLAN_TRIG_NET_DETECT>({
    {NL80211_WOWLAN_TRIG_ANY, attr::flag()},
    {NL80211_WOWLAN_TRIG_DISCONNECT, attr::flag()},
    {NL80211_WOWLAN_TRIG_MAGIC_PKT, attr::flag()},
    {NL80211_WOWLAN_TRIG_PKT_PATTERN, attr::nested()},
    {NL80211_WOWLAN_TRIG_GTK_REKEY_FAILURE, attr::flag()},
    {NL80211_WOWLAN_TRIG_EAP_IDENT_REQUEST, attr::flag()},
    {NL80211_WOWLAN_TRIG_4WAY_HANDSHAKE, attr::flag()},
    {NL80211_WOWLAN_TRIG_RFKILL_RELEASE, attr::flag()},
    {NL80211_WOWLAN_TRIG_TCP_CONNECTION, attr::nested()},
    {NL80211_WOWLAN_TRIG_NET_DETECT, attr::nested()},
});
/// cf. nl80211_wowlan_policy
constexpr Policy trigger_policy{trigger_rules};

constexpr auto pattern_rules = policy_table<NL80211_PKTPAT_OFFSET>({
    {NL80211_PKTPAT_MASK, attr::binary()},
    {NL80211_PKTPAT_PATTERN, attr::binary()},
    {NL80211_PKTPAT_OFFSET, attr::u32()},
});
/// cf. nl80211_packet_pattern_policy
constexpr Policy pattern_policy{pattern_rules};

/// The triggers that are a flag and nothing else.
struct Trigger {
    std::uint8_t type;
    bool mld::WakeOn::*member;
};
constexpr Trigger triggers[] = {
    {NL80211_WOWLAN_TRIG_ANY, &mld::WakeOn::any},
    {NL80211_WOWLAN_TRIG_DISCONNECT, &mld::WakeOn::disconnect},
    {NL80211_WOWLAN_TRIG_MAGIC_PKT, &mld::WakeOn::magic_packet},
    {NL80211_WOWLAN_TRIG_GTK_REKEY_FAILURE, &mld::WakeOn::gtk_rekey_failure},
    {NL80211_WOWLAN_TRIG_EAP_IDENT_REQUEST, &mld::WakeOn::eap_identity_request},
    {NL80211_WOWLAN_TRIG_4WAY_HANDSHAKE, &mld::WakeOn::four_way_handshake},
    {NL80211_WOWLAN_TRIG_RFKILL_RELEASE, &mld::WakeOn::rfkill_release},
};

Result<mld::WakePattern> parse_pattern(const Attribute& from, const mld::PatternSupport& support, ExtAck& ack) {
    const auto in = parse_nested(from, pattern_policy, Strictness::liberal, ack);
    if (!in) return fail(in.error());
    const auto mask = in->bytes(NL80211_PKTPAT_MASK);
    const auto pattern = in->bytes(NL80211_PKTPAT_PATTERN);
    if (!mask || !pattern || mask->size() != (pattern->size() + 7) / 8) return fail(EINVAL);
    if (pattern->size() > support.max_length || pattern->size() < support.min_length) return fail(EINVAL);
    mld::WakePattern out;
    out.offset = in->u32(NL80211_PKTPAT_OFFSET).value_or(0);
    if (out.offset > support.max_offset) return fail(EINVAL);
    out.mask.assign(mask->begin(), mask->end());
    out.pattern.assign(pattern->begin(), pattern->end());
    return out;
}

Result<void> parse_patterns(mld::WakeOn& wake_on, const Attributes& in, const mld::PatternSupport& support,
                            ExtAck& ack) {
    std::uint32_t room = support.max_patterns;
    for ([[maybe_unused]] const Attribute& each : in.each(NL80211_WOWLAN_TRIG_PKT_PATTERN))
        if (room-- == 0) return fail(EINVAL);
    for (const Attribute& each : in.each(NL80211_WOWLAN_TRIG_PKT_PATTERN)) {
        auto pattern = parse_pattern(each, support, ack);
        if (!pattern) return fail(std::move(pattern.error()));
        wake_on.patterns.push_back(std::move(*pattern));
    }
    return {};
}

}  // namespace

Result<void> set_wowlan(Context& context, const Request& request, Reply& reply) {
    const auto& support = context.wiphy().profile().wowlan;
    if (!support) return fail(EOPNOTSUPP);
    if (!request->has(NL80211_ATTR_WOWLAN_TRIGGERS)) {
        context.wiphy().set_wake_on(std::nullopt);
        return {};
    }
    const auto in = request->nested(NL80211_ATTR_WOWLAN_TRIGGERS, trigger_policy, Strictness::liberal, reply.ack());
    if (!in) return fail(in.error());
    mld::WakeOn wake_on;
    bool regular = false;
    for (const Trigger& trigger : triggers) {
        if (!in->flag(trigger.type)) continue;
        if (std::ranges::find(support->triggers, trigger.type) == support->triggers.end()) return fail(EINVAL);
        wake_on.*trigger.member = true;
        regular |= trigger.type != NL80211_WOWLAN_TRIG_ANY;
    }
    if (in->has(NL80211_WOWLAN_TRIG_GTK_REKEY_SUPPORTED)) return fail(EINVAL);
    if (in->has(NL80211_WOWLAN_TRIG_PKT_PATTERN)) {
        regular = true;
        if (auto parsed = parse_patterns(wake_on, *in, support->patterns, reply.ack()); !parsed) return parsed;
    }
    if (in->has(NL80211_WOWLAN_TRIG_TCP_CONNECTION)) return fail(EINVAL);  // no radio's here
    // Scheduled scans are no radio's either.
    if (in->has(NL80211_WOWLAN_TRIG_NET_DETECT)) return fail(EOPNOTSUPP);
    if (wake_on.any && regular) return fail(EINVAL);
    context.wiphy().set_wake_on(std::move(wake_on));
    return {};
}

Result<void> get_wowlan(Context& context, const Request&, Reply& reply) {
    if (!context.wiphy().profile().wowlan) return fail(EOPNOTSUPP);
    MessageBuilder message = reply.message(NL80211_CMD_GET_WOWLAN);
    if (const auto& wake_on = context.wiphy().wake_on()) {
        auto nest = message.nest_noflag(NL80211_ATTR_WOWLAN_TRIGGERS);
        for (const Trigger& trigger : triggers)
            if ((*wake_on).*trigger.member) message.put_flag(trigger.type);
        if (!wake_on->patterns.empty()) {
            auto all = message.nest_noflag(NL80211_WOWLAN_TRIG_PKT_PATTERN);
            std::uint16_t number = 1;
            for (const mld::WakePattern& pattern : wake_on->patterns) {
                auto one = message.nest_noflag(number++);
                message.put(NL80211_PKTPAT_MASK, pattern.mask);
                message.put(NL80211_PKTPAT_PATTERN, pattern.pattern);
                message.put_u32(NL80211_PKTPAT_OFFSET, pattern.offset);
            }
        }
    }
    return reply.send(message);
}

}  // namespace mlosim::netlink::nl80211
