#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sim/result.h"
#include "vfio/device.h"

namespace boost::asio {
class io_context;
}

namespace mlosim::vfio {

struct ServerOptions {
    /// Brings the world's time up to the present; called before every call of the device that a guest is the reason of.
    std::function<void()> before_access;
    /// Sentences for people: who came, who went and why, what of its memory is out of reach.
    std::function<void(std::string_view)> log;
    /// A connection that has not said VERSION by then loses its turn.
    std::chrono::milliseconds version_within{10'000};
};

/// A device's socket, where a virtual machine's other half (QEMU's `vfio-user-pci`) plugs it in. One guest at a time;
/// the next is served when it has gone. Trusts nobody: only this user and root may connect, all that a guest can make
/// the server keep is bounded, and one that dies, stalls or sends rubbish costs itself its device and nobody else
/// anything.
class Server {
public:
    /// Listens at `path`, whose directory must be there; the socket (mode 0600) of a daemon that was killed is
    /// replaced. `io` and `device` must outlive the server. Errors are those of the file system, in words.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen(boost::asio::io_context& io, const std::string& path,
                                                                Device& device, ServerOptions options);
    /// Parts guest and device, and removes the socket. May be called from within `before_access`.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] const std::string& path() const;
    /// A guest and the device have found each other.
    [[nodiscard]] bool has_guest() const;

private:
    class Impl;
    explicit Server(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace mlosim::vfio
