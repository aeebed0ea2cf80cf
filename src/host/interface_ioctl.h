#pragma once

#include <span>
#include <string_view>

#include "host/host_services.h"
#include "mld/world.h"

namespace mlosim::host {

/// A netdevice(7) ioctl. ENXIO if it is about a device that is not the world's. cf. dev_ioctl()
Result<void> interface_ioctl(mld::World& world, std::uint32_t number, InterfaceRequest& request);

/// SIOCETHTOOL's request in `structure`. cf. dev_ethtool()
Result<void> interface_ethtool(mld::World& world, std::string_view name, std::span<std::uint8_t> structure);

}  // namespace mlosim::host
