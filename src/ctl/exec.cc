#include "ctl/exec.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/genl_client.h"
#include "host/program.h"
#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl {
namespace {

constexpr int environment_failure = 3;
constexpr int cannot_run = 126;
constexpr int not_found = 127;

int complain(int code, const std::string& what) {
    std::cerr << "mlosimctl: " << what << '\n';
    return code;
}

bool daemon_answers(const std::string& path, std::string& why) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        why = std::strerror(ENAMETOOLONG);
        return false;
    }
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    const bool answers = fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    why = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return answers;
}

struct WorldFacts {
    bool devices_are_taps = false;  ///< network devices are the kernel's own
    bool virtual_time = false;
};

WorldFacts ask_world(const std::string& socket_path) {
    auto client = GenlClient::open(socket_path, MLOSIM_GENL_NAME);
    if (!client) return {};
    const auto answers = client->ask(client->request(MLOSIM_CMD_GET_WORLD));
    if (!answers || answers->empty()) return {};
    const auto world = answers->front().attributes();
    return {world.number(MLOSIM_ATTR_NETDEV_BACKEND) == MLOSIM_NETDEV_TAP,
            world.number(MLOSIM_ATTR_CLOCK_MODE) == MLOSIM_CLOCK_VIRTUAL};
}

/// Programs whose doings shall repeat find everything at the same addresses each time: some make random numbers of
/// them. Where that is forbidden (containers), they do without.
void stop_address_randomization() {
    const int persona = ::personality(0xffffffff);
    if (persona >= 0) (void)::personality(static_cast<unsigned long>(persona) | ADDR_NO_RANDOMIZE);
}

}  // namespace

int exec_command(const ExecOptions& options) {
    if (options.command.empty()) return complain(not_found, "no command given: mlosimctl exec -- COMMAND…");
    std::string why;
    if (options.socket_path.empty() || !daemon_answers(options.socket_path, why))
        return complain(environment_failure, "no mlosimd answers at " + options.socket_path + " (" + why + ")");

    const auto preload = host::preload_library(options.preload);
    if (!preload) return complain(environment_failure, preload.error().message);

    const auto program = host::find_program(options.command.front());
    if (!program) return complain(program.error().code == EACCES ? cannot_run : not_found, program.error().message);
    if (const auto judged = host::can_be_preloaded(*program); !judged)
        return complain(cannot_run, *program + " " + judged.error().message);

    const WorldFacts world = ask_world(options.socket_path);
    if (world.virtual_time) stop_address_randomization();
    for (const auto& [name, value] : host::shim_environment(*preload, options.socket_path, world.devices_are_taps))
        if (value)
            ::setenv(name.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name.c_str());

    std::vector<char*> arguments;
    for (const std::string& argument : options.command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execv(program->c_str(), arguments.data());
    return complain(cannot_run, *program + ": " + std::strerror(errno));
}

}  // namespace mlosim::ctl
