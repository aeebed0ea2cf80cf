#pragma once

#include "host/virtual_tree.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::host {

/// A wiphy's directory in debugfs: what its driver has there. The node may outlive the wiphy (ENODEV then).
[[nodiscard]] Node radio_debug_directory(const mld::World& world, const mld::Wiphy& wiphy);

}  // namespace mlosim::host
