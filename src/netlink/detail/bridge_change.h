#pragma once

#include "mld/bridge.h"
#include "netlink/attributes.h"
#include "netlink/ext_ack.h"

namespace mlosim::netlink::detail {

/// What IFLA_INFO_DATA of the kind "bridge" asks for. EOPNOTSUPP for what is not simulated: the spanning tree protocol,
/// VLANs … cf. br_changelink()
Result<void> change_bridge(mld::Bridge& bridge, const Attributes& link_info, ExtAck& ack);
/// What IFLA_INFO_SLAVE_DATA asks of a port. cf. br_setport()
Result<void> change_bridge_port(mld::Bridge& bridge, mld::Netdev& port, const Attributes& link_info, ExtAck& ack);
/// The name of the other end of a "veth", by IFLA_INFO_DATA; a pattern if nobody says. cf. veth_newlink()
Result<std::string> veth_peer_name(const Attributes& link_info, ExtAck& ack);

}  // namespace mlosim::netlink::detail
