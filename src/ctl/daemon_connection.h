#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/result.h"

namespace mlosim::ctl {

/// One netlink socket on a running mlosimd: a connection of role NETLINK, as the shim would open it (host/wire.h).
class DaemonConnection {
public:
    /// Connects to the daemon's Unix socket. ECONNREFUSED, with a sentence, when none is there.
    [[nodiscard]] static Result<DaemonConnection> open(const std::string& socket_path);

    ~DaemonConnection();
    DaemonConnection(DaemonConnection&& other) noexcept;
    DaemonConnection& operator=(DaemonConnection&& other) noexcept;

    /// Sends one datagram of netlink messages.
    [[nodiscard]] Result<void> send(std::span<const std::uint8_t> datagram);
    /// Waits for the next datagram. ENOBUFS when multicasts were lost, ECONNRESET when the daemon has gone.
    [[nodiscard]] Result<std::vector<std::uint8_t>> receive();
    /// Joins a multicast group.
    [[nodiscard]] Result<void> join(std::uint32_t group);

private:
    DaemonConnection(int fd, std::string socket_path) : fd_(fd), socket_path_(std::move(socket_path)) {}

    int fd_;
    std::string socket_path_;
};

/// Where the daemon listens: `option` if given, else $MLOSIM_SOCKET, else the default that mlosimd itself takes.
[[nodiscard]] std::string socket_path(const std::string& option);

}  // namespace mlosim::ctl
