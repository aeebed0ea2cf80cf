#include "ctl/daemon_connection.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/wire.h"

namespace mlosim::ctl {
namespace {

template <class T>
iovec piece(T& object) {
    return {const_cast<std::remove_const_t<T>*>(&object), sizeof object};
}

tl::unexpected<Error> no_daemon(const std::string& path, int error) {
    return fail(error, "no mlosimd answers at " + path + " (" + std::strerror(error) + ")");
}

Result<int> connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(ENAMETOOLONG, "socket path too long: " + path);
    std::memcpy(address.sun_path, path.data(), path.size());

    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(errno, "socket");
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        ::close(fd);
        return no_daemon(path, error);
    }
    return fd;
}

Result<void> send_pieces(int fd, std::span<iovec> pieces) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    if (::sendmsg(fd, &message, MSG_NOSIGNAL) < 0) return fail(errno, "the connection to mlosimd broke");
    return {};
}

Result<std::size_t> receive_into(int fd, void* buffer, std::size_t size) {
    ssize_t got = 0;
    do {
        got = ::recv(fd, buffer, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail(errno, "the connection to mlosimd broke");
    if (got == 0) return fail(ECONNRESET, "mlosimd has gone");
    return static_cast<std::size_t>(got);
}

mlosim_hello hello_of(mlosim_role role) {
    mlosim_hello hello{};
    hello.magic = MLOSIM_WIRE_MAGIC;
    hello.version = MLOSIM_WIRE_VERSION;
    hello.role = static_cast<std::uint16_t>(role);
    hello.pid = ::getpid();
    return hello;
}

std::uint64_t cookie_of(int fd) {
    std::uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size);
    return cookie;
}

/// An option of the netlink socket `target`, set as the shim's setsockopt does: by a call on a connection of its own.
Result<void> call(const std::string& path, mlosim_op op, std::uint64_t target, std::uint32_t arg0, std::uint32_t arg1) {
    const Result<int> fd = connect_to(path);
    if (!fd) return fail(fd.error());
    mlosim_hello hello = hello_of(MLOSIM_ROLE_CALL);
    mlosim_call request{};
    request.op = op;
    request.target = target;
    request.arg[0] = arg0;
    request.arg[1] = arg1;
    std::array pieces{piece(hello), piece(request)};
    mlosim_answer answer{};
    const auto got = send_pieces(*fd, pieces).and_then([&] { return receive_into(*fd, &answer, sizeof answer); });
    ::close(*fd);
    if (!got) return fail(got.error());
    if (*got != sizeof answer) return fail(EPROTO, "mlosimd gave half an answer");
    if (answer.error != 0) return fail(answer.error, "mlosimd refused a socket option");
    return {};
}

}  // namespace

std::string socket_path(const std::string& option) {
    if (!option.empty()) return option;
    if (const char* from_environment = std::getenv(MLOSIM_ENV_SOCKET)) return from_environment;
    return host::default_socket_path();
}

Result<DaemonConnection> DaemonConnection::open(const std::string& socket_path) {
    const Result<int> fd = connect_to(socket_path);
    if (!fd) return fail(fd.error());
    DaemonConnection connection(*fd, socket_path);

    mlosim_hello hello = hello_of(MLOSIM_ROLE_NETLINK);
    hello.cookie = cookie_of(*fd);
    hello.protocol = NETLINK_GENERIC;
    hello.type = SOCK_RAW;
    std::array pieces{piece(hello)};
    mlosim_welcome welcome{};
    const auto got = send_pieces(*fd, pieces).and_then([&] { return receive_into(*fd, &welcome, sizeof welcome); });
    if (!got) return fail(got.error());
    if (*got != sizeof welcome || welcome.magic != MLOSIM_WIRE_MAGIC)
        return fail(EPROTO, "what listens at " + socket_path + " is no mlosimd");
    if (welcome.error != 0) return no_daemon(socket_path, welcome.error);

    const auto extended_acks = call(socket_path, MLOSIM_OP_OPTION, hello.cookie, MLOSIM_OPTION_EXT_ACK, 1);
    if (!extended_acks) return fail(extended_acks.error());
    return connection;
}

DaemonConnection::~DaemonConnection() {
    if (fd_ >= 0) ::close(fd_);
}

DaemonConnection::DaemonConnection(DaemonConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), socket_path_(std::move(other.socket_path_)) {}

DaemonConnection& DaemonConnection::operator=(DaemonConnection&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(socket_path_, other.socket_path_);
    return *this;
}

Result<void> DaemonConnection::send(std::span<const std::uint8_t> datagram) {
    mlosim_datagram header{};
    header.kind = MLOSIM_DATAGRAM;
    std::array pieces{piece(header), iovec{const_cast<std::uint8_t*>(datagram.data()), datagram.size()}};
    return send_pieces(fd_, pieces);
}

Result<std::vector<std::uint8_t>> DaemonConnection::receive() {
    std::vector<std::uint8_t> packet(MLOSIM_WIRE_PACKET_MAX);
    const Result<std::size_t> got = receive_into(fd_, packet.data(), packet.size());
    if (!got) return fail(got.error());
    mlosim_datagram header{};
    if (*got < sizeof header) return fail(EPROTO, "mlosimd sent half a datagram");
    std::memcpy(&header, packet.data(), sizeof header);
    if (header.kind == MLOSIM_OVERRUN) return fail(ENOBUFS, "events were lost: this program reads too slowly");
    packet.resize(*got);
    packet.erase(packet.begin(), packet.begin() + sizeof header);
    return packet;
}

Result<void> DaemonConnection::join(std::uint32_t group) {
    return call(socket_path_, MLOSIM_OP_MEMBERSHIP, cookie_of(fd_), group, 1);
}

}  // namespace mlosim::ctl
