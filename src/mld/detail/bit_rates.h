#pragma once

#include "ieee80211/byte_io.h"
#include "mld/radio_profile.h"

namespace mlosim::mld::detail {

/// Whether one of `rates` (in units of 500 kb/s, the basic bit apart) is a rate of the band.
/// cf. ieee80211_parse_bitrates()
[[nodiscard]] bool knows_a_rate(const BandCapabilities& band, ieee80211::ByteView rates);

}  // namespace mlosim::mld::detail
