#pragma once

#include <optional>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/inline_bytes.h"
#include "ieee80211/mcs_map.h"

namespace mlosim::ieee80211 {

/// HE MAC Capabilities Information field, 802.11ax 9.4.2.248.2.
struct HeMacCapabilities : BitString<6, HeMacCapabilities> {
    using BitString::BitString;
    static constexpr Field htc_he{0};
    static constexpr Field twt_requester{1};
    static constexpr Field twt_responder{2};
    static constexpr Field dynamic_fragmentation{3, 2};
    static constexpr Field max_fragmented_msdus{5, 3};
    static constexpr Field min_fragment_size{8, 2};
    static constexpr Field trigger_padding{10, 2};
    static constexpr Field multi_tid_aggregation_rx{12, 3};
    static constexpr Field link_adaptation{15, 2};
    static constexpr Field all_ack{17};
    static constexpr Field trs{18};
    static constexpr Field bsr{19};
    static constexpr Field broadcast_twt{20};
    static constexpr Field ba_bitmap_32{21};
    static constexpr Field mu_cascading{22};
    static constexpr Field ack_enabled_aggregation{23};
    static constexpr Field om_control{25};
    static constexpr Field ofdma_ra{26};
    static constexpr Field max_ampdu_length_exponent_extension{27, 2};
    static constexpr Field amsdu_fragmentation{29};
    static constexpr Field flexible_twt{30};
    static constexpr Field rx_control_frame_to_multibss{31};
    static constexpr Field bsrp_bqrp_ampdu_aggregation{32};
    static constexpr Field qtp{33};
    static constexpr Field bqr{34};
    static constexpr Field psr_responder{35};
    static constexpr Field ndp_feedback_report{36};
    static constexpr Field ops{37};
    static constexpr Field amsdu_in_ampdu{38};
    static constexpr Field multi_tid_aggregation_tx{39, 3};
    static constexpr Field subchannel_selective_transmission{42};
    static constexpr Field ul_2x996_tone_ru{43};
    static constexpr Field om_control_ul_mu_data_disable_rx{44};
    static constexpr Field dynamic_sm_power_save{45};
    static constexpr Field punctured_sounding{46};
    static constexpr Field ht_vht_trigger_rx{47};
};

/// HE PHY Capabilities Information field, 802.11ax 9.4.2.248.3.
struct HePhyCapabilities : BitString<11, HePhyCapabilities> {
    using BitString::BitString;
    static constexpr Field width_40_in_2ghz{1};
    static constexpr Field width_40_80_in_5_6ghz{2};
    static constexpr Field width_160{3};
    static constexpr Field width_80p80{4};
    static constexpr Field ru_242_in_2ghz{5};
    static constexpr Field ru_242_in_5_6ghz{6};
    static constexpr Field punctured_preamble_rx{8, 4};
    static constexpr Field device_class_a{12};
    static constexpr Field ldpc{13};
    static constexpr Field su_ppdu_1x_ltf_0_8us{14};
    static constexpr Field midamble_max_nsts{15, 2};
    static constexpr Field ndp_4x_ltf_3_2us{17};
    static constexpr Field stbc_tx_up_to_80{18};
    static constexpr Field stbc_rx_up_to_80{19};
    static constexpr Field doppler_tx{20};
    static constexpr Field doppler_rx{21};
    static constexpr Field full_bandwidth_ul_mu_mimo{22};
    static constexpr Field partial_bandwidth_ul_mu_mimo{23};
    static constexpr Field dcm_max_constellation_tx{24, 2};
    static constexpr Field dcm_max_nss_tx{26};
    static constexpr Field dcm_max_constellation_rx{27, 2};
    static constexpr Field dcm_max_nss_rx{29};
    static constexpr Field rx_partial_bw_su_in_20mhz_mu{30};
    static constexpr Field su_beamformer{31};
    static constexpr Field su_beamformee{32};
    static constexpr Field mu_beamformer{33};
    static constexpr Field beamformee_sts_up_to_80{34, 3};
    static constexpr Field beamformee_sts_above_80{37, 3};
    static constexpr Field sounding_dimensions_up_to_80{40, 3};
    static constexpr Field sounding_dimensions_above_80{43, 3};
    static constexpr Field ng16_su_feedback{46};
    static constexpr Field ng16_mu_feedback{47};
    static constexpr Field codebook_4_2_su{48};
    static constexpr Field codebook_7_5_mu{49};
    static constexpr Field triggered_su_beamforming_feedback{50};
    static constexpr Field triggered_mu_beamforming_partial_bw_feedback{51};
    static constexpr Field triggered_cqi_feedback{52};
    static constexpr Field partial_bw_extended_range{53};
    static constexpr Field partial_bw_dl_mu_mimo{54};
    static constexpr Field ppe_thresholds_present{55};
    static constexpr Field psr_based_sr{56};
    static constexpr Field power_boost_factor{57};
    static constexpr Field su_mu_ppdu_4x_ltf_0_8us{58};
    static constexpr Field max_nc{59, 3};
    static constexpr Field stbc_tx_above_80{62};
    static constexpr Field stbc_rx_above_80{63};
    static constexpr Field nominal_packet_padding{78, 2};
};

/// What a station supports at one width: a map for receiving, one for sending.
struct HeMcsSet {
    McsMap rx;
    McsMap tx;
    friend bool operator==(const HeMcsSet&, const HeMcsSet&) = default;
};

/// PPE Thresholds field, 802.11ax 9.4.2.248.5: NSS and RU bitmap, then two 3-bit thresholds for each pair of them.
class HePpeThresholds {
public:
    static constexpr unsigned header_bits = 7;
    static constexpr std::size_t max_size = 25;

    /// Takes the field at the front of `octets` (which may go on after it).
    [[nodiscard]] static Result<HePpeThresholds> parse(ByteView octets);

    [[nodiscard]] unsigned streams() const { return (octets_.view()[0] & 7U) + 1; }
    [[nodiscard]] unsigned ru_bitmap() const { return octets_.view()[0] >> 3U & 0xfU; }
    [[nodiscard]] ByteView octets() const noexcept { return octets_.view(); }
    friend bool operator==(const HePpeThresholds&, const HePpeThresholds&) = default;

private:
    InlineBytes<max_size> octets_;
};

/// HE Capabilities element, 802.11ax 9.4.2.248. The PHY capabilities say which of the optional parts are there.
class HeCapabilities {
public:
    static constexpr ElementType type = element::he_capabilities;

    struct McsSets {
        HeMcsSet up_to_80;
        std::optional<HeMcsSet> at_160;
        std::optional<HeMcsSet> at_80p80;
        friend bool operator==(const McsSets&, const McsSets&) = default;
    };

    HeCapabilities() = default;
    /// EINVAL unless `phy` announces exactly the optional sets and thresholds that are given.
    [[nodiscard]] static Result<HeCapabilities> from(const HeMacCapabilities& mac, const HePhyCapabilities& phy,
                                                     const McsSets& mcs,
                                                     const std::optional<HePpeThresholds>& ppe = {});
    [[nodiscard]] static Result<HeCapabilities> parse(ByteView body);

    [[nodiscard]] const HeMacCapabilities& mac() const noexcept { return mac_; }
    [[nodiscard]] const HePhyCapabilities& phy() const noexcept { return phy_; }
    [[nodiscard]] const McsSets& mcs() const noexcept { return mcs_; }
    [[nodiscard]] const std::optional<HePpeThresholds>& ppe() const noexcept { return ppe_; }

    void append_to(ByteWriter& out) const;
    friend bool operator==(const HeCapabilities&, const HeCapabilities&) = default;

private:
    HeMacCapabilities mac_;
    HePhyCapabilities phy_;
    McsSets mcs_;
    std::optional<HePpeThresholds> ppe_;
};

/// HE 6 GHz Band Capabilities element, 802.11ax 9.4.2.263: what HT and VHT Capabilities say in the other bands.
struct He6GhzCapabilities : BitString<2, He6GhzCapabilities> {
    static constexpr ElementType type = element::he_6ghz_band_capabilities;
    using BitString::BitString;
    static constexpr Field min_mpdu_start_spacing{0, 3};
    static constexpr Field max_ampdu_length_exponent{3, 3};
    static constexpr Field max_mpdu_length{6, 2};
    static constexpr Field sm_power_save{9, 2};
    static constexpr Field rd_responder{11};
    static constexpr Field rx_antenna_pattern{12};
    static constexpr Field tx_antenna_pattern{13};

    [[nodiscard]] static Result<He6GhzCapabilities> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

}  // namespace mlosim::ieee80211
