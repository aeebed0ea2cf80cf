#pragma once

#include "mld/wdev.h"
#include "netlink/message.h"
#include "netlink/nl80211/context.h"

namespace mlosim::netlink::nl80211 {

/// What NEW_, SET_ and DEL_INTERFACE say of an interface. cf. nl80211_send_iface()
void put_interface(MessageBuilder& out, const Context& context, const mld::Wdev& wdev);

}  // namespace mlosim::netlink::nl80211
