#pragma once

#include "mld/bss.h"
#include "mld/detail/connection_mode.h"

namespace mlosim::mld::detail {

/// Whether the station has all that the rate elements of a BSS ask of its members: basic rates, and what the membership
/// selectors stand for, as far as the program does not know of these (`program`; without a word of it, of
/// hash-to-element). cf. ieee80211_get_rates(), ieee80211_parse_cfg_selectors()
[[nodiscard]] bool knows_selectors(const Wiphy& wiphy, const Bss& bss, ConnectionMode mode,
                                   const std::optional<ieee80211::Bytes>& program);

}  // namespace mlosim::mld::detail
