#include "vfio/server.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "vfio/channel.h"
#include "vfio/descriptor.h"
#include "vfio/session.h"

namespace mlosim::vfio {
namespace {

using boost::asio::posix::stream_descriptor;

std::string in_words(const std::string& what, int code) {
    return what + ": " + std::strerror(code);
}

/// One descriptor kept in reserve: with none left, the only way to get rid of a guest that cannot be taken is to take
/// it.
Descriptor open_reserve() {
    return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_of_this_user(int socket) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 &&
           (credentials.uid == ::geteuid() || credentials.uid == 0);
}

/// A guest, and the descriptor by which the event loop watches its connection.
struct Connection {
    Connection(boost::asio::io_context& io, Descriptor fd, Device& device, const ServerOptions& options)
        : socket(io, fd.get()), version_is_due(io), channel(fd.release()), session(channel, device, options) {}

    stream_descriptor socket;
    boost::asio::steady_timer version_is_due;
    SocketChannel channel;
    Session session;
    bool waits_for_room = false;
};

}  // namespace

/// Lives until the last of the event loop's calls that know of it.
class Server::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(boost::asio::io_context& io, Descriptor listener, std::string path, Device& device, ServerOptions options)
        : io_(io),
          listener_(io, listener.get()),
          path_(std::move(path)),
          device_(device),
          options_(std::move(options)),
          reserve_(open_reserve()) {
        (void)listener.release();
    }

    void wait_for_guest() {
        if (stopped_ || std::exchange(waits_for_guest_, true)) return;
        listener_.async_wait(stream_descriptor::wait_read,
                             [self = shared_from_this()](const boost::system::error_code& error) {
                                 self->waits_for_guest_ = false;
                                 if (!error && !self->stopped_) self->on_guest();
                             });
    }

    void stop() {
        stopped_ = true;
        if (connection_) {
            connection_->session.end("the device is gone");
            leave();
        }
        boost::system::error_code ignored;
        listener_.close(ignored);
        ::unlink(path_.c_str());
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool has_guest() const { return connection_ && connection_->session.attached(); }

private:
    using State = Session::State;

    void on_guest() {
        if (connection_) {  // it is served when this one has gone
            log("another guest waits at " + path_);
            return;
        }
        const int fd = ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            take(Descriptor(fd));
        else if (errno == EMFILE || errno == ENFILE)
            turn_away();
        if (!connection_) wait_for_guest();
    }

    void turn_away() {
        reserve_ = Descriptor();
        Descriptor unwanted(::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        unwanted = Descriptor();
        reserve_ = open_reserve();
        if (!std::exchange(warned_, true)) log("no descriptor left for a guest at " + path_ + " (see ulimit -n)");
    }

    void take(Descriptor socket) {
        if (!is_of_this_user(socket.get())) return;
        try {
            connection_ = std::make_shared<Connection>(io_, std::move(socket), device_, options_);
        } catch (const boost::system::system_error& error) {  // the reactor has no room for it
            log("a guest at " + path_ + " could not be watched: " + error.what());
            return;
        }
        wait_for_version(connection_);
        wait_for_message(connection_);
        wait_for_guest();
    }

    void wait_for_version(const std::shared_ptr<Connection>& connection) {
        connection->version_is_due.expires_after(options_.version_within);
        connection->version_is_due.async_wait(
            [self = shared_from_this(), connection](const boost::system::error_code& error) {
                if (error || connection->session.attached() || connection->session.over()) return;
                connection->session.end("it says no VERSION");
                self->leave(connection);
            });
    }

    void wait_for_message(const std::shared_ptr<Connection>& connection) {
        connection->socket.async_wait(stream_descriptor::wait_read,
                                      [self = shared_from_this(), connection](const boost::system::error_code& error) {
                                          if (!error) self->serve(connection);
                                      });
    }

    void serve(const std::shared_ptr<Connection>& connection) {
        Session& session = connection->session;
        const bool was_attached = session.attached();
        const State state = session.serve();
        if (!was_attached && session.attached()) {
            connection->version_is_due.cancel();
            log("a guest has the device at " + path_);
        }
        if (session.over()) return leave(connection);
        if (session.has_output()) wait_for_room(connection);
        if (state == State::busy)
            boost::asio::post(io_, [self = shared_from_this(), connection] {
                if (!connection->session.over()) self->serve(connection);
            });
        else
            wait_for_message(connection);
    }

    void wait_for_room(const std::shared_ptr<Connection>& connection) {
        if (std::exchange(connection->waits_for_room, true)) return;
        connection->socket.async_wait(stream_descriptor::wait_write,
                                      [self = shared_from_this(), connection](const boost::system::error_code& error) {
                                          connection->waits_for_room = false;
                                          if (error || connection->session.over()) return;
                                          connection->session.flush();
                                          if (connection->session.over())
                                              self->leave(connection);
                                          else if (connection->session.has_output())
                                              self->wait_for_room(connection);
                                      });
    }

    /// The guest has gone: the next one, please.
    void leave(const std::shared_ptr<Connection>& connection) {
        if (connection_ == connection) leave();
    }
    void leave() {
        const auto connection = std::exchange(connection_, nullptr);
        log("the guest at " + path_ + " has left the device: " + connection->session.reason());
        boost::system::error_code ignored;
        connection->socket.close(ignored);
        connection->version_is_due.cancel();
        wait_for_guest();
    }

    void log(const std::string& sentence) {
        if (options_.log) options_.log(sentence);
    }

    boost::asio::io_context& io_;
    stream_descriptor listener_;
    std::string path_;
    Device& device_;
    ServerOptions options_;
    Descriptor reserve_;
    std::shared_ptr<Connection> connection_;
    bool waits_for_guest_ = false;
    bool stopped_ = false;
    bool warned_ = false;  ///< of a guest that could not be taken
};

namespace {

/// Removes the socket of a daemon that was killed: it is there, but nobody listens.
void remove_stale(const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return;
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe) return;
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED)
        ::unlink(address.sun_path);
}

/// A listening socket of mode 0600.
Result<Descriptor> listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty()) return fail(EINVAL, "a socket needs a path");
    if (path.size() >= sizeof address.sun_path) return fail(ENAMETOOLONG, path + " is too long for a socket");
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail(errno, in_words("no socket", errno));
    remove_stale(address);
    // Mode 0600 from the first moment on: fchmod() on the unbound socket is what bind() gives the file.
    const bool ok = ::fchmod(socket.get(), 0600) == 0 &&
                    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::chmod(path.c_str(), 0600) == 0 && ::listen(socket.get(), 4) == 0;
    if (ok) return socket;
    if (errno == EADDRINUSE) return fail(EADDRINUSE, path + " is there already and somebody else's");
    return fail(errno, in_words(path, errno));
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(boost::asio::io_context& io, const std::string& path, Device& device,
                                               ServerOptions options) {
    auto listener = listen_at(path);
    if (!listener) return fail(std::move(listener.error()));
    try {
        auto impl = std::make_shared<Impl>(io, std::move(*listener), path, device, std::move(options));
        impl->wait_for_guest();
        return std::unique_ptr<Server>(new Server(std::move(impl)));
    } catch (const boost::system::system_error& error) {  // the reactor has no room for it
        ::unlink(path.c_str());
        return fail(error.code().value(), path + ": " + error.what());
    }
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
    impl_->stop();
}

const std::string& Server::path() const {
    return impl_->path();
}

bool Server::has_guest() const {
    return impl_->has_guest();
}

}  // namespace mlosim::vfio
