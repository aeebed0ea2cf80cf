#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "mld/world.h"
#include "sim/result.h"

namespace boost::asio {
class io_context;
}

namespace mlosim::host {

/// The backend `tap`: each simulated network device but the loopback is a real TAP device of the kernel, of the same
/// name, number and address. What the kernel sends through it goes through the simulated one, and what that receives
/// comes out; up, down, name, address and MTU follow each other. Monitors are devices of link type radiotap.
///
/// A device that was moved to another network namespace is followed there. The kernel tells afterwards: where a
/// simulated interface may not come up, the real one is taken down again.
class TapDevices {
public:
    /// Makes the devices of all that `world` has, and from then on of those that come. `before_input` is called before
    /// something from outside is done to the world. Everything must outlive it. EPERM without CAP_NET_ADMIN, EEXIST,
    /// ENOENT without /dev/net/tun: in words.
    [[nodiscard]] static Result<std::unique_ptr<TapDevices>> open(boost::asio::io_context& io, mld::World& world,
                                                                  std::function<void()> before_input);
    virtual ~TapDevices() = default;
};

/// A number from which on this machine's devices leave all free: what the simulated ones are to be numbered from.
[[nodiscard]] mld::IfIndex free_device_numbers();

}  // namespace mlosim::host
