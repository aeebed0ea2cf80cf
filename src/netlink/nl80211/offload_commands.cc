// What a program may leave to a radio that takes it: caches of master keys, rekeying, lists of stations. Rekeying an
// MT7925 takes, the rest no radio here; what the request lacks comes first all the same, in the kernel's order.

#include <algorithm>

#include "mld/driver.h"
#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

bool is_client(const mld::Wdev& wdev) {
    return wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
}

bool is_access_point(const mld::Wdev& wdev) {
    return wdev.type() == InterfaceType::ap || wdev.type() == InterfaceType::p2p_go;
}

constexpr std::size_t owe_offload = 65;  // NL80211_EXT_FEATURE_OWE_OFFLOAD
constexpr std::uint16_t kek_len = 16;
constexpr std::uint16_t kek_ext_len = 32;
constexpr std::uint16_t kck_len = 16;
constexpr std::uint16_t kck_ext_len_32 = 32;
constexpr std::uint16_t replay_ctr_len = 8;

constexpr auto rekey_rules = policy_table<NL80211_REKEY_DATA_AKM>({
    {NL80211_REKEY_DATA_KEK, attr::binary(kek_ext_len)},
    {NL80211_REKEY_DATA_KCK, attr::binary(kck_ext_len_32)},
    {NL80211_REKEY_DATA_REPLAY_CTR, attr::exact_len(replay_ctr_len)},
    {NL80211_REKEY_DATA_AKM, attr::u32()},
});
/// cf. nl80211_rekey_policy
constexpr Policy rekey_policy{rekey_rules};

}  // namespace

// cf. nl80211_set_pmksa()
Result<void> set_pmksa(Context&, const Request& request, Reply&) {
    if (!request->has(NL80211_ATTR_PMKID)) return fail(EINVAL);
    const bool by_fils =
        request->has(NL80211_ATTR_SSID) && request->has(NL80211_ATTR_FILS_CACHE_ID) && request->has(NL80211_ATTR_PMK);
    if (!request->has(NL80211_ATTR_MAC) && !by_fils) return fail(EINVAL);
    return fail(EOPNOTSUPP);
}

// cf. nl80211_del_pmksa()
Result<void> del_pmksa(Context& context, const Request& request, Reply&) {
    if (!request->has(NL80211_ATTR_MAC)) {
        if (!request->has(NL80211_ATTR_SSID)) return fail(EINVAL);
        const auto& features = context.wiphy().profile().ext_features;
        const bool by_fils = request->has(NL80211_ATTR_FILS_CACHE_ID) && request->has(NL80211_ATTR_PMK);
        if (!by_fils && !features.test(NL80211_EXT_FEATURE_SAE_OFFLOAD) && !features.test(owe_offload))
            return fail(EINVAL);
    }
    return fail(EOPNOTSUPP);
}

// cf. nl80211_set_rekey_data()
Result<void> set_rekey_offload(Context& context, const Request& request, Reply& reply) {
    if (!request->has(NL80211_ATTR_REKEY_DATA)) return fail(EINVAL);
    auto data = request->nested(NL80211_ATTR_REKEY_DATA, rekey_policy, Strictness::liberal, reply.ack());
    if (!data) return fail(std::move(data.error()));
    const auto kek = data->bytes(NL80211_REKEY_DATA_KEK);
    const auto kck = data->bytes(NL80211_REKEY_DATA_KCK);
    if (!data->has(NL80211_REKEY_DATA_REPLAY_CTR) || !kek || !kck) return fail(EINVAL);
    // WIPHY_FLAG_SUPPORTS_EXT_KEK_KCK is no radio's here.
    if (kek->size() != kek_len || kck->size() != kck_len) return fail(ERANGE);
    if (!is_client(context.wdev()) || !is_connected(context.wdev())) return fail(ENOTCONN);
    mld::RekeyData rekey;
    rekey.kek.assign(kek->begin(), kek->end());
    rekey.kck.assign(kck->begin(), kck->end());
    const auto counter = data->bytes(NL80211_REKEY_DATA_REPLAY_CTR);
    std::copy(counter->begin(), counter->end(), rekey.replay_counter.begin());
    rekey.akm = data->u32(NL80211_REKEY_DATA_AKM).value_or(0);
    return context.wiphy().set_rekey_data(context.wdev(), rekey);
}

// cf. nl80211_set_mac_acl(), parse_acl_data()
Result<void> set_mac_acl(Context& context, const Request&, Reply&) {
    const mld::Wdev& wdev = context.wdev();
    if (!is_access_point(wdev)) return fail(EOPNOTSUPP);
    if (wdev.links().empty() || wdev.links().front()->ap() == nullptr) return fail(EINVAL);
    return fail(EOPNOTSUPP);
}

}  // namespace mlosim::netlink::nl80211
