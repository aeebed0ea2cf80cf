#pragma once

#include <span>
#include <vector>

#include "agent/bss.h"
#include "ieee80211/reduced_neighbor_report.h"

namespace mlosim::agent {

/// What `reporter` says of the BSSs beside it (802.11-2020 9.4.2.170 with ax and be): the other links of its own MLD
/// always, of `colocated` the ones that an AP of its band shall report: those in 6 GHz (802.11ax 26.17.2.4).
[[nodiscard]] std::vector<ieee80211::ReducedNeighborReport> neighbor_reports(const Bss& reporter,
                                                                             std::span<const Bss> own_links,
                                                                             std::span<const Bss* const> colocated);

}  // namespace mlosim::agent
