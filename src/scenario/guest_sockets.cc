#include "scenario/guest_sockets.h"

#include <filesystem>
#include <utility>

#include <spdlog/spdlog.h>

#include "scenario/prepared_guest.h"
#include "scenario/world_loop.h"

namespace mlosim::scenario {

Result<std::unique_ptr<GuestSockets>> GuestSockets::open(boost::asio::io_context& io, WorldLoop& loop,
                                                         const std::vector<GuestChipPlug>& chips,
                                                         const std::string& beside) {
    std::unique_ptr<GuestSockets> out(new GuestSockets);
    for (const GuestChipPlug& chip : chips) {
        const std::string path = chip.socket ? std::filesystem::absolute(*chip.socket).lexically_normal().string()
                                             : beside + "." + chip.radio;
        vfio::ServerOptions options;
        options.before_access = [&loop] { loop.catch_up(); };
        options.log = [radio = chip.radio](std::string_view text) { spdlog::info("{}: {}", radio, text); };
        auto server = vfio::Server::listen(io, path, *chip.device, std::move(options));
        if (!server) return fail(std::move(server.error()));
        spdlog::info("{} waits for a virtual machine: qemu-system-x86_64 … -device '{}'", chip.radio,
                     guest_device(path));
        out->paths_[chip.radio] = path;
        out->servers_.push_back(std::move(*server));
    }
    return out;
}

}  // namespace mlosim::scenario
