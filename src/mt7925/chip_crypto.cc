#include "mt7925/chip_crypto.h"

#include <algorithm>
#include <utility>

namespace mlosim::mt7925 {

namespace {

using ieee80211::BipCipher;
using ieee80211::FrameCipher;
using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::Suite;

constexpr std::size_t igtk_at = 16;  // of a BIP record's key; before it is the group key
constexpr std::size_t igtk_size = 16;
constexpr unsigned key_ids = 4;
constexpr std::uint64_t last_packet_number = (std::uint64_t{1} << 48U) - 1;

std::optional<Suite> suite_of(KeyCipher cipher) {
    switch (cipher) {
        case KeyCipher::ccmp:
            return ieee80211::cipher::ccmp128;
        case KeyCipher::ccmp256:
            return ieee80211::cipher::ccmp256;
        case KeyCipher::gcmp:
            return ieee80211::cipher::gcmp128;
        case KeyCipher::gcmp256:
            return ieee80211::cipher::gcmp256;
        default:
            return std::nullopt;
    }
}

bool same_key(const KeySlot& a, const KeySlot& b) {
    return a.pairwise == b.pairwise && a.cipher == b.cipher && a.key_id == b.key_id && a.length == b.length &&
           a.key == b.key;
}

}  // namespace

bool chip_has_cipher(KeyCipher cipher) {
    return cipher == KeyCipher::bip || suite_of(cipher).has_value();
}

void ChipCrypto::update() {
    std::array<Keys, wtbl_size> made;
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        for (const KeySlot& slot : tables_.wtbl[wcid].keys) {
            const auto before = std::ranges::find_if(entries_[wcid], [&](const Key& key) {
                return key.packet_number != nullptr && same_key(key.slot, slot);
            });
            made[wcid].push_back(before != entries_[wcid].end() ? std::move(*before) : make(slot, wcid, made));
        }
    }
    entries_ = std::move(made);
}

ChipCrypto::Key ChipCrypto::make(const KeySlot& slot, std::uint16_t wcid,
                                 const std::array<Keys, wtbl_size>& made) const {
    Key key;
    key.slot = slot;
    const ByteView octets(slot.key);
    if (slot.cipher == KeyCipher::bip) {
        if (auto bip = BipCipher::make(ieee80211::cipher::bip_cmac128, octets.subspan(igtk_at, igtk_size)))
            key.bip = std::move(*bip);
    } else if (const auto suite = suite_of(slot.cipher); suite && slot.length <= octets.size()) {
        if (auto cipher = FrameCipher::make(*suite, octets.first(slot.length))) key.cipher = std::move(*cipher);
    }
    // The same pairwise key on another link of the peer.
    const auto& mld = tables_.wtbl[wcid].mld;
    for (std::uint16_t other = 0; slot.pairwise && mld && other < wtbl_size; ++other) {
        const auto& there = tables_.wtbl[other].mld;
        if (other == wcid || !there || there->mld_addr != mld->mld_addr) continue;
        for (const Keys* keys : {&entries_[other], &made[other]})
            for (const Key& twin : *keys)
                if (twin.packet_number && same_key(twin.slot, slot)) key.packet_number = twin.packet_number;
    }
    if (!key.packet_number) key.packet_number = std::make_shared<std::uint64_t>(0);
    return key;
}

/// The one that came last, of those of the kind; `key_id` beyond them all asks for any.
const ChipCrypto::Key* ChipCrypto::find(std::uint16_t wcid, bool pairwise, unsigned key_id) const {
    const Key* found = nullptr;
    for (const Key& key : entries_[wcid])
        if (key.cipher && key.slot.pairwise == pairwise && (key_id >= key_ids || key.slot.key_id == key_id))
            found = &key;
    return found;
}

/// Between MLDs individually addressed data counts with the MLDs' addresses, all else with those on the air.
/// 802.11be 12.5.2.3.3
std::optional<ieee80211::CipherAddresses> ChipCrypto::mld_addresses(const FrameView& frame, std::uint16_t wcid,
                                                                    bool out) const {
    const WtblEntry& entry = tables_.wtbl[wcid];
    const auto& own = tables_.bss[entry.bss_idx].mld;
    const bool individual = frame.frame_control().type() == FrameType::data && !frame.addr1().is_group();
    if (!individual || entry.self || !entry.mld || !own || own->group_mld_id == BssMld::none) return std::nullopt;
    ieee80211::CipherAddresses addresses{entry.mld->mld_addr, own->mac_addr, *frame.addr3()};
    // In the third place of an A-MSDU is the BSSID.
    if (addresses.addr3 == entry.basic.peer_addr) addresses.addr3 = entry.mld->mld_addr;
    if (addresses.addr3 == (out ? *frame.addr2() : frame.addr1())) addresses.addr3 = own->mac_addr;
    if (!out) std::swap(addresses.addr1, addresses.addr2);
    return addresses;
}

bool ChipCrypto::protect(Bytes& frame, std::uint16_t wcid) {
    const auto view = FrameView::parse(frame);
    if (!view) return false;
    const FrameType type = view->frame_control().type();
    if (type != FrameType::data && type != FrameType::management) return false;
    const Key* key = find(wcid, !tables_.wtbl[wcid].self, key_ids);
    if (key == nullptr || key->slot.key_id >= key_ids || *key->packet_number >= last_packet_number) return false;
    frame = key->cipher->protect(frame, ++*key->packet_number, key->slot.key_id, mld_addresses(*view, wcid, true));
    return true;
}

bool ChipCrypto::sign(Bytes& frame, std::uint16_t wcid) {
    const Key* key = nullptr;
    for (const Key& one : entries_[wcid])
        if (one.bip && !one.slot.pairwise) key = &one;
    const auto view = FrameView::parse(frame);
    if (key == nullptr || !view || view->frame_control().type() != FrameType::management) return false;
    const auto element = key->bip->read(frame);
    if (!element) return false;
    frame.resize(frame.size() - key->bip->element_size());
    key->bip->protect(frame, element->packet_number, element->key_id);
    return true;
}

std::optional<ChipCrypto::Opened> ChipCrypto::open(const FrameView& frame, std::uint16_t wcid) const {
    const auto header = ieee80211::CipherHeader::parse(frame.octets());
    if (!header) return std::nullopt;
    const bool group = frame.addr1().is_group();
    const WtblEntry& entry = tables_.wtbl[wcid];
    // A station's group keys are its BSS's own entry's.
    const Key* key = find(group ? self_wcid(entry.bss_idx) : wcid, !group, header->key_id);
    if (key == nullptr) return std::nullopt;
    Opened out;
    out.cipher = key->slot.cipher;
    out.key_id = static_cast<std::uint8_t>(header->key_id);
    out.packet_number = header->packet_number;
    auto clear = key->cipher->unprotect(frame.octets(), mld_addresses(frame, wcid, false));
    out.wrong_mic = !clear;
    if (!clear) {
        out.frame.assign(frame.octets().begin(), frame.octets().end());
        return out;
    }
    out.frame = std::move(*clear);
    FrameControl control{out.frame};
    control.set(FrameControl::protected_frame);
    std::ranges::copy(control.octets(), out.frame.begin());
    return out;
}

}  // namespace mlosim::mt7925
