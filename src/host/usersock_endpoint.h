#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "netlink/server.h"
#include "sim/result.h"

namespace boost::asio {
class io_context;
}

namespace mlosim::host {

/// The generic netlink families on a real netlink socket, of protocol NETLINK_USERSOCK, for programs that set their
/// peer's port themselves (nl_socket_set_peer_port() of libnl) and so need no shim. Unicast only: the kernel tells
/// nobody which groups such a program joined. Each port that sends something is one netlink socket of the server; it
/// ends when the port is gone.
class UsersockEndpoint {
public:
    /// `server` must outlive the endpoint. EPROTONOSUPPORT and the like where a container forbids such sockets.
    [[nodiscard]] static Result<std::unique_ptr<UsersockEndpoint>> open(boost::asio::io_context& io,
                                                                        netlink::Server& server,
                                                                        std::size_t max_peers = 1024);
    virtual ~UsersockEndpoint() = default;

    /// What programs have to set.
    [[nodiscard]] virtual std::uint32_t port() const = 0;
    /// Ports that are known now.
    [[nodiscard]] virtual std::size_t peers() const = 0;
};

}  // namespace mlosim::host
