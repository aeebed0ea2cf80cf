#pragma once

#include <optional>
#include <vector>

#include "ieee80211/multi_link.h"

namespace mlosim::ieee80211 {

/// What a Reconfiguration profile asks for or announces, 802.11be Table 9-417r. Other values are kept as they are.
enum class ReconfigurationOperation : std::uint8_t {
    ap_removal = 0,
    operation_parameter_update = 1,
    add_link = 2,
    delete_link = 3,
    nstr_status_update = 4,
};

/// Per-STA Profile subelement of a Reconfiguration Multi-Link element, 802.11be 9.4.2.322.4.
struct ReconfigurationPerStaProfile {
    LinkId link;
    bool complete = false;
    ReconfigurationOperation operation = ReconfigurationOperation::ap_removal;
    std::optional<MacAddress> sta_addr;
    std::optional<std::uint16_t> ap_removal_timer;  // beacons until the AP goes
    std::optional<std::uint16_t> operation_parameters;
    std::optional<std::uint16_t> nstr_links;  // a bit for each link
    Bytes profile;

    void append_to(ByteWriter& out) const;
    friend bool operator==(const ReconfigurationPerStaProfile&, const ReconfigurationPerStaProfile&) = default;
};

/// Reconfiguration Multi-Link element, 802.11be 9.4.2.322.4: in beacons it announces that an affiliated AP goes, in
/// Link Reconfiguration frames it adds and deletes links.
struct ReconfigurationMultiLink {
    static constexpr ElementType type = element::multi_link;

    std::optional<MacAddress> mld_addr;
    std::optional<EmlCapabilities> eml;
    std::optional<MldCapabilities> mld_capabilities;
    std::optional<ExtendedMldCapabilities> extended_mld_capabilities;
    std::vector<ReconfigurationPerStaProfile> profiles;
    Bytes other_subelements;  // whole, as received; written after the profiles

    [[nodiscard]] static Result<ReconfigurationMultiLink> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const ReconfigurationMultiLink&, const ReconfigurationMultiLink&) = default;
};

}  // namespace mlosim::ieee80211
