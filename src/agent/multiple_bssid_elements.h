#pragma once

#include "agent/bss.h"
#include "ieee80211/element.h"

namespace mlosim::agent {

/// The Multiple BSSID elements with the profiles of the nontransmitted BSSs. `frame`: the other elements of the frame
/// that they are for, from which the profiles inherit. 802.11-2020 9.4.2.45, 11.1.3.8.
[[nodiscard]] ieee80211::Bytes multiple_bssid_elements(const Bss& bss, const ieee80211::ElementList& frame,
                                                       bool in_beacon);

}  // namespace mlosim::agent
