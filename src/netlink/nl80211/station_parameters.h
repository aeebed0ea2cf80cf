#pragma once

#include "mld/sta.h"
#include "mld/wdev.h"
#include "netlink/request.h"
#include "sim/result.h"

/// What requests say of a peer.
namespace mlosim::netlink::nl80211 {

/// The parameters of NEW_STATION. EINVAL, EOPNOTSUPP. cf. nl80211_new_station()
[[nodiscard]] Result<mld::StaParameters> parse_new_station(const mld::Wdev& wdev, const Request& request);
/// Those of SET_STATION. cf. nl80211_set_station()
[[nodiscard]] Result<mld::StaParameters> parse_station_change(const mld::Wdev& wdev, const Request& request);
/// Those of a link of an MLD. cf. nl80211_add_mod_link_station()
[[nodiscard]] Result<mld::StaParameters> parse_link_station(const mld::Wdev& wdev, const Request& request);

/// The address that a peer is known by: its MLD's where it has one. Nothing: not given.
[[nodiscard]] std::optional<ieee80211::MacAddress> station_address(const Attributes& request);

}  // namespace mlosim::netlink::nl80211
