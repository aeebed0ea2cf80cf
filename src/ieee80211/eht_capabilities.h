#pragma once

#include <array>
#include <optional>
#include <variant>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/inline_bytes.h"

namespace mlosim::ieee80211 {

/// EHT MAC Capabilities Information field, 802.11be 9.4.2.323.2.
struct EhtMacCapabilities : BitString<2, EhtMacCapabilities> {
    using BitString::BitString;
    static constexpr Field epcs_priority_access{0};
    static constexpr Field om_control{1};
    static constexpr Field triggered_txop_sharing_mode_1{2};
    static constexpr Field triggered_txop_sharing_mode_2{3};
    static constexpr Field restricted_twt{4};
    static constexpr Field scs_traffic_description{5};
    static constexpr Field max_mpdu_length{6, 2};  // 3895, 7991, 11454; the 2.4 GHz band's only place for it
    static constexpr Field max_ampdu_length_exponent_extension{8};
    static constexpr Field trs{9};
    static constexpr Field txop_return{10};
    static constexpr Field two_bqrs{11};
    static constexpr Field link_adaptation{12, 2};
    static constexpr Field unsolicited_epcs_update{14};
};

/// EHT PHY Capabilities Information field, 802.11be 9.4.2.323.3.
struct EhtPhyCapabilities : BitString<9, EhtPhyCapabilities> {
    using BitString::BitString;
    static constexpr Field width_320_in_6ghz{1};
    static constexpr Field ru_242_wider_than_20{2};
    static constexpr Field ndp_4x_ltf_3_2us{3};
    static constexpr Field partial_bandwidth_ul_mu_mimo{4};
    static constexpr Field su_beamformer{5};
    static constexpr Field su_beamformee{6};
    static constexpr Field beamformee_ss_up_to_80{7, 3};
    static constexpr Field beamformee_ss_160{10, 3};
    static constexpr Field beamformee_ss_320{13, 3};
    static constexpr Field sounding_dimensions_up_to_80{16, 3};
    static constexpr Field sounding_dimensions_160{19, 3};
    static constexpr Field sounding_dimensions_320{22, 3};
    static constexpr Field ng16_su_feedback{25};
    static constexpr Field ng16_mu_feedback{26};
    static constexpr Field codebook_4_2_su{27};
    static constexpr Field codebook_7_5_mu{28};
    static constexpr Field triggered_su_beamforming_feedback{29};
    static constexpr Field triggered_mu_beamforming_partial_bw_feedback{30};
    static constexpr Field triggered_cqi_feedback{31};
    static constexpr Field partial_bandwidth_dl_mu_mimo{32};
    static constexpr Field psr_based_sr{33};
    static constexpr Field power_boost_factor{34};
    static constexpr Field mu_ppdu_4x_ltf_0_8us{35};
    static constexpr Field max_nc{36, 4};
    static constexpr Field non_triggered_cqi_feedback{40};
    static constexpr Field tx_1024_4096_qam_small_ru{41};
    static constexpr Field rx_1024_4096_qam_small_ru{42};
    static constexpr Field ppe_thresholds_present{43};
    static constexpr Field common_nominal_packet_padding{44, 2};
    static constexpr Field max_ltfs{46, 5};
    static constexpr Field mcs15{51, 4};
    static constexpr Field dup_mcs14_in_6ghz{55};
    static constexpr Field rx_ndp_wider_20mhz{56};
    static constexpr Field non_ofdma_ul_mu_mimo_up_to_80{57};
    static constexpr Field non_ofdma_ul_mu_mimo_160{58};
    static constexpr Field non_ofdma_ul_mu_mimo_320{59};
    static constexpr Field mu_beamformer_up_to_80{60};
    static constexpr Field mu_beamformer_160{61};
    static constexpr Field mu_beamformer_320{62};
    static constexpr Field tb_sounding_feedback_rate_limit{63};
    static constexpr Field rx_1024_qam_wider_bw_dl_ofdma{64};
    static constexpr Field rx_4096_qam_wider_bw_dl_ofdma{65};
    static constexpr Field limited_capabilities_20mhz_only{66};
    static constexpr Field triggered_mu_beamforming_full_bw_20mhz_only{67};
    static constexpr Field mru_20mhz_only{68};
};

/// How many streams a station receives and sends with a group of MCSs, four bits each (802.11be Figure 9-1072ar and
/// after).
class EhtMaxStreams {
public:
    constexpr EhtMaxStreams() = default;
    constexpr explicit EhtMaxStreams(std::uint8_t raw) : raw_(raw) {}
    constexpr EhtMaxStreams(unsigned rx, unsigned tx) : raw_(static_cast<std::uint8_t>(rx | tx << 4U)) {
        MLOSIM_INVARIANT(rx <= 15 && tx <= 15, "four bits each");
    }
    [[nodiscard]] constexpr unsigned rx() const noexcept { return raw_ & 0xfU; }
    [[nodiscard]] constexpr unsigned tx() const noexcept { return raw_ >> 4U; }
    [[nodiscard]] constexpr std::uint8_t raw() const noexcept { return raw_; }
    friend constexpr bool operator==(EhtMaxStreams, EhtMaxStreams) = default;

private:
    std::uint8_t raw_ = 0;
};

/// EHT-MCS Map (20 MHz-Only Non-AP STA): four groups of MCSs.
struct EhtMcsMap20MhzOnly {
    EhtMaxStreams mcs0_7;
    EhtMaxStreams mcs8_9;
    EhtMaxStreams mcs10_11;
    EhtMaxStreams mcs12_13;
    friend bool operator==(const EhtMcsMap20MhzOnly&, const EhtMcsMap20MhzOnly&) = default;
};

/// EHT-MCS Map for one width: three groups.
struct EhtMcsMap {
    EhtMaxStreams mcs0_9;
    EhtMaxStreams mcs10_11;
    EhtMaxStreams mcs12_13;
    friend bool operator==(const EhtMcsMap&, const EhtMcsMap&) = default;
};

/// The maps of every width that the station supports.
struct EhtMcsMapsByWidth {
    std::optional<EhtMcsMap> up_to_80;
    std::optional<EhtMcsMap> at_160;
    std::optional<EhtMcsMap> at_320;
    friend bool operator==(const EhtMcsMapsByWidth&, const EhtMcsMapsByWidth&) = default;
};

/// EHT PPE Thresholds field, 802.11be 9.4.2.323.5.
class EhtPpeThresholds {
public:
    static constexpr unsigned header_bits = 9;
    static constexpr std::size_t max_size = 62;

    /// Takes the field at the front of `octets` (which may go on after it).
    [[nodiscard]] static Result<EhtPpeThresholds> parse(ByteView octets);

    [[nodiscard]] unsigned streams() const { return (header() & 0xfU) + 1; }
    [[nodiscard]] unsigned ru_bitmap() const { return header() >> 4U & 0x1fU; }
    [[nodiscard]] ByteView octets() const noexcept { return octets_.view(); }
    friend bool operator==(const EhtPpeThresholds&, const EhtPpeThresholds&) = default;

private:
    [[nodiscard]] unsigned header() const { return octets_.view()[0] | static_cast<unsigned>(octets_.view()[1]) << 8U; }
    InlineBytes<max_size> octets_;
};

/// What decides which MCS maps an EHT Capabilities element holds: the HE Capabilities beside it, and who sent it.
struct EhtContext {
    HePhyCapabilities he_phy;
    bool from_ap = false;
};

/// EHT Capabilities element, 802.11be 9.4.2.323. It cannot be read without the HE Capabilities of the same station.
class EhtCapabilities {
public:
    static constexpr ElementType type = element::eht_capabilities;
    using McsMaps = std::variant<EhtMcsMapsByWidth, EhtMcsMap20MhzOnly>;

    EhtCapabilities() = default;
    /// EINVAL unless `maps` are those that `phy` and `context` ask for, and the thresholds are there when `phy` says
    /// so.
    [[nodiscard]] static Result<EhtCapabilities> from(const EhtContext& context, const EhtMacCapabilities& mac,
                                                      const EhtPhyCapabilities& phy, const McsMaps& maps,
                                                      const std::optional<EhtPpeThresholds>& ppe = {});
    [[nodiscard]] static Result<EhtCapabilities> parse(ByteView body, const EhtContext& context);

    [[nodiscard]] const EhtMacCapabilities& mac() const noexcept { return mac_; }
    [[nodiscard]] const EhtPhyCapabilities& phy() const noexcept { return phy_; }
    [[nodiscard]] const McsMaps& mcs() const noexcept { return maps_; }
    [[nodiscard]] const std::optional<EhtPpeThresholds>& ppe() const noexcept { return ppe_; }

    void append_to(ByteWriter& out) const;
    friend bool operator==(const EhtCapabilities&, const EhtCapabilities&) = default;

private:
    EhtMacCapabilities mac_;
    EhtPhyCapabilities phy_;
    McsMaps maps_ = EhtMcsMap20MhzOnly{};
    std::optional<EhtPpeThresholds> ppe_;
};

}  // namespace mlosim::ieee80211
