#pragma once

#include "host/virtual_tree.h"
#include "mld/world.h"

namespace mlosim::host {

/// /proc/net/dev and /proc/net/wireless with the simulated devices in them.
[[nodiscard]] Node proc_net_directory(const mld::World& world);

}  // namespace mlosim::host
