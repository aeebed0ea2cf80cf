#pragma once

#include "host/netdev_settings.h"
#include "host/virtual_tree.h"
#include "mld/netdev.h"

namespace mlosim::host {

/// A network device's directory in sysfs, of one that may be gone by the time a file in it is read (ENODEV then).
[[nodiscard]] Node netdev_directory(mld::World& world, NetdevSettings& settings, mld::Netdev& netdev);

/// Where that directory lies: below its parent device, or among the virtual ones.
[[nodiscard]] std::string netdev_path(const mld::Netdev& netdev);

/// The directory "power" that every device has. `async` is "enabled" or "disabled".
[[nodiscard]] Node power_directory(const char* async);

}  // namespace mlosim::host
