#pragma once

#include <array>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"

/// The Wi-Fi Alliance's WMM elements: vendor specific, OUI 00-50-F2, type 2. (WMM specification 2.2)
namespace mlosim::ieee80211 {

inline constexpr std::array<std::uint8_t, 4> wmm_vendor_prefix{0x00, 0x50, 0xf2, 0x02};

/// The QoS Info octet, whose meaning depends on the sender.
struct WmmQosInfo : BitString<1, WmmQosInfo> {
    using BitString::BitString;
    static constexpr Field parameter_set_count{0, 4};  // AP
    static constexpr Field ap_uapsd{7};
    static constexpr Field sta_uapsd_vo{0};  // station
    static constexpr Field sta_uapsd_vi{1};
    static constexpr Field sta_uapsd_bk{2};
    static constexpr Field sta_uapsd_be{3};
    static constexpr Field max_sp_length{5, 2};
};

/// WMM Information element: in beacons without parameters, and in a station's association request.
struct WmmInformation {
    static constexpr ElementType type = element::vendor_specific;
    static constexpr std::uint8_t subtype = 0;

    WmmQosInfo qos;

    [[nodiscard]] static Result<WmmInformation> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const WmmInformation&, const WmmInformation&) = default;
};

/// Access parameters of one access category.
struct WmmAcParameters : BitString<4, WmmAcParameters> {
    using BitString::BitString;
    static constexpr Field aifsn{0, 4};
    static constexpr Field admission_control{4};
    static constexpr Field aci{5, 2};
    static constexpr Field ecw_min{8, 4};
    static constexpr Field ecw_max{12, 4};
    static constexpr Field txop_limit{16, 16};  // units of 32 us
};

/// WMM Parameter element: how a station contends in this BSS. Best effort, background, video, voice, in this order.
struct WmmParameters {
    static constexpr ElementType type = element::vendor_specific;
    static constexpr std::uint8_t subtype = 1;

    WmmQosInfo qos;
    std::uint8_t reserved = 0;
    std::array<WmmAcParameters, 4> categories;

    /// What 802.11-2020 Table 9-155 recommends for an AP with a PHY other than DSSS.
    [[nodiscard]] static WmmParameters defaults();

    [[nodiscard]] static Result<WmmParameters> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const WmmParameters&, const WmmParameters&) = default;
};

}  // namespace mlosim::ieee80211
