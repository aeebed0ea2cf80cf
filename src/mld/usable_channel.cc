#include "mld/usable_channel.h"

#include <algorithm>

namespace mlosim::mld {

namespace {

using phy::ChannelFlag;
using phy::ChannelWidth;

// 802.11 9.4.2.55.2
constexpr std::uint16_t ht_width_20_40 = 1U << 1;
constexpr std::uint16_t ht_40_intolerant = 1U << 14;
// 802.11 9.4.2.157.2
constexpr std::uint32_t vht_width_mask = 3U << 2;
constexpr std::uint32_t vht_width_160 = 1U << 2;
constexpr std::uint32_t vht_width_160_80p80 = 2U << 2;
constexpr std::uint32_t vht_ext_nss_mask = 3U << 30;
/// In the VHT-MCS field's last octet: "VHT Extended NSS BW Capable".
constexpr std::uint8_t vht_ext_nss_capable = 0x20;
// 802.11be 9.4.2.313.3
constexpr std::uint8_t eht_320_in_6ghz = 1U << 1;

bool ht40(const BandCapabilities& band, const phy::ChannelDefinition& channel, const phy::RadioChannel& control) {
    if (!band.ht || !(band.ht->capabilities & ht_width_20_40) || band.ht->capabilities & ht_40_intolerant) return false;
    const bool above = channel.center1 > channel.control.center;
    return !control.now.flags.has(above ? ChannelFlag::no_ht40_plus : ChannelFlag::no_ht40_minus);
}

bool vht_ext_nss(const VhtCapabilities& vht) {
    return (vht.mcs.back() & vht_ext_nss_capable) != 0;
}

bool vht80p80(const BandCapabilities& band) {
    if (!band.vht) return false;
    const std::uint32_t capabilities = band.vht->capabilities;
    const std::uint32_t ext_nss = (capabilities & vht_ext_nss_mask) >> 30;
    return (capabilities & vht_width_160_80p80) != 0 || ((capabilities & vht_width_160) != 0 && ext_nss != 0) ||
           (vht_ext_nss(*band.vht) && ext_nss > 1);
}

bool vht160(const BandCapabilities& band) {
    if (!band.vht) return false;
    const std::uint32_t width = band.vht->capabilities & vht_width_mask;
    return width == vht_width_160 || width == vht_width_160_80p80 ||
           (vht_ext_nss(*band.vht) && (band.vht->capabilities & vht_ext_nss_mask) != 0);
}

bool eht320(const BandCapabilities& band) {
    return std::any_of(band.interfaces.begin(), band.interfaces.end(),
                       [](const InterfaceCapabilities& i) { return i.eht && (i.eht->phy[0] & eht_320_in_6ghz) != 0; });
}

/// What the radio must be able to for a width, and which flag of a channel forbids it.
bool capable(const BandCapabilities& band, const phy::ChannelDefinition& channel, const phy::RadioChannel& control,
             phy::ChannelFlags& prohibited) {
    const bool is_6ghz = channel.band() == phy::Band::ghz6;
    switch (channel.width) {
        case ChannelWidth::w20_noht:
            prohibited |= ChannelFlag::no_20mhz;
            return true;
        case ChannelWidth::w20:
            prohibited |= ChannelFlag::no_20mhz;
            return is_6ghz || band.ht;
        case ChannelWidth::w40:
            return is_6ghz || ht40(band, channel, control);
        case ChannelWidth::w80:
            prohibited |= ChannelFlag::no_80mhz;
            return is_6ghz || band.vht;
        case ChannelWidth::w80p80:
            prohibited |= ChannelFlag::no_80mhz;
            return is_6ghz || vht80p80(band);
        case ChannelWidth::w160:
            prohibited |= ChannelFlag::no_160mhz;
            return is_6ghz || vht160(band);
        case ChannelWidth::w320:
            prohibited |= ChannelFlag::no_320mhz;
            return is_6ghz && eht320(band);
        case ChannelWidth::w5:
        case ChannelWidth::w10:
        case ChannelWidth::w1:
        case ChannelWidth::w2:
        case ChannelWidth::w4:
        case ChannelWidth::w8:
        case ChannelWidth::w16:
            return false;
    }
    return false;
}

}  // namespace

bool usable_channel(const RadioProfile& profile, const phy::ChannelDefinition& channel,
                    std::span<const phy::RadioChannel> band_channels, phy::ChannelFlags prohibited,
                    phy::ChannelFlags permitting) {
    const auto find = [&](phy::Frequency center) {
        return std::find_if(band_channels.begin(), band_channels.end(),
                            [&](const phy::RadioChannel& c) { return c.channel.center == center; });
    };
    const BandCapabilities* band = profile.band(channel.band());
    const auto control = find(channel.control.center);
    if (!channel.valid() || band == nullptr || control == band_channels.end()) return false;
    if (!capable(*band, channel, *control, prohibited)) return false;
    if (phy::width_mhz(channel.width) > 20) prohibited |= ChannelFlag::no_ofdm;
    for (const phy::Frequency center : channel.subchannels()) {
        const auto piece = find(center);
        if (piece == band_channels.end()) return false;
        if (!piece->now.flags.has_any(permitting) && piece->now.flags.has_any(prohibited)) return false;
    }
    return true;
}

}  // namespace mlosim::mld
