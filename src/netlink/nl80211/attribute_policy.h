#pragma once

#include "netlink/policy.h"

namespace mlosim::netlink::nl80211 {

/// What every attribute of an nl80211 request must be. cf. nl80211_policy[]
extern const Policy attribute_policy;

}  // namespace mlosim::netlink::nl80211
