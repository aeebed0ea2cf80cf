#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/regulatory_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

/// The domain in force for all, then those that wiphys have for themselves. cf. nl80211_get_reg_dump()
class RegulatoryDump final : public Dump {
public:
    explicit RegulatoryDump(const Context& context) : context_(context) {}

    Result<Progress> fill(DumpBuffer& out) override {
        mld::World& world = context_.world();
        if (!global_told_) {
            if (!out.add(NL80211_CMD_GET_REG,
                         [&](MessageBuilder& message) { put_domain(message, world.regulatory().domain()); }))
                return Progress::more;
            global_told_ = true;
        }
        const auto& wiphys = world.wiphys();
        for (auto it = last_ ? wiphys.upper_bound(*last_) : wiphys.begin(); it != wiphys.end(); ++it) {
            const mld::Wiphy& wiphy = *it->second;
            if (wiphy.own_domain() && !out.add(NL80211_CMD_GET_REG, [&](MessageBuilder& message) {
                    put_domain(message, *wiphy.own_domain());
                    message.put_u32(NL80211_ATTR_WIPHY, wiphy.index().value);
                    if (wiphy.profile().has(mld::WiphyFlag::self_managed_regulatory))
                        message.put_flag(NL80211_ATTR_WIPHY_SELF_MANAGED_REG);
                }))
                return Progress::more;
            last_ = it->first;
        }
        return out.empty() ? Progress::done : Progress::more;
    }

private:
    const Context& context_;
    bool global_told_ = false;
    std::optional<mld::WiphyIndex> last_;
};

}  // namespace

// cf. nl80211_get_reg_do()
Result<void> get_regulatory(Context& context, const Request& request, Reply& reply) {
    MessageBuilder message = reply.message(NL80211_CMD_GET_REG);
    const phy::RegulatoryDomain* domain = &context.world().regulatory().domain();
    if (request->has(NL80211_ATTR_WIPHY)) {
        auto wiphy = context.find_wiphy(request.attributes());
        if (!wiphy) return fail(std::move(wiphy.error()));
        if (const auto& own = (*wiphy)->own_domain()) {
            message.put_u32(NL80211_ATTR_WIPHY, (*wiphy)->index().value);
            domain = &*own;
        }
    }
    put_domain(message, *domain);
    return reply.send(message);
}

Result<std::unique_ptr<Dump>> dump_regulatory(Context& context, const Request&, Reply&) {
    return std::make_unique<RegulatoryDump>(context);
}

// cf. nl80211_req_set_reg()
Result<void> request_regulatory(Context& context, const Request& request, Reply&) {
    switch (request->u32(NL80211_ATTR_USER_REG_HINT_TYPE).value_or(NL80211_USER_REG_HINT_USER)) {
        case NL80211_USER_REG_HINT_USER:
            break;
        case NL80211_USER_REG_HINT_CELL_BASE:
            break;
        // Whether one is indoors would matter to channels for indoor use, on which nothing here starts by itself.
        case NL80211_USER_REG_HINT_INDOOR:
            return {};
        default:
            return fail(EINVAL);
    }
    const auto letters = request->bytes(NL80211_ATTR_REG_ALPHA2);
    if (!letters) return fail(EINVAL);
    const auto alpha2 = phy::Alpha2::parse({reinterpret_cast<const char*>(letters->data()), 2});
    if (!alpha2) return fail(EINVAL);
    const auto type = static_cast<mld::UserHintType>(request->u32(NL80211_ATTR_USER_REG_HINT_TYPE).value_or(0));
    return context.world().regulatory().hint_user(*alpha2, type);
}

// cf. nl80211_reload_regdb()
Result<void> reload_regulatory(Context& context, const Request&, Reply&) {
    return context.world().regulatory().reload();
}

/// A user space agent's answer to a question of the kernel's, which the world never asks: it has its database. cf.
/// nl80211_set_reg(), reg_is_valid_request()
Result<void> set_regulatory(Context&, const Request&, Reply&) {
    return fail(EINVAL);
}

}  // namespace mlosim::netlink::nl80211
