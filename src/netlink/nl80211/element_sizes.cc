#include "netlink/nl80211/element_sizes.h"

#include <bit>

namespace mlosim::netlink::nl80211 {

namespace {

constexpr std::size_t he_phy = 6;   // where PHY capabilities begin, 802.11ax 9.4.2.248
constexpr std::size_t eht_phy = 2;  // 802.11be 9.4.2.323
constexpr std::size_t eht_fixed = 2 + 9;

/// Octets of the supported MCS and NSS, 802.11be 9.4.2.323.4. cf. ieee80211_eht_mcs_nss_size()
std::size_t mcs_and_nss(ieee80211::ByteView he, ieee80211::ByteView eht, bool from_ap) {
    constexpr std::uint8_t width_40_in_2_4_ghz = 0x02;
    constexpr std::uint8_t width_80 = 0x04;
    constexpr std::uint8_t width_160 = 0x08;
    constexpr std::uint8_t width_320 = 0x02;
    const std::uint8_t he_widths = he[he_phy];
    if (he_widths & width_40_in_2_4_ghz) return 3;
    std::size_t octets = 0;
    if (he_widths & width_80) octets += 3;
    if (he_widths & width_160) octets += 3;
    if (eht[eht_phy] & width_320) octets += 3;
    if (octets != 0) return octets;
    return from_ap ? 3 : 4;
}

/// cf. ieee80211_eht_ppe_size()
std::size_t ppe_thresholds(std::uint16_t header) {
    const auto rus = static_cast<unsigned>(std::popcount(header & 0x1f0U));
    const unsigned streams = 1 + (header & 0xfU);
    return (rus * streams * 6 + 9 + 7) / 8;
}

}  // namespace

bool whole_eht_capabilities(ieee80211::ByteView he, ieee80211::ByteView eht, bool from_ap) {
    constexpr std::uint8_t ppe_present = 0x08;  // in PHY octet 5
    if (eht.size() < eht_fixed || he.size() <= he_phy) return false;
    std::size_t needed = eht_fixed + mcs_and_nss(he, eht, from_ap);
    if (eht.size() < needed) return false;
    if (eht[eht_phy + 5] & ppe_present) {
        if (eht.size() < needed + 2) return false;
        needed += ppe_thresholds(static_cast<std::uint16_t>(eht[needed] | eht[needed + 1] << 8));
    }
    return eht.size() >= needed;
}

bool whole_he_operation(ieee80211::ByteView body) {
    constexpr std::size_t fixed = 3 + 1 + 2;  // parameters, BSS colour, basic MCS and NSS
    if (body.size() < fixed) return false;
    std::size_t needed = fixed;
    if (body[1] & 0x40) needed += 3;  // VHT operation information
    if (body[1] & 0x80) needed += 1;  // co-hosted BSS
    if (body[2] & 0x02) needed += 5;  // 6 GHz operation information
    return body.size() >= needed;
}

bool whole_eht_operation(ieee80211::ByteView body) {
    constexpr std::size_t fixed = 1 + 4;
    if (body.size() < fixed) return false;
    std::size_t needed = fixed;
    if (body[0] & 0x01) {
        needed += 3;
        if (body[0] & 0x02) needed += 2;  // disabled subchannels
    }
    return body.size() >= needed;
}

}  // namespace mlosim::netlink::nl80211
