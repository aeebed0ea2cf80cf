#pragma once

#include "host/host_services.h"
#include "mld/world.h"

namespace mlosim::host {

/// A netdevice(7) ioctl. ENXIO if it is about a device that is not the world's. cf. dev_ioctl()
Result<void> interface_ioctl(mld::World& world, std::uint32_t number, InterfaceRequest& request);

}  // namespace mlosim::host
