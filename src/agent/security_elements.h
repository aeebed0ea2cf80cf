#pragma once

#include <optional>

#include "agent/bss.h"
#include "agent/security.h"
#include "ieee80211/rsn.h"

namespace mlosim::agent {

/// The RSN element of a network; none of an open one. 802.11-2020 9.4.2.24; which suites and protected management
/// frames: the Wi-Fi Alliance's WPA3 specification 2.2 to 2.4 and 6 (OWE).
[[nodiscard]] std::optional<ieee80211::Rsn> rsn_of(Security security);
/// Of a BSS: in a mobility domain with the AKMs of fast transitions, too.
[[nodiscard]] std::optional<ieee80211::Rsn> rsn_of(const Bss& bss);
/// The RSN Extension element, where there is something to say: SAE with hash-to-element.
[[nodiscard]] std::optional<ieee80211::Rsnx> rsnx_of(Security security);

}  // namespace mlosim::agent
