#pragma once

#include "host/virtual_tree.h"
#include "mld/bridge.h"

namespace mlosim::host {

/// What /sys/class/net/<bridge> has more than other devices: bridge/, brif/, brforward. cf. br_sysfs_addbr()
[[nodiscard]] NamedNodes bridge_entries(mld::World& world, mld::IfIndex bridge);
/// What a port of a bridge has: brport/, master. cf. br_sysfs_addif(), netdev_adjacent_sysfs_add()
[[nodiscard]] NamedNodes bridge_port_entries(mld::World& world, mld::IfIndex port);

}  // namespace mlosim::host
