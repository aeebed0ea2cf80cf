#pragma once

#include "mld/access_point_settings.h"
#include "mld/wiphy.h"
#include "netlink/request.h"
#include "phy/channel.h"
#include "sim/result.h"

/// What requests say of an access point's beacons.
namespace mlosim::netlink::nl80211 {

/// The beacon of a request, or of what is nested in one (a channel switch has two), for an access point on `channel`.
/// EINVAL, EOPNOTSUPP. cf. nl80211_parse_beacon()
[[nodiscard]] Result<mld::BeaconData> parse_beacon(const mld::Wiphy& wiphy, const Attributes& request,
                                                   const phy::Channel& channel);
/// The capabilities that a beacon's tail announces must be whole and fit its operation elements. cf.
/// nl80211_calculate_ap_capabilities()
[[nodiscard]] Result<void> check_announced_capabilities(const mld::BeaconData& beacon);

/// cf. nl80211_parse_fils_discovery(), nl80211_parse_unsol_bcast_probe_resp(). An empty frame: off.
[[nodiscard]] Result<std::optional<mld::AccessPointSettings::Discovery>> parse_fils_discovery(
    const mld::Wiphy& wiphy, const Attributes& request);
[[nodiscard]] Result<std::optional<mld::AccessPointSettings::Discovery>> parse_unsolicited_probe_response(
    const mld::Wiphy& wiphy, const Attributes& request);

/// Its place among the BSSs of one beacon. EINVAL, EOPNOTSUPP, ENOLINK. cf. nl80211_parse_mbssid_config()
[[nodiscard]] Result<void> parse_multiple_bssid(const mld::Wdev& wdev, const Attributes& request,
                                                mld::AccessPointSettings& settings);

}  // namespace mlosim::netlink::nl80211
