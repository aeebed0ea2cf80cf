#pragma once

#include <map>

#include "mld/transmit_settings.h"
#include "mld/wdev.h"
#include "netlink/request.h"

namespace mlosim::netlink::nl80211 {

/// What NL80211_ATTR_TX_RATES leaves of an interface's rates: entries for the bands that it names. EINVAL: a band, a
/// rate or an MCS that the radio does not have. cf. nl80211_parse_tx_bitrate_mask()
Result<std::map<phy::Band, mld::RateMask>> parse_rate_masks(const mld::Wdev& wdev, const Request& request, ExtAck& ack);

}  // namespace mlosim::netlink::nl80211
