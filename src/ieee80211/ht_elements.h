#pragma once

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// HT Capability Information field, 802.11-2020 9.4.2.55.2.
struct HtCapabilityInfo : BitString<2, HtCapabilityInfo> {
    using BitString::BitString;
    static constexpr Field ldpc{0};
    static constexpr Field width_40{1};
    static constexpr Field sm_power_save{2, 2};  // 0 static, 1 dynamic, 3 disabled
    static constexpr Field greenfield{4};
    static constexpr Field short_gi_20{5};
    static constexpr Field short_gi_40{6};
    static constexpr Field tx_stbc{7};
    static constexpr Field rx_stbc_streams{8, 2};
    static constexpr Field delayed_block_ack{10};
    static constexpr Field max_amsdu_7935{11};
    static constexpr Field dsss_cck_40{12};
    static constexpr Field forty_mhz_intolerant{14};
    static constexpr Field lsig_txop_protection{15};
};

/// A-MPDU Parameters field, 802.11-2020 9.4.2.55.3.
struct HtAmpduParameters : BitString<1, HtAmpduParameters> {
    using BitString::BitString;
    static constexpr Field max_length_exponent{0, 2};  // 2^(13 + x) - 1 octets
    static constexpr Field min_start_spacing{2, 3};
};

/// Supported MCS Set field, 802.11-2020 9.4.2.55.4.
struct HtMcsSet : BitString<16, HtMcsSet> {
    using BitString::BitString;
    static constexpr Field rx_mcs_0_31{0, 32};
    static constexpr Field rx_mcs_32_63{32, 32};
    static constexpr Field rx_mcs_64_76{64, 13};
    static constexpr Field rx_highest_rate_mbps{80, 10};
    static constexpr Field tx_defined{96};
    static constexpr Field tx_rx_different{97};
    static constexpr Field tx_max_streams_minus_1{98, 2};
    static constexpr Field tx_unequal_modulation{100};

    [[nodiscard]] bool rx_mcs(unsigned index) const {
        MLOSIM_INVARIANT(index <= 76, "HT has MCS 0 to 76");
        return (octets()[index / 8] >> (index % 8) & 1U) != 0;
    }
};

/// HT Extended Capabilities field, 802.11-2020 9.4.2.55.5.
struct HtExtendedCapabilities : BitString<2, HtExtendedCapabilities> {
    using BitString::BitString;
    static constexpr Field mcs_feedback{8, 2};
    static constexpr Field htc{10};
    static constexpr Field rd_responder{11};
};

struct HtBeamformingCapabilities : BitString<4, HtBeamformingCapabilities> {
    using BitString::BitString;
};
struct HtAselCapability : BitString<1, HtAselCapability> {
    using BitString::BitString;
};

/// HT Capabilities element, 802.11-2020 9.4.2.55.
struct HtCapabilities {
    static constexpr ElementType type = element::ht_capabilities;
    static constexpr std::size_t body_size = 26;

    HtCapabilityInfo info;
    HtAmpduParameters ampdu;
    HtMcsSet mcs;
    HtExtendedCapabilities extended;
    HtBeamformingCapabilities beamforming;
    HtAselCapability asel;

    [[nodiscard]] static Result<HtCapabilities> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const HtCapabilities&, const HtCapabilities&) = default;
};

/// HT Operation Information field, 802.11-2020 9.4.2.56, Figure 9-358.
struct HtOperationInfo : BitString<5, HtOperationInfo> {
    using BitString::BitString;
    static constexpr Field secondary_channel_offset{0, 2};  // 0 none, 1 above, 3 below
    static constexpr Field any_width{2};
    static constexpr Field rifs{3};
    static constexpr Field protection{8, 2};
    static constexpr Field nongreenfield_present{10};
    static constexpr Field obss_non_ht_present{12};
    static constexpr Field ccfs2{13, 8};
    static constexpr Field dual_beacon{30};
    static constexpr Field dual_cts_protection{31};
    static constexpr Field stbc_beacon{32};
};

enum class SecondaryChannel : std::uint8_t { none = 0, above = 1, below = 3 };

/// HT Operation element, 802.11-2020 9.4.2.56.
struct HtOperation {
    static constexpr ElementType type = element::ht_operation;
    static constexpr std::size_t body_size = 22;

    std::uint8_t primary_channel = 0;
    HtOperationInfo info;
    HtMcsSet basic_mcs;

    /// The reserved value 2 reads as none.
    [[nodiscard]] SecondaryChannel secondary_channel() const;

    [[nodiscard]] static Result<HtOperation> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const HtOperation&, const HtOperation&) = default;
};

}  // namespace mlosim::ieee80211
