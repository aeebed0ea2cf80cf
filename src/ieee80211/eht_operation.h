#pragma once

#include <array>
#include <optional>

#include "ieee80211/bit_string.h"
#include "ieee80211/eht_capabilities.h"
#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// EHT Operation Parameters field, 802.11be 9.4.2.321. Its two presence bits are the element's own business.
struct EhtOperationParameters : BitString<1, EhtOperationParameters> {
    using BitString::BitString;
    static constexpr Field default_pe_duration{2};
    static constexpr Field group_addressed_bu_indication_limit{3};
    static constexpr Field group_addressed_bu_indication_exponent{4, 2};
    static constexpr Field mcs15_disable{6};
};

/// EHT Operation Information field: the channel width beyond what HE says, and the punctured pieces.
struct EhtOperationInfo {
    struct Control : BitString<1, Control> {
        using BitString::BitString;
        static constexpr Field channel_width{0, 3};  // 20, 40, 80, 160, 320 MHz
    };
    Control control;
    std::uint8_t ccfs0 = 0;
    std::uint8_t ccfs1 = 0;
    /// A bit for each 20 MHz piece that is not used, the lowest frequency first.
    std::optional<std::uint16_t> disabled_subchannels;
    friend bool operator==(const EhtOperationInfo&, const EhtOperationInfo&) = default;
};

/// EHT Operation element, 802.11be 9.4.2.321.
struct EhtOperation {
    static constexpr ElementType type = element::eht_operation;

    EhtOperationParameters parameters;
    EhtMcsMap20MhzOnly basic_mcs;
    std::optional<EhtOperationInfo> info;

    [[nodiscard]] static Result<EhtOperation> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const EhtOperation&, const EhtOperation&) = default;
};

/// Bandwidth Indication element, 802.11be 9.4.2: the width after a channel switch.
struct BandwidthIndication {
    static constexpr ElementType type = element::bandwidth_indication;

    EhtOperationInfo info;

    [[nodiscard]] static Result<BandwidthIndication> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const BandwidthIndication&, const BandwidthIndication&) = default;
};

}  // namespace mlosim::ieee80211
