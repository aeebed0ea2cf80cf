#pragma once

#include <optional>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/link_id.h"

/// What the variants of the Multi-Link element (802.11be 9.4.2.322) share: the control field, and the fields that
/// describe an MLD.
namespace mlosim::ieee80211 {

enum class MultiLinkVariant : std::uint8_t {
    basic = 0,
    probe_request = 1,
    reconfiguration = 2,
    tdls = 3,
    priority_access = 4
};

/// The variant of a Multi-Link element; EINVAL for a body without a control field or a reserved type.
[[nodiscard]] Result<MultiLinkVariant> multi_link_variant(ByteView body);
/// The first Multi-Link element of that variant in a frame.
[[nodiscard]] std::optional<ElementView> find_multi_link(const ElementList& elements, MultiLinkVariant variant);

/// Medium Synchronization Delay Information, 802.11be Figure 9-1074o.
struct MediumSyncDelay : BitString<2, MediumSyncDelay> {
    using BitString::BitString;
    static constexpr Field duration{0, 8};           // units of 32 us
    static constexpr Field ofdm_ed_threshold{8, 4};  // dBm above -72
    static constexpr Field max_txops{12, 4};         // less one; 15: no limit
};

/// EML Capabilities, 802.11be 9.4.2.322.2.3.
struct EmlCapabilities : BitString<2, EmlCapabilities> {
    using BitString::BitString;
    static constexpr Field emlsr{0};
    static constexpr Field padding_delay{1, 3};     // 0, 32, 64, 128, 256 us
    static constexpr Field transition_delay{4, 3};  // EMLSR: 0, 16, 32, 64, 128, 256 us
    static constexpr Field emlmr{7};
    static constexpr Field transition_timeout{11, 4};  // 0, 128 us, 256 us … 64 TU
};

/// MLD Capabilities and Operations, 802.11be 9.4.2.322.2.3.
struct MldCapabilities : BitString<2, MldCapabilities> {
    using BitString::BitString;
    static constexpr Field max_simultaneous_links_minus_1{0, 4};
    static constexpr Field srs{4};
    static constexpr Field tid_to_link_mapping{5, 2};  // 0 none, 1 all TIDs alike, 3 any
    static constexpr Field frequency_separation{7, 5};
    static constexpr Field aar{12};
    static constexpr Field link_reconfiguration{13};
    static constexpr Field aligned_twt{14};
};

/// Extended MLD Capabilities and Operations, 802.11be 9.4.2.322.2.3.
struct ExtendedMldCapabilities : BitString<2, ExtendedMldCapabilities> {
    using BitString::BitString;
    static constexpr Field operation_parameter_update{0};
    static constexpr Field recommended_max_links{1, 4};
    static constexpr Field nstr_status_update{5};
    static constexpr Field emlsr_enablement_on_one_link{6};
    static constexpr Field btm_mld_recommendation{7};
};

namespace detail {

inline constexpr std::uint8_t per_sta_profile_id = 0;

/// The frame that every variant has: control, Common Info of which the first octet is its length, Link Info.
struct MultiLinkParts {
    std::uint16_t presence = 0;  // Presence Bitmap, bit 0 is the control field's B4
    ByteView common;             // without the length octet
    ElementList link_info;
};
/// Checks control, Common Info length and the subelements' lengths.
[[nodiscard]] Result<MultiLinkParts> split_multi_link(ByteView body, MultiLinkVariant variant);

[[nodiscard]] constexpr std::uint16_t presence_bit(unsigned bit) {
    return static_cast<std::uint16_t>(1U << bit);
}

/// Writes control, the Common Info that `write_common` writes, and the Link Info that `write_links` writes.
template <class WriteCommon, class WriteLinks>
void write_multi_link(ByteWriter& out, MultiLinkVariant variant, std::uint16_t presence, WriteCommon&& write_common,
                      WriteLinks&& write_links) {
    write_element(out, element::multi_link, [&](ByteWriter& w) {
        w.u16le(static_cast<std::uint16_t>(static_cast<unsigned>(variant) | static_cast<unsigned>(presence) << 4U));
        const std::size_t length_at = w.size();
        w.u8(0);
        write_common(w);
        w.bytes()[length_at] = static_cast<std::uint8_t>(w.size() - length_at);
        write_links(w);
    });
}

/// A Per-STA Profile subelement around what `write_body` writes, fragmented at 255 octets (802.11be 35.3.3.4).
template <class WriteBody>
void write_per_sta_profile(ByteWriter& out, WriteBody&& write_body) {
    write_element(out, ElementType{per_sta_profile_id}, std::forward<WriteBody>(write_body), Nesting::subelements);
}

/// The subelements that are no Per-STA Profile, as they are: vendor specific ones and those of the future.
[[nodiscard]] Bytes other_subelements(const ElementList& link_info);

}  // namespace detail

}  // namespace mlosim::ieee80211
