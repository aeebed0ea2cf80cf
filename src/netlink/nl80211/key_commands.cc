#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

/// Whether the interface can have keys now. Nobody can connect yet, so stations cannot; an access point could, but its
/// keys are not simulated. cf. nl80211_key_allowed()
Result<void> keys_allowed(const mld::Wdev& wdev, const char* message = "") {
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::ap_vlan:
        case InterfaceType::p2p_go:
        case InterfaceType::mesh_point:
            return fail(EOPNOTSUPP);
        case InterfaceType::adhoc:
        case InterfaceType::station:
        case InterfaceType::p2p_client:
            return fail(ENOLINK, message);
        default:
            return fail(EINVAL, message);  // link wdevs too: their MLD has the keys
    }
}

/// cf. key_policy
constexpr auto key_rules = policy_table<NL80211_KEY_DEFAULT_BEACON>({
    {NL80211_KEY_DATA, attr::binary(32)},
    {NL80211_KEY_IDX, attr::u8()},
    {NL80211_KEY_CIPHER, attr::u32()},
    {NL80211_KEY_SEQ, attr::binary(16)},
    {NL80211_KEY_DEFAULT, attr::flag()},
    {NL80211_KEY_DEFAULT_MGMT, attr::flag()},
    {NL80211_KEY_TYPE, attr::max(AttributeType::u32, 3)},
    {NL80211_KEY_DEFAULT_TYPES, attr::nested()},
    {NL80211_KEY_MODE, attr::range(AttributeType::u8, 0, 2)},
    {NL80211_KEY_DEFAULT_BEACON, attr::flag()},
});
constexpr Policy key_policy{key_rules};

/// What a request says of a key, in the nest KEY or in attributes of its own. cf. nl80211_parse_key()
struct KeyRequest {
    bool has_data = false;
    std::optional<std::uint8_t> index;
    bool is_default = false;
    bool is_default_management = false;
    bool is_default_beacon = false;
};

Result<KeyRequest> parse_nested_key(const Request& request, ExtAck& ack) {
    auto key = request->nested(NL80211_ATTR_KEY, key_policy, Strictness::liberal, ack);
    if (!key) return fail(std::move(key.error()));
    return KeyRequest{.has_data = key->has(NL80211_KEY_DATA),
                      .index = key->u8(NL80211_KEY_IDX),
                      .is_default = key->flag(NL80211_KEY_DEFAULT),
                      .is_default_management = key->flag(NL80211_KEY_DEFAULT_MGMT),
                      .is_default_beacon = key->flag(NL80211_KEY_DEFAULT_BEACON)};
}

Result<KeyRequest> parse_key(const Request& request, ExtAck& ack) {
    KeyRequest key{.has_data = request->has(NL80211_ATTR_KEY_DATA),
                   .index = request->u8(NL80211_ATTR_KEY_IDX),
                   .is_default = request->flag(NL80211_ATTR_KEY_DEFAULT),
                   .is_default_management = request->flag(NL80211_ATTR_KEY_DEFAULT_MGMT)};
    if (request->has(NL80211_ATTR_KEY)) {
        auto nested = parse_nested_key(request, ack);
        if (!nested) return nested;
        key = *nested;
    }
    if (int{key.is_default} + int{key.is_default_management} + int{key.is_default_beacon} > 1)
        return fail(EINVAL, "key with multiple default flags is invalid");
    if (!key.index) return key;
    const unsigned index = *key.index;
    if (key.is_default_management && (index < 4 || index > 5)) return fail(EINVAL, "defmgmt key idx not 4 or 5");
    if (key.is_default_beacon && (index < 6 || index > 7)) return fail(EINVAL, "defbeacon key idx not 6 or 7");
    if (key.is_default && index > 3) return fail(EINVAL, "def key idx not 0-3");
    if (index > 7) return fail(EINVAL, "key idx not 0-7");
    return key;
}

}  // namespace

// cf. nl80211_get_key(), which any interface may ask; there are none to tell of. Link wdevs have none of their own.
Result<void> get_key(Context& context, const Request&, Reply&) {
    if (context.wdev().is_link()) return fail(EINVAL);
    return fail(ENOENT);
}

// cf. nl80211_set_key()
Result<void> set_key(Context& context, const Request& request, Reply& reply) {
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    if (!key->index) return fail(EINVAL);
    if (!key->is_default && !key->is_default_management && !key->is_default_beacon) return fail(EINVAL);
    return keys_allowed(context.wdev());
}

// cf. nl80211_new_key()
Result<void> new_key(Context& context, const Request& request, Reply& reply) {
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    if (!key->has_data) return fail(EINVAL, "no key");
    return keys_allowed(context.wdev(), "key not allowed");
}

// cf. nl80211_del_key()
Result<void> del_key(Context& context, const Request& request, Reply& reply) {
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    if (!key->index) return fail(EINVAL);
    return keys_allowed(context.wdev());
}

}  // namespace mlosim::netlink::nl80211
