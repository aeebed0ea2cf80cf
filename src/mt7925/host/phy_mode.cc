#include "mt7925/host/phy_mode.h"

namespace mlosim::mt7925::host {

namespace {

constexpr unsigned bit(unsigned n) {
    return 1U << n;
}

// PHY_MODE_*, of BSS_INFO.
constexpr unsigned mode_a = bit(0);
constexpr unsigned mode_b = bit(1);
constexpr unsigned mode_g = bit(2);
constexpr unsigned mode_g_ht = bit(3);
constexpr unsigned mode_a_ht = bit(4);
constexpr unsigned mode_vht = bit(5);
constexpr unsigned mode_g_he = bit(6);
constexpr unsigned mode_a_he = bit(7);
constexpr unsigned ext_he_6ghz = bit(0);
constexpr unsigned ext_eht_2ghz = bit(1);
constexpr unsigned ext_eht_5ghz = bit(2);
constexpr unsigned ext_eht_6ghz = bit(3);
// PHY_TYPE_BIT_*, of STA_REC.
constexpr unsigned type_dsss = bit(0);
constexpr unsigned type_erp = bit(1);
constexpr unsigned type_ofdm = bit(3);
constexpr unsigned type_ht = bit(4);
constexpr unsigned type_vht = bit(5);
constexpr unsigned type_he = bit(6);
constexpr unsigned type_eht = bit(7);

}  // namespace

std::uint8_t phy_mode(phy::Band band, const Generations& speaks) {
    unsigned mode = 0;
    if (band == phy::Band::ghz2_4) {
        mode = mode_b | mode_g;
        if (speaks.ht) mode |= mode_g_ht;
        if (speaks.he) mode |= mode_g_he;
    } else if (band == phy::Band::ghz6) {
        mode = mode_a | mode_a_ht | mode_vht | mode_a_he;  // whatever it speaks
    } else {
        mode = mode_a;
        if (speaks.ht) mode |= mode_a_ht;
        if (speaks.vht) mode |= mode_vht;
        if (speaks.he) mode |= mode_a_he;
    }
    return static_cast<std::uint8_t>(mode);
}

std::uint8_t phy_mode_ext(phy::Band band, const Generations& speaks) {
    if (band == phy::Band::ghz2_4) return speaks.eht ? ext_eht_2ghz : 0;
    if (band == phy::Band::ghz5) return speaks.eht ? ext_eht_5ghz : 0;
    if (band != phy::Band::ghz6) return 0;
    return static_cast<std::uint8_t>((speaks.he_6ghz ? ext_he_6ghz : 0) | (speaks.eht ? ext_eht_6ghz : 0));
}

std::uint8_t phy_type(phy::Band band, const Generations& speaks) {
    const bool low = band == phy::Band::ghz2_4;
    unsigned type = low ? type_dsss | type_erp : type_ofdm;
    if (speaks.ht) type |= type_ht;
    if (speaks.vht && !low) type |= type_vht;
    if (speaks.he) type |= type_he;
    if (speaks.eht) type |= type_eht;
    return static_cast<std::uint8_t>(type);
}

}  // namespace mlosim::mt7925::host
