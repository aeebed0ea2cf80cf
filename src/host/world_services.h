#pragma once

#include <memory>

#include "host/host_services.h"
#include "mld/world.h"

namespace mlosim::host {

/// The world's devices as ioctls, sysfs, debugfs and /proc/sys show them. `world` must outlive it.
[[nodiscard]] std::unique_ptr<HostServices> make_world_services(mld::World& world);

}  // namespace mlosim::host
