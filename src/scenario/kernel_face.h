#pragma once

#include <memory>

#include "host/host_services.h"
#include "netlink/server.h"
#include "scenario/simulation.h"
#include "scenario/world_loop.h"

namespace mlosim::scenario {

/// All that a simulation shows of itself to programs: netlink with its families, ioctls and files.
class KernelFace {
public:
    /// Both must outlive it.
    KernelFace(Simulation& simulation, WorldLoop& loop);
    ~KernelFace();
    KernelFace(const KernelFace&) = delete;
    KernelFace& operator=(const KernelFace&) = delete;

    /// For the transports.
    [[nodiscard]] netlink::Server& server() noexcept;
    [[nodiscard]] host::HostServices& services() noexcept;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mlosim::scenario
