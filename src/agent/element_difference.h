#pragma once

#include <set>

#include "ieee80211/element.h"

namespace mlosim::agent {

/// What a profile inside another BSS's frame says: the elements of `own` that `frame` does not have just so, and a
/// Non-Inheritance element for those of `frame` that `own` lacks (802.11-2020 11.1.3.8.4, 802.11be 35.3.3.5). Types of
/// `aside` are about the frame as a whole and stay out of it.
[[nodiscard]] ieee80211::Bytes profile_elements(const ieee80211::ElementList& frame, const ieee80211::ElementList& own,
                                                const std::set<ieee80211::ElementType>& aside);

}  // namespace mlosim::agent
