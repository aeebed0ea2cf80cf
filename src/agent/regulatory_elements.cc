#include "agent/regulatory_elements.h"

#include <algorithm>
#include <set>

#include "mld/usable_channel.h"

namespace mlosim::agent {

namespace {

using ieee80211::Country;
using ieee80211::TransmitPowerEnvelope;
using phy::ChannelFlag;

constexpr std::int8_t no_limit = 127;
constexpr char table_e4 = 4;  // operating classes are those of 802.11-2020 Table E-4
constexpr std::uint8_t operating_triplet = 201;
constexpr std::size_t max_triplets = 83;  // 255 octets less the country string

unsigned channel_step(phy::Band band) {
    return band == phy::Band::ghz2_4 ? 1 : 4;
}

std::int8_t half_dbm(int dbm) {
    return static_cast<std::int8_t>(std::clamp(dbm * 2, -127, 126));
}

/// Runs of neighboring channels with one power. cf. hostapd_eid_country()'s grouping by power and spacing
std::vector<Country::Triplet> subbands(const Bss& bss) {
    std::vector<Country::Triplet> out;
    std::optional<ieee80211::SubbandTriplet> run;
    unsigned next = 0;
    const unsigned step = channel_step(bss.band());
    for (const phy::RadioChannel& channel : bss.band_channels()) {
        const unsigned number = channel.channel.number();
        // Radios may list channels between the standard's, which no triplet could step over.
        if (channel.now.flags.has(ChannelFlag::disabled) || !phy::find_channel(bss.band(), channel.channel.number()))
            continue;
        const auto power = static_cast<std::int8_t>(std::clamp(channel.now.max_reg_power_dbm, -127, 127));
        if (run && number == next && run->max_power_dbm == power) {
            ++run->channel_count;
        } else {
            if (run) out.emplace_back(*run);
            run.reset();
            if (number >= operating_triplet) break;  // such a number cannot begin a triplet
            run = ieee80211::SubbandTriplet{static_cast<std::uint8_t>(number), 1, power};
        }
        next = number + step;
    }
    if (run) out.emplace_back(*run);
    return out;
}

}  // namespace

std::optional<Country> country_of(const Bss& bss) {
    if (!bss.country) return std::nullopt;
    Country::String string{(*bss.country)[0], (*bss.country)[1], ' '};
    std::vector<Country::Triplet> triplets = subbands(bss);
    if (triplets.empty()) return std::nullopt;
    if (bss.band() == phy::Band::ghz6) {
        string[2] = table_e4;
        const auto own = phy::ChannelDefinition::mhz20(bss.channel.control).operating_class();
        if (own) triplets.insert(triplets.begin(), ieee80211::OperatingTriplet{operating_triplet, *own, 0});
    }
    if (triplets.size() > max_triplets) triplets.resize(max_triplets);
    auto country = Country::from(string, std::move(triplets));
    if (!country) return std::nullopt;
    return std::move(*country);
}

std::int8_t density_limit(const Bss& bss) {
    const phy::ChannelConstraints& now = bss.constraints();
    return now.flags.has(ChannelFlag::psd) ? half_dbm(now.psd) : no_limit;
}

std::optional<TransmitPowerEnvelope> power_envelope_of(const Bss& bss) {
    const bool six_ghz = bss.band() == phy::Band::ghz6;
    if (bss.band() == phy::Band::ghz2_4) return std::nullopt;
    if (!six_ghz && (!bss.capabilities().vht || !bss.country)) return std::nullopt;
    constexpr auto category = TransmitPowerEnvelope::Category::default_client;
    const auto made = [](auto envelope) -> std::optional<TransmitPowerEnvelope> {
        if (!envelope) return std::nullopt;
        return std::move(*envelope);
    };
    if (six_ghz && density_limit(bss) != no_limit)
        return made(TransmitPowerEnvelope::psd(TransmitPowerEnvelope::Interpretation::client_eirp_psd, category,
                                               {density_limit(bss)}, true));
    const std::int8_t limit = half_dbm(bss.constraints().max_reg_power_dbm);
    const unsigned mhz = phy::width_mhz(bss.channel.width);
    const std::size_t widths = mhz >= 160 ? 4 : mhz == 80 ? 3 : mhz == 40 ? 2 : 1;
    const auto at_320 = mhz == 320 ? std::optional(limit) : std::nullopt;
    const auto interpretation = six_ghz ? TransmitPowerEnvelope::Interpretation::client_eirp
                                        : TransmitPowerEnvelope::Interpretation::local_eirp;
    return made(TransmitPowerEnvelope::eirp(interpretation, category, std::vector(widths, limit), at_320));
}

ieee80211::Bytes operating_classes(const Bss& bss) {
    std::set<std::uint8_t> classes;
    for (const mld::BandChannels& band : bss.bands) {
        for (const phy::RadioChannel& channel : band.channels) {
            if (channel.now.flags.has(ChannelFlag::disabled)) continue;
            for (const unsigned mhz : {20U, 40U, 80U, 160U, 320U}) {
                const auto definition = phy::ChannelDefinition::around(channel.channel, *phy::width_from_mhz(mhz));
                if (!definition || !mld::usable_channel(*bss.radio, *definition, band.channels)) continue;
                if (const auto number = definition->operating_class()) classes.insert(*number);
            }
        }
    }
    return {classes.begin(), classes.end()};
}

}  // namespace mlosim::agent
