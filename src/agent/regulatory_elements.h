#pragma once

#include <optional>

#include "agent/bss.h"
#include "ieee80211/country.h"
#include "ieee80211/transmit_power_envelope.h"

namespace mlosim::agent {

/// The country's channels and powers in the BSS's band, as regulation leaves them to its radio; nothing where no
/// country is known. 802.11-2020 9.4.2.8.
[[nodiscard]] std::optional<ieee80211::Country> country_of(const Bss& bss);
/// The power that stations may use, where they need to be told (5 and 6 GHz). 802.11-2020 9.4.2.161, 802.11ax 26.15.
[[nodiscard]] std::optional<ieee80211::TransmitPowerEnvelope> power_envelope_of(const Bss& bss);
/// Half dBm/MHz; 127 where the domain limits no density. 802.11ax 9.4.2.170.2.
[[nodiscard]] std::int8_t density_limit(const Bss& bss);
/// The global operating classes that the radio can use in every band now, ascending.
[[nodiscard]] ieee80211::Bytes operating_classes(const Bss& bss);

}  // namespace mlosim::agent
