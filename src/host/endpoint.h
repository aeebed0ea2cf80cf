#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>

#include "host/host_services.h"
#include "host/time_server.h"
#include "netlink/server.h"
#include "sim/result.h"

namespace boost::asio {
class io_context;
}

namespace mlosim::host {

struct EndpointOptions {
    /// Where the socket is to be: absolute, in a directory of this user's alone (0700), which is made if it is missing.
    /// Beside it lies, as "<socket>.fs", the mirror of simulated directories. What was made is removed at the end.
    std::string socket_path;
    /// Connections beyond this are closed at once.
    std::size_t max_connections = 4096;
    /// Of a world whose clock is virtual: programs take part in it. Must outlive the endpoint.
    TimeServer* time = nullptr;
};

/// What programs under the shim talk to: a Unix SOCK_SEQPACKET socket (host/wire.h). Trusts nobody: only this user and
/// root may connect, each program has bounded buffers, and one that dies, stalls or sends rubbish changes nothing for
/// the others.
class Endpoint {
public:
    /// Everything passed in must outlive the endpoint. Errors are those of the file system, in words.
    [[nodiscard]] static Result<std::unique_ptr<Endpoint>> open(boost::asio::io_context& io, netlink::Server& server,
                                                                HostServices& services, EndpointOptions options);
    virtual ~Endpoint() = default;

    /// What MLOSIM_SOCKET is to be for a program.
    [[nodiscard]] virtual const std::string& socket_path() const = 0;
    /// Open connections, of any role.
    [[nodiscard]] virtual std::size_t connections() const = 0;
};

/// The socket that a daemon listens on, and a tool asks, when neither is told which: below $XDG_RUNTIME_DIR, or in
/// /tmp.
[[nodiscard]] std::string default_socket_path();

/// Lets this process have as many descriptors as it may: one a connection.
void raise_descriptor_limit();

}  // namespace mlosim::host
