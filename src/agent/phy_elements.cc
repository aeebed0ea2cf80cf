#include "agent/phy_elements.h"

#include <algorithm>
#include <array>

#include "ieee80211/eht_operation.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/vht_elements.h"
#include "mld/capability_elements.h"
#include "sim/invariant.h"

namespace mlosim::agent {

namespace {

using ieee80211::ElementBuilder;
using phy::ChannelWidth;

// HT Capability Information, 802.11-2020 9.4.2.55.2: what needs 40 MHz.
constexpr std::uint16_t ht_40mhz_bits = 1U << 1 | 1U << 6 | 1U << 12;
// VHT Capabilities Information, 802.11-2020 9.4.2.157.2: what needs 160 MHz.
constexpr std::uint32_t vht_160mhz_bits = 3U << 2 | 1U << 6;
// HE PHY Capabilities Information, 802.11ax 9.4.2.248.3.
constexpr std::uint8_t he_160mhz_bit = 1U << 3;
constexpr std::uint8_t he_80p80_bit = 1U << 4;
// EHT PHY Capabilities Information, 802.11be 9.4.2.323.3.
constexpr std::uint8_t eht_320mhz_bit = 1U << 1;
constexpr std::size_t eht_mcs_size = 3;  // for each width class
// 802.11ax 9.4.2.249: the threshold is off.
constexpr unsigned txop_rts_threshold_off = 1023;
// Basic HE-MCS and NSS: MCS 0..7 for one stream; EHT: likewise, in both directions.
constexpr unsigned he_mcs_0_to_7 = 0;

/// Anything that mld writes as bytes.
template <class F>
void add_written(ElementBuilder& out, F write) {
    ieee80211::Bytes bytes;
    ieee80211::ByteWriter writer(bytes);
    write(writer);
    out.add(ieee80211::ElementList(bytes));
}

unsigned mhz(const Bss& bss) {
    return phy::width_mhz(bss.channel.width);
}

bool is_basic(phy::Band band, unsigned hundred_kbps) {
    if (band == phy::Band::ghz2_4) return hundred_kbps <= 110 && hundred_kbps != 60 && hundred_kbps != 90;
    return hundred_kbps == 60 || hundred_kbps == 120 || hundred_kbps == 240;
}

void add_ht(ElementBuilder& out, const Bss& bss, mld::HtCapabilities capabilities) {
    if (mhz(bss) < 40) capabilities.capabilities &= static_cast<std::uint16_t>(~ht_40mhz_bits);
    add_written(out, [&](auto& w) { append_capabilities(w, capabilities); });

    ieee80211::HtOperation operation;
    operation.primary_channel = static_cast<std::uint8_t>(bss.channel.control.number());
    if (mhz(bss) >= 40) {
        const auto at_40 = bss.channel.narrowed(ChannelWidth::w40).value_or(bss.channel);
        const auto side = at_40.center1 > bss.channel.control.center ? ieee80211::SecondaryChannel::above
                                                                     : ieee80211::SecondaryChannel::below;
        operation.info.set(ieee80211::HtOperationInfo::secondary_channel_offset, static_cast<unsigned>(side))
            .set(ieee80211::HtOperationInfo::any_width);
    }
    out.add(operation);
}

void add_vht(ElementBuilder& out, const Bss& bss, mld::VhtCapabilities capabilities) {
    if (mhz(bss) < 160) capabilities.capabilities &= ~vht_160mhz_bits;
    add_written(out, [&](auto& w) { append_capabilities(w, capabilities); });

    ieee80211::VhtOperation operation;
    if (mhz(bss) >= 80) {
        operation.info.channel_width = 1;
        operation.info.ccfs0 = center_of_primary(bss.channel, ChannelWidth::w80);
        if (mhz(bss) >= 160) operation.info.ccfs1 = center_of_primary(bss.channel, ChannelWidth::w160);
    }
    operation.basic_mcs = ieee80211::McsMap::uniform(1, 0);
    out.add(operation);
}

/// 802.11ax 9.4.2.249: the channel as a station without EHT sees it, 160 MHz at most.
ieee80211::He6GhzOperation six_ghz_operation(const Bss& bss) {
    ieee80211::He6GhzOperation out;
    out.primary_channel = static_cast<std::uint8_t>(bss.channel.control.number());
    const unsigned width = mhz(bss);
    const unsigned code = width >= 160 ? 3 : width == 80 ? 2 : width == 40 ? 1 : 0;
    out.control.set(ieee80211::He6GhzControl::channel_width, code);  // an indoor access point's regulatory info is 0
    if (width >= 160) {
        out.ccfs0 = center_of_primary(bss.channel, ChannelWidth::w80);
        out.ccfs1 = center_of_primary(bss.channel, ChannelWidth::w160);
    } else {
        out.ccfs0 = center_of_primary(bss.channel, bss.channel.width);
    }
    out.minimum_rate_mbps = 6;
    return out;
}

void add_he(ElementBuilder& out, const Bss& bss, const mld::HeCapabilities& capabilities) {
    add_written(out, [&](auto& w) { append_capabilities(w, capabilities); });

    ieee80211::HeOperation operation;
    operation.parameters.set(ieee80211::HeOperationParameters::txop_duration_rts_threshold, txop_rts_threshold_off);
    operation.color.set(ieee80211::BssColor::color, bss.color);
    operation.basic_mcs = ieee80211::McsMap::uniform(1, he_mcs_0_to_7);
    if (bss.band() == phy::Band::ghz6) operation.six_ghz = six_ghz_operation(bss);
    out.add(operation);
}

/// The radio's MCS maps without those of widths that the BSS does not offer.
ieee80211::Bytes eht_mcs(const mld::HeCapabilities& radio_he, const mld::EhtCapabilities& radio, bool at_160,
                         bool at_320) {
    ieee80211::Bytes out;
    std::size_t at = 0;
    const auto piece = [&](bool radio_has, bool wanted) {
        if (!radio_has || radio.mcs.size() < at + eht_mcs_size) return;
        const auto begin = radio.mcs.begin() + static_cast<std::ptrdiff_t>(at);
        if (wanted) out.insert(out.end(), begin, begin + eht_mcs_size);
        at += eht_mcs_size;
    };
    piece(true, true);
    piece((radio_he.phy[0] & he_160mhz_bit) != 0, at_160);
    piece((radio.phy[0] & eht_320mhz_bit) != 0, at_320);
    return out;
}

void add_eht(ElementBuilder& out, const Bss& bss, const mld::HeCapabilities& radio_he,
             const mld::EhtCapabilities& radio) {
    mld::EhtCapabilities capabilities = radio;
    const bool at_320 = mhz(bss) >= 320;
    if (!at_320) capabilities.phy[0] &= static_cast<std::uint8_t>(~eht_320mhz_bit);
    capabilities.mcs = eht_mcs(radio_he, radio, mhz(bss) >= 160, at_320);
    add_written(out, [&](auto& w) { append_capabilities(w, capabilities); });

    ieee80211::EhtOperation operation;
    operation.basic_mcs.mcs0_7 = ieee80211::EhtMaxStreams(1, 1);
    // Only then is there something that HE Operation cannot say (802.11be 35.15.1).
    if (at_320 || bss.channel.punctured != 0) operation.info = eht_operation_info(bss.channel);
    out.add(operation);
}

}  // namespace

ieee80211::EhtOperationInfo eht_operation_info(const phy::ChannelDefinition& channel) {
    constexpr std::array widths{ChannelWidth::w20, ChannelWidth::w40, ChannelWidth::w80, ChannelWidth::w160,
                                ChannelWidth::w320};
    const unsigned wide = phy::width_mhz(channel.width);
    ieee80211::EhtOperationInfo out;
    unsigned code = 0;
    while (code + 1 < widths.size() && phy::width_mhz(widths[code]) < wide)
        ++code;
    out.control.set(ieee80211::EhtOperationInfo::Control::channel_width, code);
    // From 160 MHz on: the center of the primary half, and of the whole.
    const bool two = wide >= 160;
    out.ccfs0 = center_of_primary(channel, two ? widths[code - 1] : channel.width);
    if (two) out.ccfs1 = center_of_primary(channel, channel.width);
    if (channel.punctured != 0) out.disabled_subchannels = channel.punctured;
    return out;
}

std::uint8_t center_of_primary(const phy::ChannelDefinition& channel, ChannelWidth width) {
    const auto part = channel.primary(width);
    return static_cast<std::uint8_t>(phy::channel_number(part ? part->center : channel.center1));
}

ieee80211::RateElements rates(const Bss& bss) {
    std::vector<ieee80211::RateOctet> out;
    for (const mld::BitRate& rate : bss.capabilities().rates)
        out.push_back(ieee80211::RateOctet::rate(rate.hundred_kbps / 5U, is_basic(bss.band(), rate.hundred_kbps)));
    if (bss.hash_to_element_only) out.push_back(ieee80211::membership_selector::sae_h2e_only);
    auto elements = ieee80211::rate_elements(out);
    MLOSIM_INVARIANT(elements.has_value(), "a radio has some rates, not hundreds");
    return std::move(*elements);
}

void add_phy_elements(ElementBuilder& out, const Bss& bss) {
    const mld::BandCapabilities& band = bss.capabilities();
    const mld::InterfaceCapabilities* own = bss.ap_capabilities();
    const bool six_ghz = bss.band() == phy::Band::ghz6;
    if (band.ht && !six_ghz) add_ht(out, bss, *band.ht);
    if (band.vht && bss.band() == phy::Band::ghz5) add_vht(out, bss, *band.vht);
    if (own == nullptr || !own->he) return;

    mld::HeCapabilities he = *own->he;
    if (mhz(bss) < 160) he.phy[0] &= static_cast<std::uint8_t>(~he_160mhz_bit);
    he.phy[0] &= static_cast<std::uint8_t>(~he_80p80_bit);
    add_he(out, bss, he);
    if (six_ghz && own->he_6ghz) add_written(out, [&](auto& w) { mld::append_he_6ghz_capabilities(w, *own->he_6ghz); });
    if (own->eht) add_eht(out, bss, *own->he, *own->eht);
}

}  // namespace mlosim::agent
