#include "mt7925/host/key_message.h"

#include <algorithm>

#include "mt7925/host/counted_message.h"

namespace mlosim::mt7925::host {

namespace {

StationHeader header_of(const EntryNumbers& entry) {
    StationHeader out;
    out.bss_idx = entry.bss_idx;
    out.wlan_idx_lo = static_cast<std::uint8_t>(entry.wcid);
    out.wlan_idx_hi = static_cast<std::uint8_t>(entry.wcid >> 8U);
    out.muar_idx = entry.own ? StationHeader::muar_of_self : entry.omac_idx;
    return out;
}

StaKey record_of(const EntryNumbers& entry, const ieee80211::MacAddress& address) {
    StaKey out;
    out.bss_idx = entry.bss_idx;
    out.wlan_idx = static_cast<std::uint8_t>(entry.wcid);
    out.mgmt_prot = 1;
    out.tx_key = out.key_type = entry.own ? 0 : 1;
    out.peer_addr = address;
    return out;
}

constexpr std::size_t half = 16;

/// The chip has the two Michael keys the other way round. 802.11 12.8.1
void swap_michael_keys(Octets<32>& key) {
    constexpr std::size_t michael = 8;
    std::swap_ranges(key.begin() + half, key.begin() + half + michael, key.begin() + half + michael);
}

}  // namespace

KeyCipher cipher_number(std::uint32_t suite) {
    constexpr std::uint32_t oui = 0x000fac00;
    switch (suite) {
        case oui | 1U:
            return KeyCipher::wep40;
        case oui | 2U:
            return KeyCipher::tkip;
        case oui | 4U:
            return KeyCipher::ccmp;
        case oui | 5U:
            return KeyCipher::wep104;
        case oui | 6U:
            return KeyCipher::bip;
        case oui | 8U:
            return KeyCipher::gcmp;
        case oui | 9U:
            return KeyCipher::gcmp256;
        case oui | 10U:
            return KeyCipher::ccmp256;
        default:
            return KeyCipher::none;
    }
}

Result<Bytes> key_message(const KeyInput& key) {
    StaKey out = record_of(key.entry, key.address);
    if (key.cipher == KeyCipher::none) return fail(EOPNOTSUPP, "the chip has no such cipher");
    if (key.key.size() > out.key.size() || (key.cipher == KeyCipher::bip && key.key.size() > half))
        return fail(EINVAL, "a key of " + std::to_string(key.key.size()) + " octets does not fit the message");
    out.add = 1;
    out.cipher = key.cipher;
    if (key.cipher == KeyCipher::bip) {
        out.key_id = key.group_key.key_id;
        out.key_len = static_cast<std::uint8_t>(out.key.size());
        std::ranges::copy(key.group_key.key, out.key.begin());
        std::ranges::copy(key.key, out.key.begin() + half);
    } else {
        out.key_id = key.key_id;
        out.key_len = static_cast<std::uint8_t>(key.key.size());
        std::ranges::copy(key.key, out.key.begin());
        if (key.cipher == KeyCipher::tkip) swap_michael_keys(out.key);
    }
    return CountedMessage(header_of(key.entry)).add(out).bytes();
}

Bytes key_removal_message(const EntryNumbers& entry, const ieee80211::MacAddress& address) {
    return CountedMessage(header_of(entry)).add(record_of(entry, address)).bytes();
}

void remember(GroupKeyCopy& copy, const KeyInput& key) {
    if (key.cipher != KeyCipher::ccmp) return;
    std::ranges::copy(key.key.begin(), key.key.begin() + static_cast<std::ptrdiff_t>(std::min(key.key.size(), half)),
                      copy.key.begin());
    copy.key_id = key.key_id;
}

}  // namespace mlosim::mt7925::host
