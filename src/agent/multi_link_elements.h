#pragma once

#include <span>

#include "agent/bss.h"
#include "agent/bss_elements.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/probe_request_multi_link.h"

namespace mlosim::agent {

/// The Basic Multi-Link element of a link's beacons and probe responses (802.11be 35.3.4.1): the MLD, without its other
/// links' profiles. `bss.mld` must be there.
[[nodiscard]] ieee80211::BasicMultiLink multi_link_of(const Bss& bss);

/// A link's complete profile in a probe response of `reporter`, whose elements are `frame` (802.11be 35.3.4.2).
[[nodiscard]] ieee80211::BasicPerStaProfile complete_profile(const Bss& link, const Surroundings& of_link,
                                                             const ieee80211::ElementList& frame);

/// Of that profile only the elements that the request names; the complete one where it names none.
[[nodiscard]] ieee80211::BasicPerStaProfile asked_profile(const ieee80211::ProbeRequestPerStaProfile& asked,
                                                          const Bss& link, const Surroundings& of_link,
                                                          const ieee80211::ElementList& frame);

/// A link's profile in an association response of another link, with the status of that link (802.11be 35.3.5.4).
/// `frame`: the elements of the response.
[[nodiscard]] ieee80211::BasicPerStaProfile association_profile(const Bss& link, std::uint8_t dtim_count,
                                                                std::uint16_t status,
                                                                const ieee80211::ElementList& frame);

}  // namespace mlosim::agent
