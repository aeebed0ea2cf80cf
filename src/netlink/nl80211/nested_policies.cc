#include "netlink/nl80211/nested_policies.h"

#include "netlink/nl80211/attribute_checks.h"
#include "netlink/nl80211/attribute_policy.h"
#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

namespace {

constexpr auto ftm_responder_rules = policy_table<3>({
    {NL80211_FTM_RESP_ATTR_ENABLED, attr::flag()},
    {NL80211_FTM_RESP_ATTR_LCI, attr::binary(255)},
    {NL80211_FTM_RESP_ATTR_CIVICLOC, attr::binary(255)},
});

constexpr auto ftm_request_rules = policy_table<23>({
    {NL80211_PMSR_FTM_REQ_ATTR_ASAP, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_PREAMBLE, attr::range(AttributeType::u32, 0, 4)},
    {NL80211_PMSR_FTM_REQ_ATTR_NUM_BURSTS_EXP, attr::max(AttributeType::u8, 15)},
    {NL80211_PMSR_FTM_REQ_ATTR_BURST_PERIOD, attr::u16()},
    {NL80211_PMSR_FTM_REQ_ATTR_BURST_DURATION, attr::max(AttributeType::u8, 15)},
    {NL80211_PMSR_FTM_REQ_ATTR_FTMS_PER_BURST, attr::u8()},
    {NL80211_PMSR_FTM_REQ_ATTR_NUM_FTMR_RETRIES, attr::u8()},
    {NL80211_PMSR_FTM_REQ_ATTR_REQUEST_LCI, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_REQUEST_CIVICLOC, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_TRIGGER_BASED, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_NON_TRIGGER_BASED, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_LMR_FEEDBACK, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_BSS_COLOR, attr::u8()},
    {NL80211_PMSR_FTM_REQ_ATTR_RSTA, attr::flag()},
    {NL80211_PMSR_FTM_REQ_ATTR_MIN_TIME_BETWEEN_MEASUREMENTS, attr::u32()},
    {NL80211_PMSR_FTM_REQ_ATTR_MAX_TIME_BETWEEN_MEASUREMENTS, attr::u32()},
    {NL80211_PMSR_FTM_REQ_ATTR_NOMINAL_TIME, attr::u32()},
    {NL80211_PMSR_FTM_REQ_ATTR_AW_DURATION, attr::max(AttributeType::u32, 255)},
    {NL80211_PMSR_FTM_REQ_ATTR_NUM_MEASUREMENTS, attr::u32()},
    {NL80211_PMSR_FTM_REQ_ATTR_INGRESS, attr::u64()},
    {NL80211_PMSR_FTM_REQ_ATTR_EGRESS, attr::u64()},
    {NL80211_PMSR_FTM_REQ_ATTR_PD_SUPPRESS_RESULTS, attr::flag()},
});

constexpr auto pmsr_data_rules = policy_table<1>({
    {NL80211_PMSR_TYPE_FTM, attr::nested(ftm_request_policy)},
});

constexpr auto pmsr_request_rules = policy_table<2>({
    {NL80211_PMSR_REQ_ATTR_DATA, attr::nested(pmsr_data_policy)},
    {NL80211_PMSR_REQ_ATTR_GET_AP_TSF, attr::flag()},
});

constexpr auto pmsr_peer_rules = policy_table<5>({
    {NL80211_PMSR_PEER_ATTR_ADDR, attr::eth_addr()},
    {NL80211_PMSR_PEER_ATTR_CHAN, attr::nested(attribute_policy)},
    {NL80211_PMSR_PEER_ATTR_REQ, attr::nested(pmsr_request_policy)},
    {NL80211_PMSR_PEER_ATTR_RESP, attr::reject()},
    {NL80211_PMSR_PEER_ATTR_REQ_TYPE, attr::max(AttributeType::u32, 1)},
});

constexpr auto pmsr_rules = policy_table<7>({
    {NL80211_PMSR_ATTR_MAX_PEERS, attr::reject()},
    {NL80211_PMSR_ATTR_REPORT_AP_TSF, attr::reject()},
    {NL80211_PMSR_ATTR_RANDOMIZE_MAC_ADDR, attr::reject()},
    {NL80211_PMSR_ATTR_TYPE_CAPA, attr::reject()},
    {NL80211_PMSR_ATTR_PEERS, attr::nested_array(pmsr_peer_policy)},
});

constexpr auto obss_pd_rules = policy_table<6>({
    {NL80211_HE_OBSS_PD_ATTR_MIN_OFFSET, attr::range(AttributeType::u8, 1, 20)},
    {NL80211_HE_OBSS_PD_ATTR_MAX_OFFSET, attr::range(AttributeType::u8, 1, 20)},
    {NL80211_HE_OBSS_PD_ATTR_NON_SRG_MAX_OFFSET, attr::range(AttributeType::u8, 1, 20)},
    {NL80211_HE_OBSS_PD_ATTR_BSS_COLOR_BITMAP, attr::exact_len(8)},
    {NL80211_HE_OBSS_PD_ATTR_PARTIAL_BSSID_BITMAP, attr::exact_len(8)},
    {NL80211_HE_OBSS_PD_ATTR_SR_CTRL, attr::u8()},
});

constexpr auto bss_color_rules = policy_table<3>({
    {NL80211_HE_BSS_COLOR_ATTR_COLOR, attr::range(AttributeType::u8, 1, 63)},
    {NL80211_HE_BSS_COLOR_ATTR_DISABLED, attr::flag()},
    {NL80211_HE_BSS_COLOR_ATTR_PARTIAL, attr::flag()},
});

constexpr auto tx_rate_rules = policy_table<10>({
    {NL80211_TXRATE_LEGACY, attr::binary(32)},
    {NL80211_TXRATE_HT, attr::binary(77)},
    {NL80211_TXRATE_VHT, attr::exact_len_warn(16)},
    {NL80211_TXRATE_GI, attr::u8()},
    {NL80211_TXRATE_HE, attr::exact_len(16)},
    {NL80211_TXRATE_HE_GI, attr::range(AttributeType::u8, 0, 2)},
    {NL80211_TXRATE_HE_LTF, attr::range(AttributeType::u8, 0, 2)},
    {NL80211_TXRATE_EHT, attr::exact_len(32)},
    {NL80211_TXRATE_EHT_GI, attr::range(AttributeType::u8, 0, 2)},
    {NL80211_TXRATE_EHT_LTF, attr::range(AttributeType::u8, 0, 4)},
});

constexpr auto tid_config_rules = policy_table<13>({
    {NL80211_TID_CONFIG_ATTR_VIF_SUPP, attr::u64()},
    {NL80211_TID_CONFIG_ATTR_PEER_SUPP, attr::u64()},
    {NL80211_TID_CONFIG_ATTR_OVERRIDE, attr::flag()},
    {NL80211_TID_CONFIG_ATTR_TIDS, attr::range(AttributeType::u16, 1, 255)},
    {NL80211_TID_CONFIG_ATTR_NOACK, attr::max(AttributeType::u8, 1)},
    {NL80211_TID_CONFIG_ATTR_RETRY_SHORT, attr::min(AttributeType::u8, 1)},
    {NL80211_TID_CONFIG_ATTR_RETRY_LONG, attr::min(AttributeType::u8, 1)},
    {NL80211_TID_CONFIG_ATTR_AMPDU_CTRL, attr::max(AttributeType::u8, 1)},
    {NL80211_TID_CONFIG_ATTR_RTSCTS_CTRL, attr::max(AttributeType::u8, 1)},
    {NL80211_TID_CONFIG_ATTR_AMSDU_CTRL, attr::max(AttributeType::u8, 1)},
    {NL80211_TID_CONFIG_ATTR_TX_RATE_TYPE, attr::max(AttributeType::u8, 2)},
    {NL80211_TID_CONFIG_ATTR_TX_RATE, attr::nested(tx_rate_policy)},
});

constexpr auto fils_discovery_rules = policy_table<3>({
    {NL80211_FILS_DISCOVERY_ATTR_INT_MIN, attr::max(AttributeType::u32, 10000)},
    {NL80211_FILS_DISCOVERY_ATTR_INT_MAX, attr::max(AttributeType::u32, 10000)},
    {NL80211_FILS_DISCOVERY_ATTR_TMPL, attr::range(AttributeType::binary, 42, 2304)},
});

constexpr auto unsolicited_probe_response_rules = policy_table<2>({
    {NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_INT, attr::max(AttributeType::u32, 20)},
    {NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_TMPL, attr::binary(2304)},
});

constexpr auto sar_spec_rules = policy_table<4>({
    {NL80211_SAR_ATTR_SPECS_POWER, attr::s32()},
    {NL80211_SAR_ATTR_SPECS_RANGE_INDEX, attr::u32()},
});

constexpr auto sar_rules = policy_table<2>({
    {NL80211_SAR_ATTR_TYPE, attr::max(AttributeType::u32, 1)},
    {NL80211_SAR_ATTR_SPECS, attr::nested_array(sar_spec_policy)},
});

constexpr auto mbssid_rules = policy_table<6>({
    {NL80211_MBSSID_CONFIG_ATTR_MAX_INTERFACES, attr::min(AttributeType::u8, 2)},
    {NL80211_MBSSID_CONFIG_ATTR_MAX_EMA_PROFILE_PERIODICITY, attr::min(AttributeType::u8, 1)},
    {NL80211_MBSSID_CONFIG_ATTR_INDEX, attr::u8()},
    {NL80211_MBSSID_CONFIG_ATTR_TX_IFINDEX, attr::u32()},
    {NL80211_MBSSID_CONFIG_ATTR_EMA, attr::flag()},
    {NL80211_MBSSID_CONFIG_ATTR_TX_LINK_ID, attr::range(AttributeType::u8, 0, 14)},
});

constexpr auto station_wme_rules = policy_table<2>({
    {NL80211_STA_WME_UAPSD_QUEUES, attr::u8()},
    {NL80211_STA_WME_MAX_SP, attr::u8()},
});

constexpr auto s1g_short_beacon_rules = policy_table<2>({
    {NL80211_S1G_SHORT_BEACON_ATTR_HEAD, attr::checked(AttributeType::binary, check_beacon_head, 2304)},
    {NL80211_S1G_SHORT_BEACON_ATTR_TAIL, attr::checked(AttributeType::binary, check_elements, 2304)},
});

constexpr auto nan_band_rules = policy_table<6>({
    {NL80211_NAN_BAND_CONF_BAND, attr::max(AttributeType::u8, 5)},
    {NL80211_NAN_BAND_CONF_FREQ, attr::u16()},
    {NL80211_NAN_BAND_CONF_RSSI_CLOSE, attr::min(AttributeType::s8, -59)},
    {NL80211_NAN_BAND_CONF_RSSI_MIDDLE, attr::min(AttributeType::s8, -74)},
    {NL80211_NAN_BAND_CONF_WAKE_DW, attr::max(AttributeType::u8, 5)},
    {NL80211_NAN_BAND_CONF_DISABLE_SCAN, attr::flag()},
});

constexpr auto nan_rules = policy_table<8>({
    {NL80211_NAN_CONF_CLUSTER_ID, attr::binary(6)},
    {NL80211_NAN_CONF_EXTRA_ATTRS, attr::binary(2304)},
    {NL80211_NAN_CONF_VENDOR_ELEMS, attr::checked(AttributeType::binary, check_elements, 2304)},
    {NL80211_NAN_CONF_BAND_CONFIGS, attr::nested_array(nan_band_policy)},
    {NL80211_NAN_CONF_SCAN_PERIOD, attr::u16()},
    {NL80211_NAN_CONF_SCAN_DWELL_TIME, attr::range(AttributeType::u16, 50, 512)},
    {NL80211_NAN_CONF_DISCOVERY_BEACON_INTERVAL, attr::range(AttributeType::u8, 50, 200)},
    {NL80211_NAN_CONF_NOTIFY_DW, attr::flag()},
});

constexpr auto nan_peer_map_rules = policy_table<2>({
    {NL80211_NAN_PEER_MAP_ATTR_MAP_ID, attr::max(AttributeType::u8, 15)},
    {NL80211_NAN_PEER_MAP_ATTR_TIME_SLOTS, attr::exact_len(32)},
});

}  // namespace

constinit const Policy ftm_responder_policy{ftm_responder_rules};
constinit const Policy ftm_request_policy{ftm_request_rules};
constinit const Policy pmsr_data_policy{pmsr_data_rules};
constinit const Policy pmsr_request_policy{pmsr_request_rules};
constinit const Policy pmsr_peer_policy{pmsr_peer_rules};
constinit const Policy pmsr_policy{pmsr_rules};
constinit const Policy obss_pd_policy{obss_pd_rules};
constinit const Policy bss_color_policy{bss_color_rules};
constinit const Policy tx_rate_policy{tx_rate_rules};
constinit const Policy tid_config_policy{tid_config_rules};
constinit const Policy fils_discovery_policy{fils_discovery_rules};
constinit const Policy unsolicited_probe_response_policy{unsolicited_probe_response_rules};
constinit const Policy sar_spec_policy{sar_spec_rules};
constinit const Policy sar_policy{sar_rules};
constinit const Policy mbssid_policy{mbssid_rules};
constinit const Policy station_wme_policy{station_wme_rules};
constinit const Policy s1g_short_beacon_policy{s1g_short_beacon_rules};
constinit const Policy nan_band_policy{nan_band_rules};
constinit const Policy nan_policy{nan_rules};
constinit const Policy nan_peer_map_policy{nan_peer_map_rules};

}  // namespace mlosim::netlink::nl80211
