#pragma once

#include "mld/netdev.h"
#include "netlink/message.h"

namespace mlosim::netlink::detail {

/// IFLA_AF_SPEC: the settings and counters that an IP stack keeps for a device. None is simulated, so they are for ever
/// those of a device that has just been made. cf. inet_fill_link_af(), inet6_fill_link_af()
void put_ip_settings(MessageBuilder& message, const mld::Netdev& netdev, bool with_statistics);

}  // namespace mlosim::netlink::detail
