#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scenario/guest_chip_plug.h"
#include "sim/result.h"
#include "sim/trace.h"
#include "vfio/server.h"

namespace mlosim::scenario {

class WorldLoop;

/// The sockets at which virtual machines find the world's chips.
class GuestSockets {
public:
    /// `beside`: the daemon's own socket, whose directory is there; each chip's is called after its radio. Everything
    /// passed in must outlive it. Errors are those of the file system, in words.
    [[nodiscard]] static Result<std::unique_ptr<GuestSockets>> open(boost::asio::io_context& io, WorldLoop& loop,
                                                                    const std::vector<GuestChipPlug>& chips,
                                                                    const std::string& beside);

    /// By radio.
    [[nodiscard]] const std::map<std::string, std::string>& paths() const noexcept { return paths_; }

private:
    GuestSockets() = default;

    std::map<std::string, std::string> paths_;
    std::vector<std::unique_ptr<vfio::Server>> servers_;
};

}  // namespace mlosim::scenario
