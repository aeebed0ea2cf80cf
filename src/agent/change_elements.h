#pragma once

#include <optional>

#include "agent/bss.h"
#include "ieee80211/byte_io.h"

/// What a BSS's beacons say beforehand of what changes in it.
namespace mlosim::agent {

/// The elements that announce its channel switch and its change of color; empty: nothing is about to change.
/// 802.11-2020 11.8.8, 802.11ax 26.17.3.5
[[nodiscard]] ieee80211::Bytes change_elements(const Bss& bss);
/// Those of a channel switch alone: what the beacons of an MLD's other links say in its profile (802.11be 35.3.11).
[[nodiscard]] ieee80211::Bytes switch_elements(const Bss& bss);

/// Where the counters of its channel switch lie in such elements, and the one of its change of color.
[[nodiscard]] std::vector<std::uint16_t> switch_counters(const ieee80211::Bytes& elements);
[[nodiscard]] std::optional<std::uint16_t> color_counter(const ieee80211::Bytes& elements);

/// What of a BSS is critical to its stations: a change of it is a critical update (802.11be 35.3.10). What only counts
/// down is no change.
[[nodiscard]] ieee80211::Bytes critical_parameters(const Bss& bss);

}  // namespace mlosim::agent
