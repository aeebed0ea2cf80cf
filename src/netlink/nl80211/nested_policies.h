#pragma once

#include "netlink/policy.h"

/// What is nested in attributes whose inner rules the kernel checks with the outer ones.
namespace mlosim::netlink::nl80211 {

extern const Policy ftm_responder_policy;
extern const Policy ftm_request_policy;
extern const Policy pmsr_data_policy;
extern const Policy pmsr_request_policy;
extern const Policy pmsr_peer_policy;
extern const Policy pmsr_policy;
extern const Policy obss_pd_policy;
extern const Policy bss_color_policy;
extern const Policy tx_rate_policy;
extern const Policy tid_config_policy;
extern const Policy fils_discovery_policy;
extern const Policy unsolicited_probe_response_policy;
extern const Policy sar_spec_policy;
extern const Policy sar_policy;
extern const Policy mbssid_policy;
extern const Policy station_wme_policy;
extern const Policy s1g_short_beacon_policy;
extern const Policy nan_band_policy;
extern const Policy nan_policy;
extern const Policy nan_peer_map_policy;

}  // namespace mlosim::netlink::nl80211
