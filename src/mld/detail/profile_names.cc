#include "mld/detail/profile_names.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mlosim::mld::detail {

namespace {

/// enum nl80211_commands
constexpr std::array<std::string_view, 168> commands{"unspec",
                                                     "get_wiphy",
                                                     "set_wiphy",
                                                     "new_wiphy",
                                                     "del_wiphy",
                                                     "get_interface",
                                                     "set_interface",
                                                     "new_interface",
                                                     "del_interface",
                                                     "get_key",
                                                     "set_key",
                                                     "new_key",
                                                     "del_key",
                                                     "get_beacon",
                                                     "set_beacon",
                                                     "start_ap",
                                                     "stop_ap",
                                                     "get_station",
                                                     "set_station",
                                                     "new_station",
                                                     "del_station",
                                                     "get_mpath",
                                                     "set_mpath",
                                                     "new_mpath",
                                                     "del_mpath",
                                                     "set_bss",
                                                     "set_reg",
                                                     "req_set_reg",
                                                     "get_mesh_config",
                                                     "set_mesh_config",
                                                     "set_mgmt_extra_ie",
                                                     "get_reg",
                                                     "get_scan",
                                                     "trigger_scan",
                                                     "new_scan_results",
                                                     "scan_aborted",
                                                     "reg_change",
                                                     "authenticate",
                                                     "associate",
                                                     "deauthenticate",
                                                     "disassociate",
                                                     "michael_mic_failure",
                                                     "reg_beacon_hint",
                                                     "join_ibss",
                                                     "leave_ibss",
                                                     "testmode",
                                                     "connect",
                                                     "roam",
                                                     "disconnect",
                                                     "set_wiphy_netns",
                                                     "get_survey",
                                                     "new_survey_results",
                                                     "set_pmksa",
                                                     "del_pmksa",
                                                     "flush_pmksa",
                                                     "remain_on_channel",
                                                     "cancel_remain_on_channel",
                                                     "set_tx_bitrate_mask",
                                                     "register_frame",
                                                     "frame",
                                                     "frame_tx_status",
                                                     "set_power_save",
                                                     "get_power_save",
                                                     "set_cqm",
                                                     "notify_cqm",
                                                     "set_channel",
                                                     "set_wds_peer",
                                                     "frame_wait_cancel",
                                                     "join_mesh",
                                                     "leave_mesh",
                                                     "unprot_deauthenticate",
                                                     "unprot_disassociate",
                                                     "new_peer_candidate",
                                                     "get_wowlan",
                                                     "set_wowlan",
                                                     "start_sched_scan",
                                                     "stop_sched_scan",
                                                     "sched_scan_results",
                                                     "sched_scan_stopped",
                                                     "set_rekey_offload",
                                                     "pmksa_candidate",
                                                     "tdls_oper",
                                                     "tdls_mgmt",
                                                     "unexpected_frame",
                                                     "probe_client",
                                                     "register_beacons",
                                                     "unexpected_4addr_frame",
                                                     "set_noack_map",
                                                     "ch_switch_notify",
                                                     "start_p2p_device",
                                                     "stop_p2p_device",
                                                     "conn_failed",
                                                     "set_mcast_rate",
                                                     "set_mac_acl",
                                                     "radar_detect",
                                                     "get_protocol_features",
                                                     "update_ft_ies",
                                                     "ft_event",
                                                     "crit_protocol_start",
                                                     "crit_protocol_stop",
                                                     "get_coalesce",
                                                     "set_coalesce",
                                                     "channel_switch",
                                                     "vendor",
                                                     "set_qos_map",
                                                     "add_tx_ts",
                                                     "del_tx_ts",
                                                     "get_mpp",
                                                     "join_ocb",
                                                     "leave_ocb",
                                                     "ch_switch_started_notify",
                                                     "tdls_channel_switch",
                                                     "tdls_cancel_channel_switch",
                                                     "wiphy_reg_change",
                                                     "abort_scan",
                                                     "start_nan",
                                                     "stop_nan",
                                                     "add_nan_function",
                                                     "del_nan_function",
                                                     "change_nan_config",
                                                     "nan_match",
                                                     "set_multicast_to_unicast",
                                                     "update_connect_params",
                                                     "set_pmk",
                                                     "del_pmk",
                                                     "port_authorized",
                                                     "reload_regdb",
                                                     "external_auth",
                                                     "sta_opmode_changed",
                                                     "control_port_frame",
                                                     "get_ftm_responder_stats",
                                                     "peer_measurement_start",
                                                     "peer_measurement_result",
                                                     "peer_measurement_complete",
                                                     "notify_radar",
                                                     "update_owe_info",
                                                     "probe_mesh_link",
                                                     "set_tid_config",
                                                     "unprot_beacon",
                                                     "control_port_frame_tx_status",
                                                     "set_sar_specs",
                                                     "obss_color_collision",
                                                     "color_change_request",
                                                     "color_change_started",
                                                     "color_change_aborted",
                                                     "color_change_completed",
                                                     "set_fils_aad",
                                                     "assoc_comeback",
                                                     "add_link",
                                                     "remove_link",
                                                     "add_link_sta",
                                                     "modify_link_sta",
                                                     "remove_link_sta",
                                                     "set_hw_timestamp",
                                                     "links_removed",
                                                     "set_tid_to_link_mapping",
                                                     "assoc_mlo_reconf",
                                                     "epcs_cfg",
                                                     "nan_next_dw_notification",
                                                     "nan_cluster_joined",
                                                     "incumbent_signal_detect",
                                                     "nan_set_local_sched",
                                                     "nan_sched_update_done",
                                                     "nan_set_peer_sched",
                                                     "nan_ulw_update",
                                                     "nan_channel_evac",
                                                     "start_pd",
                                                     "stop_pd"};

/// enum nl80211_feature_flags; bit 13 is reserved
constexpr std::array<std::string_view, 32> features{"sk_tx_status",
                                                    "ht_ibss",
                                                    "inactivity_timer",
                                                    "cell_base_reg_hints",
                                                    "p2p_device_needs_channel",
                                                    "sae",
                                                    "low_priority_scan",
                                                    "scan_flush",
                                                    "ap_scan",
                                                    "vif_txpower",
                                                    "need_obss_scan",
                                                    "p2p_go_ctwin",
                                                    "p2p_go_oppps",
                                                    "",
                                                    "advertise_chan_limits",
                                                    "full_ap_client_state",
                                                    "userspace_mpm",
                                                    "active_monitor",
                                                    "ap_mode_chan_width_change",
                                                    "ds_param_set_ie_in_probes",
                                                    "wfa_tpc_ie_in_probes",
                                                    "quiet",
                                                    "tx_power_insertion",
                                                    "ackto_estimation",
                                                    "static_smps",
                                                    "dynamic_smps",
                                                    "supports_wmm_admission",
                                                    "mac_on_create",
                                                    "tdls_channel_switch",
                                                    "scan_random_mac_addr",
                                                    "sched_scan_random_mac_addr",
                                                    "nd_random_mac_addr"};

/// enum nl80211_ext_feature_index
constexpr std::array<std::string_view, 75> ext_features{"vht_ibss",
                                                        "rrm",
                                                        "mu_mimo_air_sniffer",
                                                        "scan_start_time",
                                                        "bss_parent_tsf",
                                                        "set_scan_dwell",
                                                        "beacon_rate_legacy",
                                                        "beacon_rate_ht",
                                                        "beacon_rate_vht",
                                                        "fils_sta",
                                                        "mgmt_tx_random_ta",
                                                        "mgmt_tx_random_ta_connected",
                                                        "sched_scan_relative_rssi",
                                                        "cqm_rssi_list",
                                                        "fils_sk_offload",
                                                        "4way_handshake_sta_psk",
                                                        "4way_handshake_sta_1x",
                                                        "fils_max_channel_time",
                                                        "accept_bcast_probe_resp",
                                                        "oce_probe_req_high_tx_rate",
                                                        "oce_probe_req_deferral_suppression",
                                                        "mfp_optional",
                                                        "low_span_scan",
                                                        "low_power_scan",
                                                        "high_accuracy_scan",
                                                        "dfs_offload",
                                                        "control_port_over_nl80211",
                                                        "ack_signal_support",
                                                        "txqs",
                                                        "scan_random_sn",
                                                        "scan_min_preq_content",
                                                        "can_replace_ptk0",
                                                        "enable_ftm_responder",
                                                        "airtime_fairness",
                                                        "ap_pmksa_caching",
                                                        "sched_scan_band_specific_rssi_thold",
                                                        "ext_key_id",
                                                        "sta_tx_pwr",
                                                        "sae_offload",
                                                        "vlan_offload",
                                                        "aql",
                                                        "beacon_protection",
                                                        "control_port_no_preauth",
                                                        "protected_twt",
                                                        "del_ibss_sta",
                                                        "multicast_registrations",
                                                        "beacon_protection_client",
                                                        "scan_freq_khz",
                                                        "control_port_over_nl80211_tx_status",
                                                        "operating_channel_validation",
                                                        "4way_handshake_ap_psk",
                                                        "sae_offload_ap",
                                                        "fils_discovery",
                                                        "unsol_bcast_probe_resp",
                                                        "beacon_rate_he",
                                                        "secure_ltf",
                                                        "secure_rtt",
                                                        "prot_range_nego_and_measure",
                                                        "bss_color",
                                                        "fils_crypto_offload",
                                                        "radar_background",
                                                        "powered_addr_change",
                                                        "punct",
                                                        "secure_nan",
                                                        "auth_and_deauth_random_ta",
                                                        "owe_offload",
                                                        "owe_offload_ap",
                                                        "dfs_concurrent",
                                                        "spp_amsdu_support",
                                                        "beacon_rate_eht",
                                                        "eppke",
                                                        "assoc_frame_encryption",
                                                        "ieee8021x_auth",
                                                        "roc_addr_filter",
                                                        "set_key_ltf_seed"};

/// 802.11 9.2.4.1.3, management.
constexpr std::array<std::string_view, 16> frame_subtypes{
    "assoc_req",     "assoc_resp", "reassoc_req", "reassoc_resp", "probe_req", "probe_resp", "timing_advertisement",
    "reserved_7",    "beacon",     "atim",        "disassoc",     "auth",      "deauth",     "action",
    "action_no_ack", "reserved_15"};

/// enum wiphy_bss_param_flags
constexpr std::array<std::string_view, 8> bss_parameters{"cts_protection", "short_preamble", "short_slot_time",
                                                         "basic_rates",    "ap_isolate",     "ht_opmode",
                                                         "p2p_ctwindow",   "p2p_oppps"};

/// enum nl80211_wowlan_triggers, those without a value of their own
constexpr std::array<std::string_view, 10> wowlan_triggers{"",
                                                           "any",
                                                           "disconnect",
                                                           "magic_packet",
                                                           "",
                                                           "gtk_rekey_supported",
                                                           "gtk_rekey_failure",
                                                           "eap_identity_request",
                                                           "4way_handshake",
                                                           "rfkill_release"};

/// mld::WiphyFlag, by bit
constexpr std::array<std::string_view, 19> wiphy_flags{"multi_link",
                                                       "ibss_rsn",
                                                       "mesh_auth",
                                                       "ap_uapsd",
                                                       "firmware_roaming",
                                                       "tdls",
                                                       "tdls_external_setup",
                                                       "control_port_protocol",
                                                       "offchannel_tx",
                                                       "remain_on_channel",
                                                       "channel_switch",
                                                       "four_address_ap",
                                                       "four_address_station",
                                                       "power_save_by_default",
                                                       "self_managed_regulatory",
                                                       "power_save",
                                                       "antenna_selection",
                                                       "coverage_class",
                                                       "rx_chains_in_survey"};

/// phy::ChannelFlag, by bit
constexpr std::array<std::string_view, 31> channel_flags{"disabled",
                                                         "no_ir",
                                                         "",
                                                         "radar",
                                                         "no_ht40_plus",
                                                         "no_ht40_minus",
                                                         "no_ofdm",
                                                         "no_80mhz",
                                                         "no_160mhz",
                                                         "indoor_only",
                                                         "ir_concurrent",
                                                         "no_20mhz",
                                                         "no_10mhz",
                                                         "no_he",
                                                         "",
                                                         "",
                                                         "",
                                                         "",
                                                         "no_uhr",
                                                         "no_320mhz",
                                                         "no_eht",
                                                         "dfs_concurrent",
                                                         "no_6ghz_vlp_client",
                                                         "no_6ghz_afc_client",
                                                         "can_monitor",
                                                         "allow_6ghz_vlp_ap",
                                                         "allow_20mhz_activity",
                                                         "s1g_no_primary",
                                                         "no_4mhz",
                                                         "no_8mhz",
                                                         "no_16mhz"};

/// enum nl80211_chan_width
constexpr std::array<std::string_view, 14> channel_widths{"20_noht", "20", "40", "80", "80+80", "160", "5",
                                                          "10",      "1",  "2",  "4",  "8",     "16",  "320"};

/// enum nl80211_iftype
constexpr std::array<std::string_view, 15> interface_types{
    "unspecified", "adhoc",  "station",    "ap",  "ap_vlan", "wds",      "monitor", "mesh_point",
    "p2p_client",  "p2p_go", "p2p_device", "ocb", "nan",     "nan_data", "pd"};

struct Suite {
    std::string_view name;
    std::uint32_t selector;
};

/// 802.11 Table 9-188
constexpr std::array ciphers{
    Suite{"WEP40", 0x000fac01},        Suite{"TKIP", 0x000fac02},         Suite{"CCMP-128", 0x000fac04},
    Suite{"WEP104", 0x000fac05},       Suite{"BIP-CMAC-128", 0x000fac06}, Suite{"GCMP-128", 0x000fac08},
    Suite{"GCMP-256", 0x000fac09},     Suite{"CCMP-256", 0x000fac0a},     Suite{"BIP-GMAC-128", 0x000fac0b},
    Suite{"BIP-GMAC-256", 0x000fac0c}, Suite{"BIP-CMAC-256", 0x000fac0d}};

/// 802.11 Table 9-190
constexpr std::array akms{
    Suite{"802.1X", 0x000fac01},      Suite{"PSK", 0x000fac02},           Suite{"FT-802.1X", 0x000fac03},
    Suite{"FT-PSK", 0x000fac04},      Suite{"802.1X-SHA256", 0x000fac05}, Suite{"PSK-SHA256", 0x000fac06},
    Suite{"SAE", 0x000fac08},         Suite{"FT-SAE", 0x000fac09},        Suite{"OWE", 0x000fac12},
    Suite{"SAE-EXT-KEY", 0x000fac18}, Suite{"FT-SAE-EXT-KEY", 0x000fac19}};

/// "00-0f-ac:4", the way iw writes a suite that it has no name for.
std::optional<std::uint32_t> parse_selector(std::string_view word) {
    if (word.size() < 10 || word[2] != '-' || word[5] != '-' || word[8] != ':') return std::nullopt;
    std::uint32_t selector = 0;
    for (std::size_t at : {0U, 3U, 6U}) {
        std::uint8_t octet = 0;
        const char* end = word.data() + at + 2;
        if (std::from_chars(word.data() + at, end, octet, 16).ptr != end) return std::nullopt;
        selector = selector << 8 | octet;
    }
    std::uint8_t type = 0;
    const char* end = word.data() + word.size();
    if (std::from_chars(word.data() + 9, end, type).ptr != end) return std::nullopt;
    return selector << 8 | type;
}

template <std::size_t N>
std::optional<std::uint32_t> parse_suite(const std::array<Suite, N>& suites, std::string_view word) {
    const auto it = std::find_if(suites.begin(), suites.end(), [&](const Suite& s) { return s.name == word; });
    return it != suites.end() ? std::optional(it->selector) : parse_selector(word);
}

}  // namespace

std::span<const std::string_view> command_names() {
    return commands;
}
std::span<const std::string_view> feature_names() {
    return features;
}
std::span<const std::string_view> ext_feature_names() {
    return ext_features;
}
std::span<const std::string_view> frame_subtype_names() {
    return frame_subtypes;
}
std::span<const std::string_view> bss_parameter_names() {
    return bss_parameters;
}
std::span<const std::string_view> wowlan_trigger_names() {
    return wowlan_triggers;
}
std::span<const std::string_view> wiphy_flag_names() {
    return wiphy_flags;
}
std::span<const std::string_view> channel_flag_names() {
    return channel_flags;
}
std::span<const std::string_view> channel_width_names() {
    return channel_widths;
}
std::span<const std::string_view> interface_type_names() {
    return interface_types;
}

std::optional<std::uint32_t> number_of(std::span<const std::string_view> names, std::string_view word) {
    if (word.empty()) return std::nullopt;
    const auto it = std::find(names.begin(), names.end(), word);
    if (it == names.end()) return std::nullopt;
    return static_cast<std::uint32_t>(it - names.begin());
}

std::optional<std::uint32_t> parse_cipher(std::string_view word) {
    return parse_suite(ciphers, word);
}
std::optional<std::uint32_t> parse_akm(std::string_view word) {
    return parse_suite(akms, word);
}

}  // namespace mlosim::mld::detail
