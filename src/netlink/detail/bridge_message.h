#pragma once

#include "ieee80211/mac_address.h"
#include "mld/bridge.h"
#include "netlink/message.h"

namespace mlosim::netlink::detail {

/// IFLA_LINKINFO of a bridge or of a port; nothing for other devices. cf. rtnl_link_fill()
void put_link_info(MessageBuilder& message, const mld::Netdev& netdev);

/// A port as those see it who ask for the family AF_BRIDGE. cf. br_fill_ifinfo()
void put_bridge_port(MessageBuilder& message, const mld::Bridge& bridge, const mld::Netdev& netdev, bool removed);

/// An address in a bridge's table. cf. fdb_fill_info()
void put_bridge_entry(MessageBuilder& message, const mld::Bridge& bridge, const ieee80211::MacAddress& address,
                      const mld::BridgeEntry& entry);

}  // namespace mlosim::netlink::detail
