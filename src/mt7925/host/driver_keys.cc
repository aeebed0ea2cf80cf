// Keys: which entry has which, and what the firmware is told.

#include <utility>

#include "mld/sta.h"
#include "mld/wdev.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/key_message.h"

namespace mlosim::mt7925::host {

// cf. mt7925_set_key()
Result<void> Driver::set_key(mld::KeyCommand command, mld::Wdev& wdev, mld::Sta* sta, const mld::KeyName& name,
                             const mld::Key& key) {
    Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr) return {};
    Peer* peer = sta != nullptr ? vif->peer(sta->address()) : nullptr;
    std::vector<std::optional<ieee80211::LinkId>> links;
    if (!vif->is_mld()) {
        links.emplace_back();
    } else if (name.link) {
        links.emplace_back(name.link);
    } else if (peer != nullptr) {
        for (const PeerLink& entry : peer->links)
            links.push_back(entry.id);
    }
    std::string whose = sta != nullptr ? sta->address().to_string() : ieee80211::MacAddress::broadcast().to_string();
    if (links.empty() && has(Defect::set_key_uninitialised)) {
        // What the variable held.
        const int error = 1 + static_cast<int>(wiphy_.world().random().stream("mt7925/stack").below(133));
        key_failed(command, name.index, whose, -error);
        return fail(error);
    }
    KeyWork work;
    for (const auto& link : links)
        if (auto done = key_on_link(command, *vif, peer, sta, link, key, work); !done) {
            if (done.error().code != EOPNOTSUPP) key_failed(command, name.index, whose, -done.error().code);
            return done;
        }
    if (!work.what.empty())
        operations_.enqueue("set_key", install(command, name.index, std::move(whose), std::move(work)));
    return {};
}

// cf. mt7925_set_link_key()
Result<void> Driver::key_on_link(mld::KeyCommand command, Vif& vif, Peer* peer, const mld::Sta* sta,
                                 std::optional<ieee80211::LinkId> id, const mld::Key& key, KeyWork& work) {
    const KeyCipher cipher = cipher_number(key.cipher().selector());
    if (cipher == KeyCipher::none) return fail(EOPNOTSUPP, "the chip has no such cipher");
    VifLink* link = vif.link(id);
    PeerLink* entry = peer != nullptr ? peer->link(id) : nullptr;
    // Where the link, or the peer's part of it, is gone, its keys went with it.
    const bool has_stopped = vif.type == ConnectionType::access_point && sta == nullptr && link != nullptr &&
                             !link->beacons && command == mld::KeyCommand::disable;
    if (link == nullptr || !link->added || has_stopped || (sta != nullptr && entry == nullptr)) {
        if (has(Defect::key_removal) && command == mld::KeyCommand::disable)
            return fail(EINVAL, "that link is not there");
        return {};
    }
    const bool set = command == mld::KeyCommand::set;
    if (set && link->cipher == KeyCipher::none) {
        link->cipher = cipher;
        Peer* ap = vif.type == ConnectionType::station && !vif.peers.empty() ? &vif.peers.front() : nullptr;
        if (const auto update = bss_update(vif, *link, ap != nullptr ? ap->link(id) : entry, sta, true))
            work.what.push_back({Cid::bss_info, bss_update_message(*update)});
    }
    const bool management = cipher == KeyCipher::bip;
    HeldKeys& held = entry != nullptr ? entry->keys : link->keys;
    auto& index = management ? held.management_index : held.index;
    if (!set && index != key.index()) return {};
    index = set ? std::optional(key.index()) : std::nullopt;

    KeyInput input;
    const std::uint8_t wcid = entry != nullptr ? entry->wcid : link->own_wcid();
    input.entry = entry != nullptr ? EntryNumbers::peer(link->numbers, wcid) : EntryNumbers::self(link->numbers, wcid);
    const mld::Link* of_mac = id ? vif.wdev.link(*id) : vif.wdev.links().front().get();
    if (entry != nullptr)
        input.address = entry->address;
    else if (of_mac != nullptr)
        input.address = of_mac->bssid();
    if (!set) {
        if (Wcid* has = wcids_.change(wcid)) (management ? has->management_key_index : has->key_index).reset();
        work.what.push_back({Cid::sta_rec, key_removal_message(input.entry, input.address)});
        return {};
    }
    input.cipher = cipher;
    input.key_id = key.index();
    input.key = key.data();
    input.group_key = link->group_key;
    if (entry == nullptr) remember(link->group_key, input);
    auto message = key_message(input);
    if (!message) return fail(message.error());
    work.what.push_back({Cid::sta_rec, std::move(*message)});
    work.gets.push_back({wcid, entry != nullptr ? entry->address : link->address, management, key.index()});
    return {};
}

// The key of before the link came is on it too.
Driver::KeyWork Driver::pairwise_keys_on(Vif& vif, Peer& peer, const mld::Sta& sta,
                                         std::optional<ieee80211::LinkId> link) {
    KeyWork out;
    for (const auto& key : sta.pairwise_keys)
        if (key != nullptr) (void)key_on_link(mld::KeyCommand::set, vif, &peer, &sta, link, *key, out);
    return out;
}

// Only with the firmware's word frames are encrypted by it.
void Driver::use_keys(const KeyWork& work) {
    for (const KeyWork::Entry& gets : work.gets) {
        Wcid* entry = wcids_.change(gets.wcid);
        if (entry == nullptr || entry->peer != gets.address) continue;
        (gets.management ? entry->management_key_index : entry->key_index) = gets.index;
    }
}

Task<void> Driver::install(mld::KeyCommand command, unsigned index, std::string peer, KeyWork work) {
    Mutex::Guard chip = co_await power_.acquire("set_key");
    bool taken = true;
    for (std::size_t i = 0; i < work.what.size(); ++i) {
        const McuResult result = co_await chip_.command(work.what[i].cid, work.what[i].options, work.what[i].payload);
        // 1 means: do it in software, and says nothing of it.
        constexpr std::uint32_t in_software = 1;
        if (result.error == 0 && result.status == 0) continue;
        taken = false;
        if (result.error == ECANCELED) co_return;
        if (result.error != 0) {
            key_failed(command, index, peer, -result.error);
            co_return;
        }
        if (result.status > in_software) key_failed(command, index, peer, static_cast<int>(result.status));
    }
    if (taken) use_keys(work);
}

// cf. ieee80211_key_enable_hw_accel(), ieee80211_key_disable_hw_accel()
void Driver::key_failed(mld::KeyCommand command, unsigned index, const std::string& peer, int error) {
    const bool set = command == mld::KeyCommand::set;
    log_.print(KernelLog::Level::error,
               std::string(set ? "failed to set key (" : "failed to remove key (") + std::to_string(index) + ", " +
                   peer + (set ? ") to hardware (" : ") from hardware (") + std::to_string(error) + ")");
}

}  // namespace mlosim::mt7925::host
