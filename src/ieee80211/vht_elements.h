#pragma once

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/mcs_map.h"

namespace mlosim::ieee80211 {

/// VHT Capabilities Information field, 802.11-2020 9.4.2.157.2.
struct VhtCapabilityInfo : BitString<4, VhtCapabilityInfo> {
    using BitString::BitString;
    static constexpr Field max_mpdu_length{0, 2};  // 3895, 7991, 11454
    static constexpr Field channel_width_set{2, 2};
    static constexpr Field rx_ldpc{4};
    static constexpr Field short_gi_80{5};
    static constexpr Field short_gi_160{6};
    static constexpr Field tx_stbc{7};
    static constexpr Field rx_stbc_streams{8, 3};
    static constexpr Field su_beamformer{11};
    static constexpr Field su_beamformee{12};
    static constexpr Field beamformee_sts{13, 3};
    static constexpr Field sounding_dimensions{16, 3};
    static constexpr Field mu_beamformer{19};
    static constexpr Field mu_beamformee{20};
    static constexpr Field txop_ps{21};
    static constexpr Field htc_vht{22};
    static constexpr Field max_ampdu_length_exponent{23, 3};
    static constexpr Field link_adaptation{26, 2};
    static constexpr Field rx_antenna_pattern{28};
    static constexpr Field tx_antenna_pattern{29};
    static constexpr Field extended_nss_bw{30, 2};
};

/// Supported VHT-MCS and NSS Set field, 802.11-2020 9.4.2.157.3.
struct VhtMcsSet : BitString<8, VhtMcsSet> {
    using BitString::BitString;
    static constexpr Field rx_map{0, 16};
    static constexpr Field rx_highest_rate_mbps{16, 13};
    static constexpr Field max_nsts_total{29, 3};
    static constexpr Field tx_map{32, 16};
    static constexpr Field tx_highest_rate_mbps{48, 13};
    static constexpr Field extended_nss_bw_capable{61};

    [[nodiscard]] McsMap rx() const { return McsMap{static_cast<std::uint16_t>(get(rx_map))}; }
    [[nodiscard]] McsMap tx() const { return McsMap{static_cast<std::uint16_t>(get(tx_map))}; }
};

/// VHT Capabilities element, 802.11-2020 9.4.2.157.
struct VhtCapabilities {
    static constexpr ElementType type = element::vht_capabilities;
    static constexpr std::size_t body_size = 12;

    VhtCapabilityInfo info;
    VhtMcsSet mcs;

    [[nodiscard]] static Result<VhtCapabilities> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const VhtCapabilities&, const VhtCapabilities&) = default;
};

/// VHT Operation Information field: width 0 says "as HT Operation", 1 says 80 MHz or more (802.11-2020 Table 9-274).
struct VhtOperationInfo {
    std::uint8_t channel_width = 0;
    std::uint8_t ccfs0 = 0;
    std::uint8_t ccfs1 = 0;
    friend bool operator==(const VhtOperationInfo&, const VhtOperationInfo&) = default;
};

/// VHT Operation element, 802.11-2020 9.4.2.158.
struct VhtOperation {
    static constexpr ElementType type = element::vht_operation;
    static constexpr std::size_t body_size = 5;

    VhtOperationInfo info;
    McsMap basic_mcs;

    [[nodiscard]] static Result<VhtOperation> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const VhtOperation&, const VhtOperation&) = default;
};

}  // namespace mlosim::ieee80211
