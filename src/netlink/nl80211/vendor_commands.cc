// What vendors added to nl80211: the one command of mac80211_hwsim, for tests.

#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

constexpr std::uint32_t oui_qca = 0x001374;
constexpr std::uint32_t subcommand_test = 1;
constexpr std::uint16_t attribute_test = 8;

/// cf. hwsim_vendor_test_policy
constexpr auto test_rules = policy_table<attribute_test>({{attribute_test, attr::u32()}});
constexpr Policy test_policy{test_rules};

void put_data(MessageBuilder& out, std::uint32_t value) {
    auto data = out.nest_noflag(NL80211_ATTR_VENDOR_DATA);
    out.put_u32(attribute_test, value);
}

// cf. mac80211_hwsim_vendor_cmd_test()
Result<void> test(Context& context, mld::Wdev& wdev, const Request& request, Reply& reply) {
    ExtAck unused;
    auto data = request->nested(NL80211_ATTR_VENDOR_DATA, test_policy,
                                Strictness::deprecated_strict | Strictness::unspec | Strictness::strict_attrs, unused);
    if (!data) return fail(std::move(data.error()));
    const auto value = data->u32(attribute_test);
    if (!value) return fail(EINVAL);

    MessageBuilder event = context.family().message(NL80211_CMD_VENDOR);
    event.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    event.put_u32(NL80211_ATTR_VENDOR_ID, oui_qca);
    event.put_u32(NL80211_ATTR_VENDOR_SUBCMD, subcommand_test);
    event.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
    event.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    put_data(event, *value + 1);
    context.family().notify(static_cast<std::uint32_t>(Group::vendor), event);

    MessageBuilder answer = reply.message(NL80211_CMD_VENDOR);
    answer.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    put_data(answer, *value + 2);
    return reply.send(answer);
}

}  // namespace

// cf. nl80211_vendor_cmd()
Result<void> vendor_command(Context& context, const Request& request, Reply& reply) {
    if (context.wiphy().profile().vendor_commands.empty()) return fail(EOPNOTSUPP);
    auto wdev = context.find_wdev(request.attributes());
    if (!wdev && wdev.error().code != EINVAL) return fail(std::move(wdev.error()));
    if (wdev && &(*wdev)->wiphy() != &context.wiphy()) return fail(EINVAL);
    const auto vendor = request->u32(NL80211_ATTR_VENDOR_ID);
    const auto subcommand = request->u32(NL80211_ATTR_VENDOR_SUBCMD);
    if (!vendor || !subcommand) return fail(EINVAL);
    for (const mld::VendorCommand& known : context.wiphy().profile().vendor_commands) {
        if (known.oui != *vendor || known.subcommand != *subcommand) continue;
        if (*vendor != oui_qca || *subcommand != subcommand_test) return fail(EOPNOTSUPP);
        if (!wdev || (*wdev)->netdev() == nullptr) return fail(EINVAL);
        // cf. nl80211_vendor_check_policy()
        const auto data = request->find(NL80211_ATTR_VENDOR_DATA);
        if (!data) return fail(EINVAL);
        if (!data->has_nested_flag())
            return fail(EINVAL, "expected nested data", request->at(NL80211_ATTR_VENDOR_DATA));
        return test(context, **wdev, request, reply);
    }
    return fail(EOPNOTSUPP);
}

}  // namespace mlosim::netlink::nl80211
