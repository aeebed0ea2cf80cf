#pragma once

#include "host/netdev_settings.h"
#include "host/virtual_tree.h"
#include "mld/world.h"

namespace mlosim::host {

/// /proc/sys/net/{ipv4,ipv6}/{conf,neigh} of the simulated devices; those of others, "all" and "default" are the
/// kernel's.
[[nodiscard]] Node sysctl_directory(mld::World& world, NetdevSettings& settings);

}  // namespace mlosim::host
