#pragma once

#include "ieee80211/byte_io.h"

namespace mlosim::mld::detail {

/// The elements of a BSS whose frame is another's: what `parent` (the frame) says, with what `profile` (its part in a
/// Multiple BSSID element or Per-STA Profile) says instead or besides, and without what it does not inherit.
/// 802.11be 9.4.2.45, 35.3.3.5; cf. cfg80211_gen_new_ie().
[[nodiscard]] ieee80211::Bytes inherit_elements(ieee80211::ByteView parent, ieee80211::ByteView profile);

}  // namespace mlosim::mld::detail
