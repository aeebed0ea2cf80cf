#include "mld/detail/key_store.h"

#include "mld/driver.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

constexpr std::uint8_t first_beacon_key = Key::data_keys + Key::management_keys;
constexpr std::uint8_t all_keys = first_beacon_key + Key::beacon_keys;

ieee80211::Bytes octets_of(std::uint64_t packet_number) {
    ieee80211::Bytes out;
    for (unsigned i = 0; i < 6; ++i)
        out.push_back(static_cast<std::uint8_t>(packet_number >> (8U * i)));
    return out;
}

bool is_legacy(ieee80211::Suite suite) {
    namespace cipher = ieee80211::cipher;
    return suite == cipher::wep40 || suite == cipher::wep104 || suite == cipher::tkip;
}

}  // namespace

// cf. ieee80211_link_or_deflink()
Link* KeyStore::link_of(const Wdev& wdev, const KeyName& name) {
    if (name.link) return wdev.link(*name.link);
    return wdev.links().empty() ? nullptr : wdev.links().front().get();
}

// cf. ieee80211_lookup_key()
KeyStore::Slot* KeyStore::slot(const Wdev& wdev, const KeyName& name) const {
    if (name.index >= all_keys || (name.pairwise && name.index >= Key::data_keys)) return nullptr;
    if (name.peer) {
        Sta* sta = wiphy_.stations().find(wdev, *name.peer);
        if (sta == nullptr) return nullptr;
        return name.pairwise ? &sta->pairwise_keys[name.index] : &sta->group_keys[name.index];
    }
    if (name.pairwise) return nullptr;  // those that every peer shared were WEP's
    Link* link = link_of(wdev, name);
    return link == nullptr ? nullptr : &link->group_keys[name.index];
}

// cf. ieee80211_add_key(), ieee80211_key_link()
Result<void> KeyStore::add(Wdev& wdev, const KeyName& name, const KeyParameters& parameters) {
    if (!wdev.running()) return fail(ENETDOWN);
    if (link_of(wdev, name) == nullptr) return fail(ENOLINK);
    if (name.pairwise && (name.link || !name.peer)) return fail(EINVAL);
    if (name.pairwise && parameters.mode == KeyMode::set_tx) return send_with(wdev, name);
    if (is_legacy(parameters.cipher)) return fail(EOPNOTSUPP, "WEP and TKIP are not simulated");
    auto made = Key::make(name.index, name.pairwise, parameters);
    if (!made) return fail(made.error());
    Sta* sta = nullptr;
    if (name.peer) {
        sta = wiphy_.stations().find(wdev, *name.peer);
        if (sta == nullptr || !sta->flags.has(StaFlag::associated)) return fail(ENOENT);
    }
    Slot* place = slot(wdev, name);
    if (place == nullptr) return fail(EINVAL);

    const auto other_cipher = [&](const Slot& key) { return key != nullptr && key->cipher() != parameters.cipher; };
    if (other_cipher(*place)) return fail(EOPNOTSUPP);
    if (name.pairwise && other_cipher(sta->pairwise_keys[name.index ^ 1U])) return fail(EOPNOTSUPP);
    // Installing it again would let its packet numbers begin anew.
    if (*place != nullptr && (*place)->is_same_as(**made)) return {};
    if (*place != nullptr) tell_driver(KeyCommand::disable, wdev, name, **place);
    *place = std::move(*made);
    tell_driver(KeyCommand::set, wdev, name, **place);
    if (name.pairwise && parameters.mode != KeyMode::no_tx) {
        sta->tx_key_index = name.index;
        sta->uses_encryption = true;
    }
    return {};
}

Result<void> KeyStore::send_with(Wdev& wdev, const KeyName& name) {
    Sta* sta = name.peer ? wiphy_.stations().find(wdev, *name.peer) : nullptr;
    if (sta == nullptr || name.index >= Key::data_keys) return fail(EINVAL);
    if (sta->tx_key_index == name.index) return {};
    if (sta->pairwise_keys[name.index] == nullptr) return fail(EINVAL);
    sta->tx_key_index = name.index;
    sta->uses_encryption = true;
    return {};
}

// cf. ieee80211_del_key(), ieee80211_key_replace()
Result<void> KeyStore::remove(Wdev& wdev, const KeyName& name) {
    Slot* place = slot(wdev, name);
    if (place == nullptr || *place == nullptr) return fail(ENOENT);
    tell_driver(KeyCommand::disable, wdev, name, **place);
    place->reset();
    if (name.peer) return {};
    Link& link = *link_of(wdev, name);
    for (auto* chosen : {&link.default_unicast_key, &link.default_multicast_key, &link.default_management_key,
                         &link.default_beacon_key})
        if (*chosen == name.index) chosen->reset();
    return {};
}

// cf. ieee80211_get_key()
Result<KeyInfo> KeyStore::info(const Wdev& wdev, const KeyName& name) const {
    const Slot* place = slot(wdev, name);
    if (place == nullptr || *place == nullptr) return fail(ENOENT);
    return KeyInfo{(*place)->cipher(), octets_of((*place)->transmitted())};
}

// cf. ieee80211_config_default_key(), _default_mgmt_key(), _default_beacon_key()
Result<void> KeyStore::set_default(Wdev& wdev, const KeyName& name, KeyPurpose purpose) {
    Link* link = link_of(wdev, name);
    if (link == nullptr) return fail(ENOLINK);
    // An index without a key chooses none. cf. __ieee80211_set_default_key()
    const auto choice = [&](std::uint8_t from, std::uint8_t to) -> std::optional<std::uint8_t> {
        if (name.index < from || name.index >= to || link->group_keys[name.index] == nullptr) return std::nullopt;
        return name.index;
    };
    switch (purpose) {
        case KeyPurpose::data_unicast:
            link->default_unicast_key = choice(0, Key::data_keys);
            break;
        case KeyPurpose::data_multicast:
            link->default_multicast_key = choice(0, Key::data_keys);
            break;
        case KeyPurpose::data:
            link->default_unicast_key = link->default_multicast_key = choice(0, Key::data_keys);
            break;
        case KeyPurpose::management:
            link->default_management_key = choice(Key::data_keys, first_beacon_key);
            break;
        case KeyPurpose::beacon:
            link->default_beacon_key = choice(first_beacon_key, all_keys);
            break;
    }
    return {};
}

void KeyStore::tell_driver(KeyCommand command, Wdev& wdev, const KeyName& name, const Key& key) {
    if (wdev.is_mld() && name.link && (wdev.active_links() & name.link->bit()) == 0) return;
    Sta* peer = name.peer ? wiphy_.stations().find(wdev, *name.peer) : nullptr;
    if (auto done = wiphy_.driver().set_key(command, wdev, peer, name, key); !done)
        wiphy_.world().trace().record(wiphy_.world().now(), "mld/key-not-in-hardware",
                                      {{"wdev", wdev.id().value},
                                       {"index", name.index},
                                       {"command", command == KeyCommand::set ? "set" : "disable"},
                                       {"error", done.error().code}});
}

void KeyStore::tell_group_keys(KeyCommand command, Link& link) {
    for (std::size_t index = 0; index < link.group_keys.size(); ++index) {
        if (link.group_keys[index] == nullptr) continue;
        const auto of = link.vif().is_mld() ? std::optional(link.id()) : std::nullopt;
        tell_driver(command, link.vif(), {static_cast<std::uint8_t>(index), false, std::nullopt, of},
                    *link.group_keys[index]);
    }
}

void KeyStore::switch_links(Wdev& wdev, std::uint16_t removed, std::uint16_t added) {
    for (const auto& link : wdev.links()) {
        if ((removed & link->id().bit()) != 0) tell_group_keys(KeyCommand::disable, *link);
        if ((added & link->id().bit()) != 0) tell_group_keys(KeyCommand::set, *link);
    }
}

void KeyStore::forget(Link& link) {
    tell_group_keys(KeyCommand::disable, link);
    link.group_keys.fill(nullptr);
    link.default_unicast_key.reset();
    link.default_multicast_key.reset();
    link.default_management_key.reset();
    link.default_beacon_key.reset();
}

}  // namespace mlosim::mld::detail
