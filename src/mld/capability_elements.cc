#include "mld/capability_elements.h"

#include "ieee80211/element.h"
#include "ieee80211/he_capabilities.h"

namespace mlosim::mld {

namespace {

using ieee80211::ByteView;
using ieee80211::ByteWriter;

constexpr ieee80211::ElementType uhr_capabilities = ieee80211::ElementType::extended(152);

// HE PHY capabilities, 802.11ax 9.4.2.248.3
constexpr std::uint8_t he_phy0_160_in_5ghz = 1U << 3;
constexpr std::uint8_t he_phy0_80p80_in_5ghz = 1U << 4;
constexpr std::uint8_t he_phy6_ppe_thresholds = 1U << 7;

}  // namespace

void append_capabilities(ByteWriter& out, const HtCapabilities& ht) {
    ieee80211::write_element(out, ieee80211::element::ht_capabilities, [&](ByteWriter& w) {
        w.u16le(ht.capabilities);
        w.u8(static_cast<std::uint8_t>((ht.ampdu_factor & 3U) | (ht.ampdu_density & 7U) << 2U));
        w.bytes(ht.mcs);
        w.zeros(2 + 4 + 1);  // no extended capabilities, beamforming or antenna selection
    });
}

void append_capabilities(ByteWriter& out, const VhtCapabilities& vht) {
    ieee80211::write_element(out, ieee80211::element::vht_capabilities, [&](ByteWriter& w) {
        w.u32le(vht.capabilities);
        w.bytes(vht.mcs);
    });
}

void append_capabilities(ByteWriter& out, const HeCapabilities& he) {
    ieee80211::write_element(out, ieee80211::element::he_capabilities, [&](ByteWriter& w) {
        w.bytes(he.mac);
        w.bytes(he.phy);
        const ByteView mcs(he.mcs);
        w.bytes(mcs.first(4));
        if ((he.phy[0] & he_phy0_160_in_5ghz) != 0) w.bytes(mcs.subspan(4, 4));
        if ((he.phy[0] & he_phy0_80p80_in_5ghz) != 0) w.bytes(mcs.subspan(8, 4));
        if ((he.phy[6] & he_phy6_ppe_thresholds) == 0) return;
        if (const auto ppe = ieee80211::HePpeThresholds::parse(he.ppe)) w.bytes(ppe->octets());
    });
}

void append_capabilities(ByteWriter& out, const EhtCapabilities& eht) {
    ieee80211::write_element(out, ieee80211::element::eht_capabilities, [&](ByteWriter& w) {
        w.bytes(eht.mac);
        w.bytes(eht.phy);
        w.bytes(eht.mcs);
        w.bytes(eht.ppe);
    });
}

void append_capabilities(ByteWriter& out, const UhrCapabilities& uhr) {
    ieee80211::write_element(out, uhr_capabilities, [&](ByteWriter& w) {
        w.bytes(uhr.mac);
        w.bytes(uhr.phy);
    });
}

void append_he_6ghz_capabilities(ByteWriter& out, std::uint16_t capabilities) {
    ieee80211::write_element(out, ieee80211::element::he_6ghz_band_capabilities,
                             [&](ByteWriter& w) { w.u16le(capabilities); });
}

}  // namespace mlosim::mld
