#include "mld/transmit_settings.h"

#include <algorithm>

#include "mld/sta.h"

namespace mlosim::mld {

namespace {

using ieee80211::Bytes;
using phy::GuardInterval;

constexpr std::uint8_t basic_bit = 0x80;
constexpr std::size_t ht_mcs_offset = 3;   // 802.11 9.4.2.55.4
constexpr std::size_t vht_mcs_offset = 4;  // 802.11 9.4.2.157.3
constexpr std::size_t he_mcs_offset = 17;  // 802.11ax 9.4.2.248.4
constexpr unsigned most_map_streams = 8;
constexpr unsigned not_supported = 3;

bool takes(const Sta* sta, const BitRate& rate) {
    if (sta == nullptr) return true;
    const Bytes& rates = sta->default_link().capabilities.supported_rates;
    return rates.empty() || std::any_of(rates.begin(), rates.end(), [&](std::uint8_t known) {
               return (known & ~basic_bit) == (rate.hundred_kbps + 4) / 5;
           });
}

/// The lowest bit that is set, if any is.
std::optional<unsigned> lowest_bit(std::uint32_t bits) {
    if (bits == 0) return std::nullopt;
    return static_cast<unsigned>(__builtin_ctz(bits));
}

std::optional<phy::Rate> lowest_ht(const RateMask& mask, const Bytes& peer, GuardInterval gi) {
    if (peer.size() < ht_mcs_offset + mask.ht.size()) return std::nullopt;
    for (std::size_t i = 0; i < mask.ht.size(); ++i)
        if (const auto mcs = lowest_bit(mask.ht[i] & peer[ht_mcs_offset + i]))
            return phy::Rate::ht(static_cast<unsigned>(8 * i) + *mcs, 20, gi);
    return std::nullopt;
}

/// Of a map of two bits a stream: the first stream count and MCS that both the mask and the map have. `most` says how
/// many MCSs each value of the map stands for.
template <std::size_t N>
std::optional<std::pair<unsigned, unsigned>> lowest_in(const std::array<std::uint16_t, N>& mask, const Bytes& peer,
                                                       std::size_t offset, const std::array<unsigned, 3>& most) {
    if (peer.size() < offset + 2) return std::nullopt;
    const unsigned map = peer[offset] | static_cast<unsigned>(peer[offset + 1]) << 8U;
    for (unsigned i = 0; i < most_map_streams; ++i) {
        const unsigned can = map >> (2 * i) & 3U;
        if (can == not_supported) break;
        if (const auto mcs = lowest_bit(mask[i] & ((1U << most[can]) - 1))) return std::pair{*mcs, i + 1};
    }
    return std::nullopt;
}

}  // namespace

std::optional<unsigned> QosMap::priority_of(unsigned dscp) const {
    for (const Exception& e : exceptions)
        if (e.dscp == dscp) return e.priority;
    for (unsigned i = 0; i < ranges.size(); ++i)
        if (dscp >= ranges[i].low && dscp <= ranges[i].high) return i;
    return std::nullopt;
}

std::optional<phy::Rate> RateMask::lowest(const BandCapabilities& band, const Sta* sta) const {
    for (std::size_t i = 0; i < band.rates.size(); ++i)
        if ((legacy >> i & 1U) != 0 && takes(sta, band.rates[i])) return phy::Rate::legacy(band.rates[i].hundred_kbps);
    if (sta == nullptr) return std::nullopt;
    const StaCapabilities& peer = sta->default_link().capabilities;
    const GuardInterval gi = short_guard ? GuardInterval::us0_4 : GuardInterval::us0_8;
    if (auto rate = lowest_ht(*this, peer.ht, gi)) return rate;
    if (const auto found = lowest_in(vht, peer.vht, vht_mcs_offset, {8, 9, 10}))
        return phy::Rate::vht(found->first, found->second, 20, gi);
    if (const auto found = lowest_in(he, peer.he, he_mcs_offset, {8, 10, 12}))
        return phy::Rate::he(found->first, found->second, 20, GuardInterval::us0_8);
    // Each EHT receiver takes one stream of MCS 0 to 7.
    constexpr std::uint16_t mandatory = 0xff;
    if (!peer.eht.empty())
        if (const auto mcs = lowest_bit(eht[0] & mandatory)) return phy::Rate::eht(*mcs, 1, 20, GuardInterval::us0_8);
    return std::nullopt;
}

}  // namespace mlosim::mld
