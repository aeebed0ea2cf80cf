#pragma once

#include <optional>
#include <string>

namespace mlosim::vfio {
class Device;
}

namespace mlosim::scenario {

/// A chip of the world that waits for a virtual machine: whoever knows sockets gives it one.
struct GuestChipPlug {
    std::string radio;
    std::optional<std::string> socket;  ///< where the scenario wants it
    vfio::Device* device = nullptr;     ///< lives as long as the simulation
};

}  // namespace mlosim::scenario
