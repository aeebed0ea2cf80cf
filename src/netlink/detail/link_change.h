#pragma once

#include <linux/rtnetlink.h>

#include "mld/netdev.h"
#include "mld/world.h"
#include "netlink/attributes.h"
#include "sim/result.h"

namespace mlosim::netlink::detail {

/// Does to a device what the header and attributes of a NEWLINK or SETLINK say, in the kernel's order; what was done
/// before something fails stays done. cf. do_setlink()
Result<void> change_link(mld::Netdev& netdev, const ifinfomsg& header, const Attributes& attributes);

/// The same for every device of a group. cf. rtnl_group_changelink()
Result<void> change_group(mld::World& world, std::uint32_t group, const ifinfomsg& header,
                          const Attributes& attributes);

}  // namespace mlosim::netlink::detail
