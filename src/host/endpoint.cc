#include "host/endpoint.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <random>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/detail/connection.h"
#include "host/detail/mirror.h"

namespace mlosim::host {
namespace {

std::string in_words(const std::string& what, int code) {
    return what + ": " + std::strerror(code);
}

/// One descriptor kept in reserve: with none left, the only way to get rid of a connection that cannot be taken is to
/// take it.
int open_reserve() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

class UnixEndpoint final : public Endpoint, private ConnectionOwner {
public:
    /// `made_directory`: empty if it was there before.
    UnixEndpoint(boost::asio::io_context& io, netlink::Server& server, HostServices& services, EndpointOptions options,
                 int listener, std::string made_directory)
        : options_(std::move(options)),
          made_directory_(std::move(made_directory)),
          listener_(io, listener),
          reserve_(open_reserve()),
          mirror_(options_.socket_path + ".fs"),
          context_{io, server, services, mirror_,      ReceiveBufferLimits::of_this_machine(),
                   {}, {},     *this,    options_.time} {
        wait_for_connection();
    }

    ~UnixEndpoint() override {
        connections_.clear();
        if (reserve_ >= 0) ::close(reserve_);
        ::unlink(options_.socket_path.c_str());
        mirror_.clear();
        if (!made_directory_.empty()) ::rmdir(made_directory_.c_str());
    }

    [[nodiscard]] const std::string& socket_path() const override { return options_.socket_path; }
    [[nodiscard]] std::size_t connections() const override { return connections_.size(); }

private:
    void wait_for_connection() {
        listener_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                             [this](const boost::system::error_code& error) {
                                 if (error) return;
                                 accept_all();
                                 wait_for_connection();
                             });
    }

    void accept_all() {
        while (true) {
            const int fd = ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (fd >= 0)
                take(fd);
            else if ((errno == EMFILE || errno == ENFILE) && turn_away())
                continue;
            else if (errno != EINTR && errno != ECONNABORTED)
                return;
        }
    }

    /// There is no descriptor for who waits. False: nobody does; without descriptors the kernel does not look.
    [[nodiscard]] bool turn_away() {
        if (reserve_ >= 0) ::close(reserve_);
        const int fd = ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) ::close(fd);
        reserve_ = open_reserve();
        if (fd >= 0 && !std::exchange(warned_, true))
            spdlog::warn("no descriptor left for another program: connections are closed (see ulimit -n)");
        return fd >= 0;
    }

    void take(int fd) {
        ucred credentials{};
        socklen_t length = sizeof credentials;
        const bool known = ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0;
        const bool welcome = known && (credentials.uid == ::geteuid() || credentials.uid == 0);
        if (!welcome || connections_.size() >= options_.max_connections) {
            ::close(fd);
            return;
        }
        const auto id = next_id_++;
        try {
            auto connection =
                std::make_unique<Connection>(context_, id, fd, netlink::Peer{credentials.pid, credentials.uid});
            connection->start();
            connections_.emplace(id, std::move(connection));
        } catch (const boost::system::system_error& error) {  // the reactor has no room for it
            spdlog::warn("a program's connection could not be watched: {}", error.what());
        }
    }

    void remove(std::uint64_t id) override { connections_.erase(id); }

    Connection* find(std::uint64_t cookie) override {
        for (const auto& [id, connection] : connections_)
            if (connection->cookie() == cookie) return connection.get();
        return nullptr;
    }

    void settle(pid_t pid, std::uint64_t cookie) override {
        for (const auto& [id, connection] : connections_)
            if (connection->sends_ahead() && (connection->peer().pid == pid || connection->cookie() == cookie))
                connection->read_now();
    }

    EndpointOptions options_;
    std::string made_directory_;
    boost::asio::posix::stream_descriptor listener_;
    int reserve_;
    bool warned_ = false;
    Mirror mirror_;
    ConnectionContext context_;
    std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
    std::uint64_t next_id_ = 1;
};

/// True if the directory was made, false if it was there and is as private as it has to be.
Result<bool> make_private_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return true;
    if (errno != EEXIST) return fail(errno, in_words("cannot make " + path, errno));
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return fail(errno, in_words(path, errno));
    if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 0077) != 0)
        return fail(EPERM, path + " is not a directory of this user alone (mode 0700), so no place for a socket");
    return false;
}

/// Removes the socket of a daemon that was killed: it is there, but nobody listens.
void remove_stale(const sockaddr_un& address) {
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED)
        ::unlink(address.sun_path);
    ::close(fd);
}

/// A listening socket of mode 0600.
Result<int> listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(ENAMETOOLONG, path + " is too long for a socket");
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return fail(errno, in_words("no socket", errno));
    remove_stale(address);
    // Mode 0600 from the first moment on: fchmod() on the unbound socket is what bind() gives the file.
    const bool ok = ::fchmod(fd, 0600) == 0 &&
                    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::chmod(path.c_str(), 0600) == 0 && ::listen(fd, SOMAXCONN) == 0;
    if (ok) return fd;
    const int error = errno;
    ::close(fd);
    if (error == EADDRINUSE) return fail(error, path + " belongs to another mlosimd");
    return fail(error, in_words(path, error));
}

}  // namespace

Result<std::unique_ptr<Endpoint>> Endpoint::open(boost::asio::io_context& io, netlink::Server& server,
                                                 HostServices& services, EndpointOptions options) {
    const auto slash = options.socket_path.rfind('/');
    if (!options.socket_path.starts_with('/') || slash == 0 || slash + 1 == options.socket_path.size())
        return fail(EINVAL, "'" + options.socket_path + "' is no absolute path of a socket in a directory");
    const std::string directory = options.socket_path.substr(0, slash);
    const auto made = make_private_directory(directory);
    if (!made) return fail(made.error());
    auto listener = listen_at(options.socket_path);
    if (!listener) return fail(std::move(listener.error()));
    return std::make_unique<UnixEndpoint>(io, server, services, std::move(options), *listener,
                                          *made ? directory : std::string{});
}

std::string default_socket_path() {
    const char* runtime = ::getenv("XDG_RUNTIME_DIR");
    if (runtime != nullptr && *runtime == '/' && ::access(runtime, W_OK) == 0)
        return std::string(runtime) + "/mlosim/socket";
    return "/tmp/mlosim-" + std::to_string(::geteuid()) + "/socket";
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace mlosim::host
