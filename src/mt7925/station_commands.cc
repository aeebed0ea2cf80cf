#include "mt7925/station_commands.h"

#include <algorithm>

#include "mt7925/chip_crypto.h"

namespace mlosim::mt7925 {
namespace {

/// Pairwise and group keys have 0 to 3, those of management frames 4 to 7.
constexpr unsigned last_key_id = 7;

/// A STA_REC record that is kept as it came.
struct StationRecord {
    std::uint16_t tag;
    Result<void> (*store)(WtblEntry& entry, const Tlv& tlv);
};

template <class T, auto Member>
constexpr StationRecord keeps = {T::tag, [](WtblEntry& entry, const Tlv& tlv) -> Result<void> {
                                     const Result<T> value = decode<T>(tlv);
                                     if (!value) return fail(value.error());
                                     entry.*Member = *value;
                                     return {};
                                 }};

constexpr StationRecord station_records[] = {
    keeps<StaRateAdaptation, &WtblEntry::rate>,
    keeps<StaState, &WtblEntry::state>,
    keeps<StaHt, &WtblEntry::ht>,
    keeps<StaVht, &WtblEntry::vht>,
    keeps<StaUapsd, &WtblEntry::uapsd>,
    keeps<StaHwAmsdu, &WtblEntry::hw_amsdu>,
    keeps<StaPhy, &WtblEntry::phy>,
    keeps<StaHe6g, &WtblEntry::he_6g>,
    keeps<StaHe, &WtblEntry::he>,
    keeps<StaEhtMld, &WtblEntry::eht_mld>,
    keeps<StaEht, &WtblEntry::eht>,
    keeps<StaHdrTrans, &WtblEntry::hdr_trans>,
};

/// A BIP key carries the group key's identifier, not its own, because it carries the group key too.
bool same_slot(const KeySlot& slot, const StaKey& key) {
    return slot.pairwise == (key.key_type != 0) && slot.key_id == key.key_id &&
           (slot.cipher == KeyCipher::bip) == (key.cipher == KeyCipher::bip);
}

/// A removal names the kind of key alone. cf. mt7925_mcu_sta_key_tlv()
bool is_any(const KeySlot& slot, const StaKey& key) {
    return key.add == 0 && key.cipher == KeyCipher::none && slot.pairwise == (key.key_type != 0);
}

/// The real driver takes group keys away after the BSS that they belonged to. cf. ieee80211_free_keys()
bool only_removes_keys(const std::vector<Tlv>& tlvs) {
    return !tlvs.empty() && std::ranges::all_of(tlvs, [](const Tlv& tlv) {
        if (tlv.tag != StaKey::tag) return false;
        const auto key = decode<StaKey>(tlv);
        return key && key->add == 0;
    });
}

}  // namespace

/// The entry as it will be, and a key's entry if that is another.
struct StationCommands::Update {
    std::uint16_t wcid;
    std::uint8_t bss_idx;
    WtblEntry next;
    bool removed = false;
    bool nobody_there = false;  ///< something was said of an entry that does not exist
    std::vector<StaKey> keys;
};

CommandOutcome StationCommands::station(ByteView payload) {
    const Result<StationHeader> header = decode_front<StationHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 8);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    const std::uint16_t wcid = header->wlan_idx();
    if (header->bss_idx >= bss_count || wcid >= wtbl_size) return CommandOutcome::refused(status::not_there);
    if (!tables_.bss[header->bss_idx].active)
        return only_removes_keys(*tlvs) ? CommandOutcome::nobody_there() : CommandOutcome::refused(status::not_there);
    // A BSS's own entry is no other's.
    if (tables_.wtbl[wcid].self && tables_.wtbl[wcid].bss_idx != header->bss_idx)
        return CommandOutcome::refused(status::failure);
    Update update{wcid, header->bss_idx, tables_.wtbl[wcid], false, false, {}};
    for (const Tlv& tlv : *tlvs) {
        CommandOutcome outcome = apply(update, tlv);
        if (outcome.malformed || outcome.status != status::ok) return outcome;
    }
    if (update.removed)
        tables_.wtbl[wcid] = WtblEntry{};
    else if (update.next.valid)
        tables_.wtbl[wcid] = std::move(update.next);
    for (const StaKey& key : update.keys) {
        std::vector<KeySlot>& slots = tables_.wtbl[key.wlan_idx].keys;
        std::erase_if(slots, [&](const KeySlot& slot) {
            return same_slot(slot, key) || (config_.chip_crypto && is_any(slot, key));
        });
        if (key.add != 0)
            slots.push_back({key.key_type != 0, key.cipher, key.key_id, key.key_len, key.peer_addr, key.key});
    }
    return update.nobody_there ? CommandOutcome::nobody_there() : CommandOutcome{};
}

CommandOutcome StationCommands::apply(Update& update, const Tlv& tlv) {
    struct Row {
        std::uint16_t tag;
        CommandOutcome (*work)(StationCommands&, Update&, const Tlv&);
    };
    using S = StationCommands;
    // Those that do more than to be kept.
    static constexpr Row rows[] = {
        {StaBasic::tag, [](S& s, Update& u, const Tlv& t) { return s.apply_basic(u, t); }},
        {StaRemove::tag, [](S& s, Update& u, const Tlv& t) { return s.apply_remove(u, t); }},
        {StaMldOff::tag, [](S& s, Update& u, const Tlv& t) { return s.apply_mld_off(u, t); }},
        {StaMld::tag, [](S& s, Update& u, const Tlv& t) { return s.apply_mld(u, t); }},
        {StaBlockAck::tag, [](S& s, Update& u, const Tlv& t) { return s.apply_block_ack(u, t); }},
        {StaKey::tag, [](S& s, Update& u, const Tlv& t) { return s.apply_key(u, t); }},
    };
    const auto row = std::ranges::find(rows, tlv.tag, &Row::tag);
    if (row != std::end(rows)) return row->work(*this, update, tlv);
    const auto record = std::ranges::find(station_records, tlv.tag, &StationRecord::tag);
    if (record == std::end(station_records)) return {};
    if (!record->store(update.next, tlv)) return CommandOutcome::unreadable();
    update.nobody_there |= !update.next.valid;
    return {};
}

CommandOutcome StationCommands::apply_basic(Update& update, const Tlv& tlv) {
    const Result<StaBasic> basic = decode<StaBasic>(tlv);
    if (!basic) return CommandOutcome::unreadable();
    if (!update.next.valid) update.next = WtblEntry{};
    update.next.valid = true;
    update.next.bss_idx = update.bss_idx;
    update.next.basic = *basic;
    return {};
}

CommandOutcome StationCommands::apply_remove(Update& update, const Tlv& tlv) {
    if (!decode<StaRemove>(tlv)) return CommandOutcome::unreadable();
    update.nobody_there |= !update.next.valid;
    update.removed = !update.next.self;
    return {};
}

CommandOutcome StationCommands::apply_mld_off(Update& update, const Tlv& tlv) {
    if (!decode<StaMldOff>(tlv)) return CommandOutcome::unreadable();
    update.next.mld.reset();
    update.next.eht_mld.reset();
    return {};
}

CommandOutcome StationCommands::apply_mld(Update& update, const Tlv& tlv) {
    const Result<StaMld> mld = decode<StaMld>(tlv);
    if (!mld) return CommandOutcome::unreadable();
    const bool primary_is_there = mld->primary_id == update.wcid
                                      ? update.next.valid
                                      : mld->primary_id < wtbl_size && tables_.wtbl[mld->primary_id].valid;
    if (!primary_is_there) return CommandOutcome::refused(status::not_there);
    update.next.mld = *mld;
    return {};
}

CommandOutcome StationCommands::apply_block_ack(Update& update, const Tlv& tlv) {
    const Result<StaBlockAck> ack = decode<StaBlockAck>(tlv);
    if (!ack) return CommandOutcome::unreadable();
    if (ack->tid >= update.next.originator.size()) return CommandOutcome::refused(status::failure);
    update.nobody_there |= !update.next.valid;
    auto& session = (ack->ba_type == StaBlockAck::recipient ? update.next.recipient : update.next.originator)[ack->tid];
    session.reset();
    if ((ack->ba_en >> ack->tid & 1U) != 0) session = BlockAck{ack->ssn, ack->win_size, ack->amsdu != 0};
    return {};
}

CommandOutcome StationCommands::apply_key(Update& update, const Tlv& tlv) {
    const Result<StaKey> key = decode<StaKey>(tlv);
    if (!key) return CommandOutcome::unreadable();
    const bool is_there = key->wlan_idx == update.wcid ? update.next.valid
                                                       : key->wlan_idx < wtbl_size && tables_.wtbl[key->wlan_idx].valid;
    if (!is_there && key->add == 0) {
        update.nobody_there = true;
        return {};
    }
    if (!is_there || key->bss_idx >= bss_count) return CommandOutcome::refused(status::not_there);
    if (key->add != 0 && key->key_id > last_key_id) return CommandOutcome::refused(status::failure);
    const bool not_ours = config_.refuse_keys || (config_.chip_crypto && !chip_has_cipher(key->cipher));
    if (key->add != 0 && not_ours) return CommandOutcome::refused(status::software_crypto);
    update.keys.push_back(*key);
    return {};
}

}  // namespace mlosim::mt7925
