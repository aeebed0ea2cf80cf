#include "mld/detail/bit_rates.h"

#include <algorithm>

namespace mlosim::mld::detail {

bool knows_a_rate(const BandCapabilities& band, ieee80211::ByteView rates) {
    constexpr std::uint8_t basic = 0x80;
    return std::any_of(rates.begin(), rates.end(), [&](std::uint8_t rate) {
        return std::any_of(band.rates.begin(), band.rates.end(),
                           [&](const BitRate& own) { return (own.hundred_kbps + 4) / 5 == (rate & ~basic); });
    });
}

}  // namespace mlosim::mld::detail
