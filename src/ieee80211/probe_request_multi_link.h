#pragma once

#include <optional>
#include <vector>

#include "ieee80211/multi_link.h"

namespace mlosim::ieee80211 {

/// Per-STA Profile subelement of a Probe Request Multi-Link element: the link that is asked about.
struct ProbeRequestPerStaProfile {
    LinkId link;
    bool complete = false;  // the complete profile of that link is asked for
    Bytes profile;          // a Request or Extended Request element, where only some elements are asked for

    friend bool operator==(const ProbeRequestPerStaProfile&, const ProbeRequestPerStaProfile&) = default;
};

/// Probe Request Multi-Link element, 802.11be 9.4.2.322.3: asks an AP MLD about its links. Without profiles: about all.
struct ProbeRequestMultiLink {
    static constexpr ElementType type = element::multi_link;

    std::optional<std::uint8_t> ap_mld_id;
    std::optional<MacAddress> mld_addr;
    std::vector<ProbeRequestPerStaProfile> profiles;
    Bytes other_subelements;  // whole, as received; written after the profiles

    [[nodiscard]] static Result<ProbeRequestMultiLink> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const ProbeRequestMultiLink&, const ProbeRequestMultiLink&) = default;
};

}  // namespace mlosim::ieee80211
