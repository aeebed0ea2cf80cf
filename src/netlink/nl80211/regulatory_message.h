#pragma once

#include "mld/regulatory_core.h"
#include "mld/world.h"
#include "netlink/message.h"

namespace mlosim::netlink::nl80211 {

/// cf. nl80211_put_regdom()
void put_domain(MessageBuilder& out, const phy::RegulatoryDomain& domain);
/// What REG_CHANGE says. cf. nl80211_reg_change_event_fill()
void put_change(MessageBuilder& out, const mld::World& world, const mld::RegulatoryRequest& request);

}  // namespace mlosim::netlink::nl80211
