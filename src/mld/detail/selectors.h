#pragma once

#include "mld/bss.h"
#include "mld/detail/connection_mode.h"

namespace mlosim::mld::detail {

/// Whether the station has all that the rate elements of a BSS ask of its members: basic rates, and what the membership
/// selectors stand for. Hash-to-element is the program's business. cf. ieee80211_get_rates()
[[nodiscard]] bool knows_selectors(const Wiphy& wiphy, const Bss& bss, ConnectionMode mode);

}  // namespace mlosim::mld::detail
