#pragma once

#include <optional>
#include <vector>

#include "ieee80211/multi_link.h"

namespace mlosim::ieee80211 {

/// Per-STA Profile subelement of a Priority Access Multi-Link element: the EDCA parameters of one link.
struct PriorityAccessPerStaProfile {
    LinkId link;
    Bytes profile;  // EDCA Parameter Set, MU EDCA Parameter Set … elements

    friend bool operator==(const PriorityAccessPerStaProfile&, const PriorityAccessPerStaProfile&) = default;
};

/// Priority Access Multi-Link element, 802.11be 9.4.2.322.6 (EPCS).
struct PriorityAccessMultiLink {
    static constexpr ElementType type = element::multi_link;

    MacAddress ap_mld_addr;
    std::vector<PriorityAccessPerStaProfile> profiles;
    Bytes other_subelements;  // whole, as received; written after the profiles

    [[nodiscard]] static Result<PriorityAccessMultiLink> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const PriorityAccessMultiLink&, const PriorityAccessMultiLink&) = default;
};

}  // namespace mlosim::ieee80211
