#include "mld/outside_medium.h"

#include <algorithm>

namespace mlosim::mld {

namespace {

using phy::GuardInterval;
using phy::PpduFormat;

constexpr unsigned highest_vht_mcs = 9;
constexpr unsigned most_vht_streams = 8;

std::uint16_t width_flag(unsigned mhz) {
    return mhz >= 160 ? RateAttempt::mhz160 : mhz == 80 ? RateAttempt::mhz80 : mhz == 40 ? RateAttempt::mhz40 : 0;
}

unsigned width_of(std::uint16_t flags) {
    return (flags & RateAttempt::mhz160) != 0  ? 160
           : (flags & RateAttempt::mhz80) != 0 ? 80
           : (flags & RateAttempt::mhz40) != 0 ? 40
                                               : 20;
}

}  // namespace

RateAttempt RateAttempt::of(const phy::Rate& rate, const BandCapabilities& band) {
    RateAttempt out;
    out.count = 1;
    if (rate.is_legacy()) {
        const auto found = std::find_if(band.rates.begin(), band.rates.end(), [&](const BitRate& known) {
            return known.hundred_kbps == rate.nl80211_bitrate();
        });
        out.index = static_cast<std::int8_t>(found == band.rates.end() ? 0 : found - band.rates.begin());
        if (rate.short_preamble()) out.flags = short_preamble;
        return out;
    }
    if (rate.gi() == GuardInterval::us0_4) out.flags |= short_guard;
    out.flags |= width_flag(rate.mhz());
    if (rate.format() == PpduFormat::ht) {
        out.flags |= ht;
        out.index = static_cast<std::int8_t>(rate.mcs());
        return out;
    }
    // cf. ieee80211_rate_set_vht()
    out.flags |= vht;
    out.index = static_cast<std::int8_t>((rate.streams() - 1) << 4U | std::min(rate.mcs(), highest_vht_mcs));
    return out;
}

std::optional<phy::Rate> RateAttempt::rate(const BandCapabilities& band) const {
    if (index < 0) return std::nullopt;
    const auto number = static_cast<unsigned>(index);
    const GuardInterval gi = (flags & short_guard) != 0 ? GuardInterval::us0_4 : GuardInterval::us0_8;
    if ((flags & vht) != 0)
        return phy::Rate::vht(number & 0xfU, (number >> 4U) % most_vht_streams + 1, width_of(flags), gi);
    if ((flags & ht) != 0) return phy::Rate::ht(number, width_of(flags), gi);
    if (number >= band.rates.size()) return std::nullopt;
    return phy::Rate::legacy(band.rates[number].hundred_kbps, (flags & short_preamble) != 0);
}

}  // namespace mlosim::mld
