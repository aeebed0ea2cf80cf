#pragma once

#include <vector>

#include "netlink/family.h"
#include "netlink/nl80211/context.h"

namespace mlosim::netlink::nl80211 {

/// Every command of Linux 7.2 in its order, served or not: nlctrl lists them all. cf. nl80211_ops[],
/// nl80211_small_ops[]
[[nodiscard]] std::vector<Command<Context>> command_table();

}  // namespace mlosim::netlink::nl80211
