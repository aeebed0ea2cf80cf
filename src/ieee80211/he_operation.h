#pragma once

#include <optional>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/mcs_map.h"
#include "ieee80211/vht_elements.h"

namespace mlosim::ieee80211 {

/// HE Operation Parameters field, 802.11ax 9.4.2.249. Its presence bits are the element's own business.
struct HeOperationParameters : BitString<3, HeOperationParameters> {
    using BitString::BitString;
    static constexpr Field default_pe_duration{0, 3};
    static constexpr Field twt_required{3};
    static constexpr Field txop_duration_rts_threshold{4, 10};
    static constexpr Field er_su_disable{16};
};

/// BSS Color Information field, 802.11ax 9.4.2.249.
struct BssColor : BitString<1, BssColor> {
    using BitString::BitString;
    static constexpr Field color{0, 6};
    static constexpr Field partial{6};
    static constexpr Field disabled{7};
};

/// Control field of the 6 GHz Operation Information, 802.11ax Figure 9-788k.
struct He6GhzControl : BitString<1, He6GhzControl> {
    using BitString::BitString;
    static constexpr Field channel_width{0, 2};  // 20, 40, 80, 160 or 80+80 MHz
    static constexpr Field duplicate_beacon{2};
    static constexpr Field regulatory_info{3, 4};
};

/// 6 GHz Operation Information field: the channel of a BSS that has neither HT nor VHT Operation.
struct He6GhzOperation {
    std::uint8_t primary_channel = 0;
    He6GhzControl control;
    std::uint8_t ccfs0 = 0;
    std::uint8_t ccfs1 = 0;
    std::uint8_t minimum_rate_mbps = 0;
    friend bool operator==(const He6GhzOperation&, const He6GhzOperation&) = default;
};

/// HE Operation element, 802.11ax 9.4.2.249.
struct HeOperation {
    static constexpr ElementType type = element::he_operation;

    HeOperationParameters parameters;
    BssColor color;
    McsMap basic_mcs;
    std::optional<VhtOperationInfo> vht;
    std::optional<std::uint8_t> max_cohosted_bssid_indicator;
    std::optional<He6GhzOperation> six_ghz;

    [[nodiscard]] static Result<HeOperation> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const HeOperation&, const HeOperation&) = default;
};

}  // namespace mlosim::ieee80211
