// A station MLD's links while it is connected: more or fewer of them, which traffic they carry, priority access.

#include <cstring>

#include "mld/link_mapping.h"
#include "mld/station_mlme.h"
#include "netlink/nl80211/association_links.h"
#include "netlink/nl80211/attribute_policy.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/owner.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

bool is_client(const mld::Wdev& wdev) {
    return wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
}

Result<void> check_connected(const mld::Wdev& wdev) {
    if (!is_client(wdev)) return fail(EOPNOTSUPP);
    if (wdev.mlme() == nullptr || wdev.mlme()->connection() == nullptr) return fail(ENOLINK);
    return {};
}

void copy_links(std::array<std::uint16_t, mld::LinkMapping::tids>& out, const Request& request,
                std::uint16_t attribute) {
    const auto bytes = *request->bytes(attribute);
    std::memcpy(out.data(), bytes.data(), sizeof(out));
}

}  // namespace

// cf. nl80211_set_ttlm()
Result<void> set_link_mapping(Context& context, const Request& request, Reply&) {
    const mld::Wdev& wdev = context.wdev();
    if (auto connected = check_connected(wdev); !connected) return connected;
    if (!request->has(NL80211_ATTR_MLO_TTLM_DLINK) || !request->has(NL80211_ATTR_MLO_TTLM_ULINK)) return fail(EINVAL);
    mld::LinkMapping mapping;
    copy_links(mapping.downlink, request, NL80211_ATTR_MLO_TTLM_DLINK);
    copy_links(mapping.uplink, request, NL80211_ATTR_MLO_TTLM_ULINK);
    return wdev.mlme()->set_link_mapping(mapping);
}

// cf. nl80211_assoc_ml_reconf()
Result<void> reconfigure_links(Context& context, const Request& request, Reply&) {
    const mld::Wdev& wdev = context.wdev();
    if (!wdev.is_mld()) return fail(EINVAL);
    const mld::Connection* connection = wdev.mlme() != nullptr ? wdev.mlme()->connection() : nullptr;
    if (connection != nullptr && connection->owner_ends_it && connection->owner != owner_of(request.port()))
        return fail(EPERM);
    if (!is_client(wdev)) return fail(EOPNOTSUPP);
    mld::LinkReconfiguration out;
    auto links = parse_association_links(wdev.wiphy(), request);
    if (!links) return fail(std::move(links.error()));
    out.add = std::move(*links);
    out.remove = request->u16(NL80211_ATTR_MLO_RECONF_REM_LINKS).value_or(0);
    out.ext_mld_capabilities = request->u16(NL80211_ATTR_EXT_MLD_CAPA_AND_OPS).value_or(0);
    return wdev.mlme()->reconfigure_links(out);
}

// cf. nl80211_epcs_cfg()
Result<void> set_priority_access(Context& context, const Request& request, Reply&) {
    const mld::Wdev& wdev = context.wdev();
    if (auto connected = check_connected(wdev); !connected) return connected;
    return wdev.mlme()->set_epcs(request->flag(NL80211_ATTR_EPCS));
}

}  // namespace mlosim::netlink::nl80211
