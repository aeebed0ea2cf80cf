#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/interface_message.h"
#include "netlink/owner.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;
using mld::MonitorFlag;

constexpr auto monitor_flag_rules = policy_table<NL80211_MNTR_FLAG_SKIP_TX>({
    {NL80211_MNTR_FLAG_FCSFAIL, attr::flag()},
    {NL80211_MNTR_FLAG_PLCPFAIL, attr::flag()},
    {NL80211_MNTR_FLAG_CONTROL, attr::flag()},
    {NL80211_MNTR_FLAG_OTHER_BSS, attr::flag()},
    {NL80211_MNTR_FLAG_COOK_FRAMES, attr::flag()},
    {NL80211_MNTR_FLAG_ACTIVE, attr::flag()},
    {NL80211_MNTR_FLAG_SKIP_TX, attr::flag()},
});
constexpr Policy monitor_flag_policy{monitor_flag_rules};

/// A wiphy's wdevs in the order in which the kernel lists them, from one on; with the link wdevs where they are shown.
class Lister {
public:
    Lister(const Context& context, const mld::Wiphy& wiphy) : links_(context.shows_links()), wiphy_(wiphy) {}

    /// The newest at or below `highest`, which are the numbers within the wiphy.
    [[nodiscard]] const mld::Wdev* at_most(std::uint32_t highest) const {
        const mld::Wdev* found = first(links_ ? &wiphy_.link_wdevs() : nullptr, highest);
        return found != nullptr ? found : first(&wiphy_.wdevs(), highest);
    }

private:
    static const mld::Wdev* first(const mld::Wiphy::Wdevs* wdevs, std::uint32_t highest) {
        if (wdevs == nullptr) return nullptr;
        const auto it = wdevs->lower_bound(highest);
        return it != wdevs->end() ? it->second.get() : nullptr;
    }

    bool links_;
    const mld::Wiphy& wiphy_;
};

// cf. nl80211_dump_interface()
class InterfacesDump final : public Dump {
public:
    InterfacesDump(const Context& context, WiphyFilter filter) : context_(context), filter_(filter) {}

    Result<Progress> fill(DumpBuffer& out) override {
        const auto& wiphys = context_.world().wiphys();
        for (auto it = wiphy_ ? wiphys.lower_bound(*wiphy_) : wiphys.begin(); it != wiphys.end(); ++it) {
            if (wiphy_ != it->first) {
                wiphy_ = it->first;
                highest_ = everything;
            }
            if (!filter_.lets_pass(*it->second)) continue;
            const Lister lister(context_, *it->second);
            while (const mld::Wdev* wdev = highest_ != 0 ? lister.at_most(highest_) : nullptr) {
                if (!out.add(NL80211_CMD_NEW_INTERFACE,
                             [&](MessageBuilder& message) { put_interface(message, context_, *wdev); }))
                    return Progress::more;
                highest_ = wdev->id().local() - 1;
            }
        }
        // The kernel notices only at the next piece that nothing is left.
        if (out.empty()) return Progress::done;
        return Progress::more;
    }

private:
    static constexpr std::uint32_t everything = 0xffffffff;
    const Context& context_;
    WiphyFilter filter_;
    std::optional<mld::WiphyIndex> wiphy_;
    std::uint32_t highest_ = everything;
};

/// The type's number as this dialect means it: the rfc dialect's 13 is a link wdev.
Result<InterfaceType> requested_type(const Context& context, std::uint32_t number) {
    if (context.shows_links() && number == rfc::iftype_mlo_link) return InterfaceType::mlo_link;
    const auto type = mld::interface_type_from_nl80211(number);
    if (!type) return fail(EINVAL);
    return *type;
}

// cf. parse_monitor_flags(), nl80211_parse_mon_options()
Result<mld::MonitorFlags> monitor_flags(const mld::Wiphy& wiphy, InterfaceType type, const Request& request) {
    if (request->has(NL80211_ATTR_MU_MIMO_GROUP_DATA) || request->has(NL80211_ATTR_MU_MIMO_FOLLOW_MAC_ADDR)) {
        if (type != InterfaceType::monitor) return fail(EINVAL);
        return fail(EOPNOTSUPP);  // no radio here has MU_MIMO_AIR_SNIFFER
    }
    if (!request->has(NL80211_ATTR_MNTR_FLAGS)) return mld::MonitorFlags{};
    if (type != InterfaceType::monitor) return fail(EINVAL);
    ExtAck unused;
    auto given = request->nested(NL80211_ATTR_MNTR_FLAGS, monitor_flag_policy, Strictness::liberal, unused);
    if (!given) return fail(EINVAL);
    mld::MonitorFlags flags{MonitorFlag::changed};
    for (std::uint16_t flag = NL80211_MNTR_FLAG_FCSFAIL; flag <= NL80211_MNTR_FLAG_SKIP_TX; ++flag)
        if (given->flag(flag)) flags |= mld::MonitorFlags::from_bits(1U << flag);
    if (flags.has(MonitorFlag::cook_frames)) return fail(EOPNOTSUPP);
    if (flags.has(MonitorFlag::active) && (wiphy.profile().features & NL80211_FEATURE_ACTIVE_MONITOR) == 0)
        return fail(EOPNOTSUPP);
    return flags;
}

// cf. nl80211_parse_vif_radio_mask()
Result<std::optional<std::uint32_t>> radio_mask(const mld::Wiphy& wiphy, const Request& request) {
    const auto mask = request->u32(NL80211_ATTR_VIF_RADIO_MASK);
    if (!mask) return std::optional<std::uint32_t>{};
    const std::uint32_t allowed = (1U << wiphy.profile().radios.size()) - 1;
    if ((*mask & ~allowed) != 0) return fail(EINVAL);
    return std::optional(*mask != 0 ? *mask : allowed);
}

std::optional<bool> use_4addr(const Request& request) {
    const auto value = request->u8(NL80211_ATTR_4ADDR);
    return value ? std::optional(*value != 0) : std::nullopt;
}

}  // namespace

// cf. nl80211_get_interface()
Result<void> get_interface(Context& context, const Request&, Reply& reply) {
    MessageBuilder message = reply.message(NL80211_CMD_NEW_INTERFACE);
    put_interface(message, context, context.wdev());
    return reply.send(message);
}

Result<std::unique_ptr<Dump>> dump_interfaces(Context& context, const Request& request, Reply&) {
    auto filter = wiphy_filter(context, request);
    if (!filter) return failing_dump(std::move(filter.error()));
    return std::make_unique<InterfacesDump>(context, *filter);
}

// cf. nl80211_new_interface()
Result<void> new_interface(Context& context, const Request& request, Reply& reply) {
    mld::Wiphy& wiphy = context.wiphy();
    const auto name = request->string(NL80211_ATTR_IFNAME);
    if (!name) return fail(EINVAL);
    mld::InterfaceSpec spec;
    spec.name = *name;
    auto type = requested_type(context, request->u32(NL80211_ATTR_IFTYPE).value_or(NL80211_IFTYPE_UNSPECIFIED));
    if (!type) return fail(std::move(type.error()));
    spec.type = *type;
    const bool takes_address =
        spec.type == InterfaceType::p2p_device || (wiphy.profile().features & NL80211_FEATURE_MAC_ON_CREATE) != 0;
    if (takes_address) {
        spec.address = request->mac(NL80211_ATTR_MAC);
        if (spec.address && !spec.address->is_valid_individual()) return fail(EADDRNOTAVAIL);
    }
    spec.use_4addr = use_4addr(request);
    auto flags = monitor_flags(wiphy, spec.type, request);
    if (!flags) return fail(std::move(flags.error()));
    spec.monitor_flags = *flags;
    auto mask = radio_mask(wiphy, request);
    if (!mask) return fail(std::move(mask.error()));
    spec.radio_mask = *mask;
    if (request->flag(NL80211_ATTR_SOCKET_OWNER)) spec.owner = owner_of(request.port());

    auto made = wiphy.add_interface(spec);
    if (!made) return fail(std::move(made.error()));
    MessageBuilder message = reply.message(NL80211_CMD_NEW_INTERFACE);
    put_interface(message, context, **made);
    return reply.send(message);
}

// cf. nl80211_set_interface()
Result<void> set_interface(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (wdev.is_link()) return fail(EOPNOTSUPP);
    if (wdev.netdev() == nullptr) return fail(EINVAL);
    mld::InterfaceChange change;
    InterfaceType type = wdev.type();
    if (const auto number = request->u32(NL80211_ATTR_IFTYPE)) {
        auto wanted = requested_type(context, *number);
        if (!wanted) return fail(std::move(wanted.error()));
        if (*wanted == InterfaceType::mlo_link) return fail(EOPNOTSUPP);
        if (*wanted != type) change.type = *wanted;
        type = *wanted;
    }
    if (request->has(NL80211_ATTR_MESH_ID)) {
        if (type != InterfaceType::mesh_point || wdev.type() != InterfaceType::mesh_point) return fail(EINVAL);
        return fail(EOPNOTSUPP);  // meshes are not simulated
    }
    change.use_4addr = use_4addr(request);
    auto flags = monitor_flags(wdev.wiphy(), type, request);
    if (!flags) return fail(std::move(flags.error()));
    change.monitor_flags = *flags;
    auto mask = radio_mask(wdev.wiphy(), request);
    if (!mask) return fail(std::move(mask.error()));
    change.radio_mask = *mask;
    return wdev.wiphy().change_interface(wdev, change);
}

// cf. nl80211_del_interface()
Result<void> del_interface(Context& context, const Request&, Reply&) {
    return context.wiphy().remove_interface(context.wdev());
}

// cf. nl80211_start_p2p_device()
Result<void> start_p2p_device(Context& context, const Request&, Reply&) {
    if (context.wdev().type() != InterfaceType::p2p_device) return fail(EOPNOTSUPP);
    return context.wiphy().start_p2p_device(context.wdev());
}

// cf. nl80211_stop_p2p_device()
Result<void> stop_p2p_device(Context& context, const Request&, Reply&) {
    if (context.wdev().type() != InterfaceType::p2p_device) return fail(EOPNOTSUPP);
    return context.wiphy().stop_p2p_device(context.wdev());
}

}  // namespace mlosim::netlink::nl80211
