#include "mld/data_path.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/key_request.h"

namespace mlosim::netlink::nl80211 {

using mld::InterfaceType;

Result<void> keys_allowed(const mld::Wdev& wdev, const char* message) {
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::ap_vlan:
        case InterfaceType::p2p_go:
        case InterfaceType::mesh_point:
            return {};
        case InterfaceType::station:
        case InterfaceType::p2p_client:
            if (is_connected(wdev) ||
                wdev.wiphy().profile().ext_features.test(NL80211_EXT_FEATURE_ASSOC_FRAME_ENCRYPTION))
                return {};
            return fail(ENOLINK, message);
        case InterfaceType::adhoc:
            return fail(ENOLINK, message);
        default:
            return fail(EINVAL, message);  // link wdevs too: their MLD has the keys
    }
}

namespace {

/// Group keys of an MLD belong to a link, all others to none. cf. nl80211_validate_key_link_id()
Result<void> check_link(const mld::Wdev& wdev, std::optional<ieee80211::LinkId> link, bool pairwise) {
    if (pairwise) {
        if (link) return fail(EINVAL, "link ID not allowed for pairwise key");
        return {};
    }
    if (!wdev.is_mld()) {
        if (link) return fail(EINVAL, "link ID not allowed for non-MLO group key");
        return {};
    }
    if (!link) return fail(EINVAL, "link ID must be set for MLO group key");
    if ((wdev.valid_links() & link->bit()) == 0) return fail(EINVAL, "invalid link ID for MLO group key");
    return {};
}

Result<void> check_owner(const mld::Wdev& wdev, std::optional<ieee80211::LinkId> link, bool pairwise) {
    if (auto allowed = keys_allowed(wdev); !allowed) return allowed;
    return check_link(wdev, link, pairwise);
}

bool knows_beacon_keys(const mld::Wdev& wdev) {
    const auto& features = wdev.wiphy().profile().ext_features;
    const bool client = wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
    return features.test(NL80211_EXT_FEATURE_BEACON_PROTECTION) ||
           (client && features.test(NL80211_EXT_FEATURE_BEACON_PROTECTION_CLIENT));
}

void put_key_info(MessageBuilder& out, const mld::KeyInfo& info, std::uint8_t index) {
    // cf. get_key_callback(): programs read it in either form
    if (!info.sequence.empty()) out.put(NL80211_ATTR_KEY_SEQ, info.sequence);
    if (info.cipher.selector() != 0) out.put_u32(NL80211_ATTR_KEY_CIPHER, info.cipher.selector());
    auto nest = out.nest_noflag(NL80211_ATTR_KEY);
    if (!info.sequence.empty()) out.put(NL80211_KEY_SEQ, info.sequence);
    if (info.cipher.selector() != 0) out.put_u32(NL80211_KEY_CIPHER, info.cipher.selector());
    out.put_u8(NL80211_KEY_IDX, index);
}

}  // namespace

// cf. nl80211_get_key()
Result<void> get_key(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    if (wdev.is_link()) return fail(EINVAL);  // the MLD has the keys
    mld::KeyName name{.index = request->u8(NL80211_ATTR_KEY_IDX).value_or(0),
                      .peer = request->mac(NL80211_ATTR_MAC),
                      .link = link_id(request.attributes())};
    if (name.index >= 6 && !knows_beacon_keys(wdev)) return fail(EINVAL, "BIGTK not supported");
    name.pairwise = name.peer.has_value();
    if (const auto type = request->u32(NL80211_ATTR_KEY_TYPE)) {
        if (*type != NL80211_KEYTYPE_GROUP && *type != NL80211_KEYTYPE_PAIRWISE) return fail(EINVAL);
        name.pairwise = *type == NL80211_KEYTYPE_PAIRWISE;
    }
    if (!name.pairwise && name.peer && !wdev.wiphy().profile().has(mld::WiphyFlag::ibss_rsn)) return fail(ENOENT);
    if (auto valid = check_link(wdev, name.link, name.pairwise); !valid) return valid;
    auto info = wdev.wiphy().data_path().key(wdev, name);
    if (!info) return fail(std::move(info.error()));

    MessageBuilder message = reply.message(NL80211_CMD_NEW_KEY);
    if (wdev.netdev() != nullptr) message.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    message.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
    message.put_u8(NL80211_ATTR_KEY_IDX, name.index);
    if (name.peer) message.put_mac(NL80211_ATTR_MAC, *name.peer);
    put_key_info(message, *info, name.index);
    return reply.send(message);
}

// cf. nl80211_set_key()
Result<void> set_key(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    if (!key->index) return fail(EINVAL);
    const bool starts_using = key->mode == mld::KeyMode::set_tx;
    if (!key->chooses_default() && !starts_using) return fail(EINVAL);
    mld::KeyName name{.index = *key->index, .link = link_id(request.attributes())};
    mld::DataPath& data_path = wdev.wiphy().data_path();

    if (!key->chooses_default()) {
        name.peer = request->mac(NL80211_ATTR_MAC);
        name.pairwise = true;
        if (!wdev.wiphy().profile().ext_features.test(NL80211_EXT_FEATURE_EXT_KEY_ID)) return fail(EINVAL);
        if (!name.peer || name.index > 1) return fail(EINVAL);
        if (auto valid = check_link(wdev, name.link, true); !valid) return valid;
        return data_path.add_key(wdev, name, *key->parameters);
    }
    if (key->is_default && wdev.netdev() == nullptr) return fail(EINVAL);
    if (auto valid = check_owner(wdev, name.link, false); !valid) return valid;
    using mld::KeyPurpose;
    KeyPurpose purpose = KeyPurpose::data;
    if (key->is_default_management)
        purpose = KeyPurpose::management;
    else if (key->is_default_beacon)
        purpose = KeyPurpose::beacon;
    else if (key->for_unicast != key->for_multicast)
        purpose = key->for_unicast ? KeyPurpose::data_unicast : KeyPurpose::data_multicast;
    else if (!key->for_unicast)
        return {};
    return data_path.set_default_key(wdev, name, purpose);
}

// cf. nl80211_new_key()
Result<void> new_key(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    if (!key->parameters || key->parameters->data.empty()) return fail(EINVAL, "no key");
    const auto peer = request->mac(NL80211_ATTR_MAC);
    const auto pairwise = key->pairwise(peer.has_value());
    if (!pairwise) return fail(EINVAL, "key type not pairwise or group");
    if (!valid_key(wdev.wiphy(), *key, *pairwise, peer.has_value()))
        return fail(EINVAL, "key setting validation failed");
    if (auto allowed = keys_allowed(wdev, "key not allowed"); !allowed) return allowed;
    const mld::KeyName name{
        .index = *key->index, .pairwise = *pairwise, .peer = peer, .link = link_id(request.attributes())};
    if (auto valid = check_link(wdev, name.link, *pairwise); !valid) return valid;
    auto added = wdev.wiphy().data_path().add_key(wdev, name, *key->parameters);
    if (!added) return fail(added.error().code, "key addition failed");
    return {};
}

// cf. nl80211_del_key()
Result<void> del_key(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    const auto peer = request->mac(NL80211_ATTR_MAC);
    const auto pairwise = key->pairwise(peer.has_value());
    if (!pairwise || !valid_key_index(wdev.wiphy(), key->index, *pairwise)) return fail(EINVAL);
    if (!*pairwise && peer && !wdev.wiphy().profile().has(mld::WiphyFlag::ibss_rsn)) return fail(ENOENT);
    const mld::KeyName name{
        .index = *key->index, .pairwise = *pairwise, .peer = peer, .link = link_id(request.attributes())};
    if (auto valid = check_owner(wdev, name.link, *pairwise); !valid) return valid;
    return wdev.wiphy().data_path().remove_key(wdev, name);
}

}  // namespace mlosim::netlink::nl80211
