#pragma once

#include <memory>

#include "host/host_services.h"
#include "netlink/server.h"
#include "observe/pcapng.h"
#include "scenario/simulation.h"
#include "scenario/world_loop.h"

namespace mlosim::scenario {

/// All that a simulation shows of itself to programs: netlink with its families, ioctls and files.
class KernelFace {
public:
    /// Both must outlive it. `netlink`, if there is one, gets a capture of all netlink traffic.
    KernelFace(Simulation& simulation, WorldLoop& loop, observe::PcapngWriter::Sink netlink = {});
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
