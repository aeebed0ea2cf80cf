#pragma once

#include <compare>
#include <cstdint>

namespace mlosim::ieee80211 {

/// What an element is: the Element ID and, where that is 255, the Element ID Extension (802.11-2020 9.4.2.1, Table
/// 9-92).
struct ElementType {
    std::uint8_t id = 0;
    std::uint8_t extension = 0;

    static constexpr std::uint8_t extension_id = 255;
    [[nodiscard]] static constexpr ElementType extended(std::uint8_t extension) { return {extension_id, extension}; }
    [[nodiscard]] constexpr bool is_extended() const noexcept { return id == extension_id; }

    friend constexpr auto operator<=>(ElementType, ElementType) = default;
};

namespace element {
inline constexpr ElementType ssid{0};
inline constexpr ElementType supported_rates{1};
inline constexpr ElementType dsss_parameter_set{3};
inline constexpr ElementType cf_parameter_set{4};
inline constexpr ElementType tim{5};
inline constexpr ElementType ibss_parameter_set{6};
inline constexpr ElementType country{7};
inline constexpr ElementType request{10};
inline constexpr ElementType bss_load{11};
inline constexpr ElementType edca_parameter_set{12};
inline constexpr ElementType challenge_text{16};
inline constexpr ElementType power_constraint{32};
inline constexpr ElementType power_capability{33};
inline constexpr ElementType tpc_report{35};
inline constexpr ElementType supported_channels{36};
inline constexpr ElementType channel_switch_announcement{37};
inline constexpr ElementType quiet{40};
inline constexpr ElementType ibss_dfs{41};
inline constexpr ElementType erp{42};
inline constexpr ElementType ht_capabilities{45};
inline constexpr ElementType qos_capability{46};
inline constexpr ElementType rsn{48};
inline constexpr ElementType extended_supported_rates{50};
inline constexpr ElementType ap_channel_report{51};
inline constexpr ElementType mobility_domain{54};
inline constexpr ElementType fast_bss_transition{55};
inline constexpr ElementType timeout_interval{56};
inline constexpr ElementType dse_registered_location{58};
inline constexpr ElementType supported_operating_classes{59};
inline constexpr ElementType extended_channel_switch_announcement{60};
inline constexpr ElementType ht_operation{61};
inline constexpr ElementType secondary_channel_offset{62};
inline constexpr ElementType bss_average_access_delay{63};
inline constexpr ElementType antenna{64};
inline constexpr ElementType measurement_pilot_transmission{66};
inline constexpr ElementType bss_available_admission_capacity{67};
inline constexpr ElementType bss_ac_access_delay{68};
inline constexpr ElementType time_advertisement{69};
inline constexpr ElementType rm_enabled_capabilities{70};
inline constexpr ElementType multiple_bssid{71};
inline constexpr ElementType coexistence_20_40{72};
inline constexpr ElementType overlapping_bss_scan_parameters{74};
inline constexpr ElementType management_mic{76};
inline constexpr ElementType nontransmitted_bssid_capability{83};
inline constexpr ElementType ssid_list{84};
inline constexpr ElementType multiple_bssid_index{85};
inline constexpr ElementType fms_descriptor{86};
inline constexpr ElementType qos_traffic_capability{89};
inline constexpr ElementType bss_max_idle_period{90};
inline constexpr ElementType interworking{107};
inline constexpr ElementType advertisement_protocol{108};
inline constexpr ElementType roaming_consortium{111};
inline constexpr ElementType emergency_alert_identifier{112};
inline constexpr ElementType mesh_configuration{113};
inline constexpr ElementType mesh_id{114};
inline constexpr ElementType mesh_awake_window{119};
inline constexpr ElementType beacon_timing{120};
inline constexpr ElementType mccaop_advertisement{123};
inline constexpr ElementType mesh_channel_switch_parameters{118};
inline constexpr ElementType extended_capabilities{127};
inline constexpr ElementType mccaop_advertisement_overview{174};
inline constexpr ElementType multi_band{158};
inline constexpr ElementType qmf_policy{181};
inline constexpr ElementType qload_report{186};
inline constexpr ElementType hcca_txop_update_count{187};
inline constexpr ElementType vht_capabilities{191};
inline constexpr ElementType vht_operation{192};
inline constexpr ElementType extended_bss_load{193};
inline constexpr ElementType wide_bandwidth_channel_switch{194};
inline constexpr ElementType transmit_power_envelope{195};
inline constexpr ElementType channel_switch_wrapper{196};
inline constexpr ElementType aid{197};
inline constexpr ElementType quiet_channel{198};
inline constexpr ElementType operating_mode_notification{199};
inline constexpr ElementType reduced_neighbor_report{201};
inline constexpr ElementType s1g_capabilities{217};
inline constexpr ElementType vendor_specific{221};
inline constexpr ElementType fils_indication{240};
inline constexpr ElementType fragment{242};
inline constexpr ElementType rsnx{244};

inline constexpr ElementType he_capabilities = ElementType::extended(35);
inline constexpr ElementType he_operation = ElementType::extended(36);
inline constexpr ElementType uora_parameter_set = ElementType::extended(37);
inline constexpr ElementType mu_edca_parameter_set = ElementType::extended(38);
inline constexpr ElementType spatial_reuse_parameter_set = ElementType::extended(39);
inline constexpr ElementType ndp_feedback_report = ElementType::extended(41);
inline constexpr ElementType bss_color_change_announcement = ElementType::extended(42);
inline constexpr ElementType ess_report = ElementType::extended(45);
inline constexpr ElementType he_bss_load = ElementType::extended(47);
inline constexpr ElementType max_channel_switch_time = ElementType::extended(52);
inline constexpr ElementType multiple_bssid_configuration = ElementType::extended(55);
inline constexpr ElementType non_inheritance = ElementType::extended(56);
inline constexpr ElementType known_bssid = ElementType::extended(57);
inline constexpr ElementType short_ssid_list = ElementType::extended(58);
inline constexpr ElementType he_6ghz_band_capabilities = ElementType::extended(59);
inline constexpr ElementType eht_operation = ElementType::extended(106);
inline constexpr ElementType multi_link = ElementType::extended(107);
inline constexpr ElementType eht_capabilities = ElementType::extended(108);
inline constexpr ElementType tid_to_link_mapping = ElementType::extended(109);
inline constexpr ElementType multi_link_traffic_indication = ElementType::extended(110);
inline constexpr ElementType bandwidth_indication = ElementType::extended(135);
inline constexpr ElementType non_ap_sta_regulatory_connectivity = ElementType::extended(137);
}  // namespace element

}  // namespace mlosim::ieee80211
