#pragma once

#include <span>
#include <vector>

#include "agent/bss.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/reduced_neighbor_report.h"

namespace mlosim::agent {

/// What a frame says of others than its own BSS.
struct Surroundings {
    std::vector<ieee80211::ReducedNeighborReport> neighbors;
    std::optional<ieee80211::BasicMultiLink> multi_link;
    std::uint8_t dtim_count = 0;     ///< of its own BSS, for profiles in the frames of others
    ieee80211::Bytes announcements;  ///< elements of what is about to change in its MLD
};

[[nodiscard]] ieee80211::CapabilityInfo capability_info(const Bss& bss);

/// The elements of a beacon that come before the TIM. `hidden`: the SSID shows as the BSS hides it.
[[nodiscard]] ieee80211::Bytes elements_before_tim(const Bss& bss, bool hidden);
/// The elements of a beacon after the TIM, and of a probe response after the ones above, in the standard's order
/// (802.11-2020 Tables 9-32 and 9-39 with ax and be).
[[nodiscard]] ieee80211::Bytes elements_after_tim(const Bss& bss, const Surroundings& surroundings, bool in_beacon);
/// All of a probe response.
[[nodiscard]] ieee80211::Bytes probe_response_elements(const Bss& bss, const Surroundings& surroundings);
/// All of a (re)association response that grants something. `security`: elements of this answer alone.
[[nodiscard]] ieee80211::Bytes association_response_elements(const Bss& bss,
                                                             const std::optional<ieee80211::BasicMultiLink>& multi_link,
                                                             ieee80211::ByteView security = {});

}  // namespace mlosim::agent
