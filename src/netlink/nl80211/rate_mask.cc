#include "netlink/nl80211/rate_mask.h"

#include <algorithm>

#include "mld/wiphy.h"
#include "netlink/nl80211/nested_policies.h"
#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::BandCapabilities;
using mld::InterfaceType;
using mld::RateMask;
using Octets = std::span<const std::uint8_t>;

std::uint16_t u16le(Octets bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8U);
}

/// A bit for each MCS of `map`, two bits a stream: how many there are for values 0, 1 and 2.
template <std::size_t N>
std::array<std::uint16_t, N> mcs_of(unsigned map, const std::array<unsigned, 3>& most) {
    std::array<std::uint16_t, N> out{};
    for (std::size_t i = 0; i < 8; ++i, map >>= 2U)
        if ((map & 3U) < most.size()) out[i] = static_cast<std::uint16_t>((1U << most[map & 3U]) - 1);
    return out;
}

/// The bits that the request names, all of which must be among `have`.
template <std::size_t N>
bool take_mcs(Octets wanted, const std::array<std::uint16_t, N>& have, std::array<std::uint16_t, N>& out) {
    out = {};
    for (std::size_t i = 0; i < N && 2 * i + 1 < wanted.size(); ++i) {
        std::uint16_t bits = 0;
        std::copy_n(wanted.begin() + static_cast<std::ptrdiff_t>(2 * i), 2, reinterpret_cast<std::uint8_t*>(&bits));
        if ((have[i] & bits) != bits) return false;
        out[i] = bits;
    }
    return true;
}

phy::ChannelWidth width_of(const mld::Wdev& wdev) {
    const auto& channel = wdev.links().empty() ? wdev.preset_channel() : wdev.links().front()->channel();
    return channel ? channel->width : phy::ChannelWidth::w20;
}

// cf. he_get_txmcsmap()
std::array<std::uint16_t, 16> he_of(const mld::HeCapabilities& he, phy::ChannelWidth width) {
    const std::size_t at = width == phy::ChannelWidth::w80p80 ? 10 : width == phy::ChannelWidth::w160 ? 6 : 2;
    return mcs_of<16>(u16le(he.mcs, at), {8, 10, 12});
}

/// cf. eht_build_mcs_mask(), ieee80211_eht_mcs_nss_size()
std::array<std::uint16_t, 16> eht_of(const mld::HeCapabilities& he, const mld::EhtCapabilities& eht,
                                     phy::ChannelWidth width) {
    constexpr std::uint8_t he_wider_than_80 = 0x18;
    constexpr std::uint8_t dup_6ghz = 1U << 6U;
    constexpr std::uint16_t mcs14 = 1U << 14U;
    constexpr std::uint16_t mcs15 = 1U << 15U;
    const auto tx = [&](std::size_t at) { return at < eht.mcs.size() ? eht.mcs[at] >> 4U : 0U; };
    std::array<unsigned, 4> streams{};  // of MCS up to 7, 9, 11, 13
    if (eht.mcs.size() == 4) {
        streams = {tx(0), tx(1), tx(2), tx(3)};
    } else {
        const std::size_t at160 = (he.phy[0] & he_wider_than_80) != 0 ? 3 : 0;
        const std::size_t at = width == phy::ChannelWidth::w320   ? at160 + 3
                               : width == phy::ChannelWidth::w160 ? at160
                                                                  : 0;
        streams = {tx(at), tx(at), tx(at + 1), tx(at + 2)};
    }
    constexpr std::array<std::uint16_t, 4> bits{0x00ff, 0x0300, 0x0c00, 0x3000};
    std::array<std::uint16_t, 16> out{};
    if ((eht.phy[6] & dup_6ghz) != 0) out[0] |= mcs14;
    out[0] |= mcs15;
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t level = 0; level < bits.size() && i < streams[level]; ++level)
            out[i] |= bits[level];
    return out;
}

struct Rates {
    const mld::Wdev& wdev;
    const BandCapabilities& band;
    const mld::InterfaceCapabilities* own;

    [[nodiscard]] bool has_he() const { return own != nullptr && own->he; }
    [[nodiscard]] bool has_eht() const { return has_he() && own->eht; }
    [[nodiscard]] RateMask all() const {
        RateMask mask;
        mask.legacy = (1U << band.rates.size()) - 1;
        if (band.ht) std::copy_n(band.ht->mcs.begin(), mask.ht.size(), mask.ht.begin());
        if (band.vht) mask.vht = vht();
        if (has_he()) mask.he = he_of(*own->he, width_of(wdev));
        if (has_eht()) mask.eht = eht_of(*own->he, *own->eht, width_of(wdev));
        return mask;
    }
    [[nodiscard]] std::array<std::uint16_t, 8> vht() const { return mcs_of<8>(u16le(band.vht->mcs, 4), {8, 9, 10}); }

    /// 0: one of them is no rate of the band. cf. rateset_to_mask()
    [[nodiscard]] std::uint32_t legacy(Octets wanted) const {
        std::uint32_t mask = 0;
        for (const std::uint8_t rate : wanted) {
            const auto found = std::find_if(band.rates.begin(), band.rates.end(), [&](const mld::BitRate& known) {
                return known.hundred_kbps == (rate & 0x7fU) * 5;
            });
            if (found == band.rates.end()) return 0;
            mask |= 1U << static_cast<unsigned>(found - band.rates.begin());
        }
        return mask;
    }
    // cf. ht_rateset_to_mask()
    bool take_ht(Octets wanted, RateMask& mask) const {
        mask.ht = {};
        for (const std::uint8_t mcs : wanted) {
            const std::size_t at = mcs / 8U;
            const auto bit = static_cast<std::uint8_t>(1U << (mcs % 8U));
            if (at >= mask.ht.size() || !band.ht || (band.ht->mcs[at] & bit) == 0) return false;
            mask.ht[at] = static_cast<std::uint8_t>(mask.ht[at] | bit);
        }
        return true;
    }
    // cf. eht_set_mcs_mask()
    bool take_eht(Octets wanted, RateMask& mask) const {
        if (!has_eht()) return false;
        std::uint16_t first = 0;
        std::copy_n(wanted.begin(), 2, reinterpret_cast<std::uint8_t*>(&first));
        if ((first & 1U << 14U) != 0 && band.band != phy::Band::ghz6) return false;
        const bool sets_wide = wdev.type() != InterfaceType::station && wdev.type() != InterfaceType::p2p_client;
        if (own->eht->mcs.size() == 3 && !sets_wide) return false;
        return take_mcs(wanted, eht_of(*own->he, *own->eht, width_of(wdev)), mask.eht);
    }
};

bool any(const auto& list) {
    return std::any_of(list.begin(), list.end(), [](auto bits) { return bits != 0; });
}

// One band of nl80211_parse_tx_bitrate_mask()
Result<RateMask> parse_band(const Rates& rates, const Attributes& given) {
    RateMask mask = rates.all();
    if (const auto legacy = given.bytes(NL80211_TXRATE_LEGACY)) {
        mask.legacy = rates.legacy(*legacy);
        if (mask.legacy == 0 && !legacy->empty()) return fail(EINVAL);
    }
    if (const auto ht = given.bytes(NL80211_TXRATE_HT); ht && !rates.take_ht(*ht, mask)) return fail(EINVAL);
    if (const auto vht = given.bytes(NL80211_TXRATE_VHT);
        vht && (!rates.band.vht || !take_mcs(*vht, rates.vht(), mask.vht)))
        return fail(EINVAL);
    if (const auto gi = given.u8(NL80211_TXRATE_GI)) {
        if (*gi > NL80211_TXRATE_FORCE_LGI) return fail(EINVAL);
        mask.short_guard = *gi == NL80211_TXRATE_FORCE_SGI;
    }
    if (const auto he = given.bytes(NL80211_TXRATE_HE);
        he && (!rates.has_he() || !take_mcs(*he, he_of(*rates.own->he, width_of(rates.wdev)), mask.he)))
        return fail(EINVAL);
    if (const auto eht = given.bytes(NL80211_TXRATE_EHT); eht && !rates.take_eht(*eht, mask)) return fail(EINVAL);
    if (mask.legacy == 0) {
        if (!rates.band.ht && !rates.band.vht && !rates.has_he()) return fail(EINVAL);
        if (!any(mask.ht) && !any(mask.vht) && !any(mask.he) && !any(mask.eht)) return fail(EINVAL);
    }
    return mask;
}

}  // namespace

Result<std::map<phy::Band, RateMask>> parse_rate_masks(const mld::Wdev& wdev, const Request& request, ExtAck& ack) {
    std::map<phy::Band, RateMask> out;
    for (const Attribute nest : request->each(NL80211_ATTR_TX_RATES)) {
        const auto number = phy::band_from_nl80211(nest.type());
        const auto& bands = wdev.wiphy().profile().bands;
        const auto band = std::find_if(bands.begin(), bands.end(),
                                       [&](const BandCapabilities& known) { return number == known.band; });
        if (band == bands.end()) return fail(EINVAL);
        auto given = parse_nested(nest, tx_rate_policy, Strictness::liberal, ack);
        if (!given) return fail(std::move(given.error()));
        auto mask = parse_band({wdev, *band, band->for_type(wdev.type())}, *given);
        if (!mask) return fail(std::move(mask.error()));
        out[*number] = *mask;
        // The kernel reads no further once MCS rates stand for a band's legacy ones.
        if (mask->legacy == 0) break;
    }
    return out;
}

}  // namespace mlosim::netlink::nl80211
