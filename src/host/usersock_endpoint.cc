#include "host/usersock_endpoint.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mlosim::host {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t largest_request = std::size_t{128} * 1024;
/// What may wait for a program that does not read; events beyond are lost.
constexpr std::size_t most_waiting = std::size_t{1} << 20U;
/// The kernel does not tell when a receiver has room again.
constexpr std::chrono::milliseconds retry_after{5};
constexpr int requests_in_a_row = 32;

sockaddr_nl address_of(std::uint32_t port) {
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_pid = port;
    return address;
}

/// A program, known by its port.
class Program final : public netlink::Outlet {
public:
    Program(netlink::Server& server, int fd, std::uint32_t port, netlink::Peer peer)
        : server_(server), fd_(fd), port_(port), peer_(peer) {
        id_ = server_.open(netlink::Protocol::generic, peer, *this);
    }
    ~Program() override { server_.close(id_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// The answers carry the program's own port.
    Result<void> bind() {
        const auto bound = server_.bind(id_, port_, 0);
        if (!bound) return fail(bound.error());
        return {};
    }
    void receive(Bytes datagram) { server_.receive(id_, datagram); }

    void deliver(Bytes datagram, std::uint32_t /*sender_port*/, std::uint32_t /*group*/) override {
        if (!waiting_.empty() || !send(datagram)) {
            if (gone_ || waiting_bytes_ + datagram.size() > most_waiting) return;
            waiting_.emplace_back(datagram.begin(), datagram.end());
            waiting_bytes_ += datagram.size();
        }
    }
    [[nodiscard]] bool writable() const override {
        if (!waiting_.empty()) dump_paused_ = true;
        return waiting_.empty();
    }

    void go_on() {
        while (!waiting_.empty() && send(waiting_.front())) {
            waiting_bytes_ -= waiting_.front().size();
            waiting_.pop_front();
        }
        if (!waiting_.empty() || !dump_paused_) return;
        dump_paused_ = false;
        server_.drained(id_);
    }

    [[nodiscard]] bool waits() const { return !gone_ && (!waiting_.empty() || dump_paused_); }
    [[nodiscard]] bool gone() const { return gone_; }
    [[nodiscard]] const netlink::Peer& peer() const { return peer_; }

private:
    /// False: there is no room, or nobody.
    bool send(Bytes datagram) {
        const sockaddr_nl to = address_of(port_);
        const auto sent = ::sendto(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                   reinterpret_cast<const sockaddr*>(&to), sizeof to);
        if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR) {
            gone_ = true;  // ECONNREFUSED: nobody has that port any more
            waiting_.clear();
        }
        return sent >= 0;
    }

    netlink::Server& server_;
    int fd_;
    std::uint32_t port_;
    netlink::Peer peer_;
    netlink::SocketId id_{};
    std::deque<std::vector<std::uint8_t>> waiting_;
    std::size_t waiting_bytes_ = 0;
    mutable bool dump_paused_ = false;
    bool gone_ = false;
};

/// Ports of NETLINK_USERSOCK that somebody has; nothing if the kernel does not say.
std::optional<std::set<std::uint32_t>> living_ports() {
    std::ifstream file("/proc/net/netlink");
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;  // the headings
    std::set<std::uint32_t> ports;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string socket;
        int protocol = -1;
        std::uint32_t port = 0;
        if (words >> socket >> protocol >> port && protocol == NETLINK_USERSOCK) ports.insert(port);
    }
    return ports;
}

class Usersock final : public UsersockEndpoint {
public:
    Usersock(boost::asio::io_context& io, netlink::Server& server, int fd, std::uint32_t port, std::size_t max_peers)
        : server_(server), fd_(io, fd), retry_(io), port_(port), max_peers_(max_peers), buffer_(largest_request) {
        wait();
    }

    [[nodiscard]] std::uint32_t port() const override { return port_; }
    [[nodiscard]] std::size_t peers() const override { return programs_.size(); }

private:
    void wait() {
        fd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                           if (error) return;
                           for (int i = 0; i < requests_in_a_row && receive_one(); i++) {
                           }
                           tidy();
                           wait();
                       });
    }

    bool receive_one() {
        sockaddr_nl from{};
        iovec piece{buffer_.data(), buffer_.size()};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const auto got = ::recvmsg(fd_.native_handle(), &message, MSG_DONTWAIT);
        if (got < 0) return errno == ENOBUFS || errno == EINTR;
        const cmsghdr* credentials = CMSG_FIRSTHDR(&message);
        const bool known = credentials != nullptr && credentials->cmsg_level == SOL_SOCKET &&
                           credentials->cmsg_type == SCM_CREDENTIALS;
        if (got == 0 || !known || from.nl_pid == 0 || (message.msg_flags & MSG_TRUNC) != 0) return true;
        ucred who{};
        std::memcpy(&who, CMSG_DATA(credentials), sizeof who);
        if (who.uid != ::geteuid() && who.uid != 0) return true;
        if (Program* program = program_at(from.nl_pid, {who.pid, who.uid}))
            program->receive({buffer_.data(), static_cast<std::size_t>(got)});
        return true;
    }

    /// The program that has this port now; a later process on a port that was used before starts anew.
    Program* program_at(std::uint32_t port, netlink::Peer peer) {
        const auto known = programs_.find(port);
        if (known != programs_.end() && known->second->peer().pid == peer.pid && known->second->peer().uid == peer.uid)
            return known->second.get();
        if (known != programs_.end()) programs_.erase(known);
        forget_the_dead();
        if (programs_.size() >= max_peers_) return nullptr;
        auto program = std::make_unique<Program>(server_, fd_.native_handle(), port, peer);
        if (!program->bind()) return nullptr;  // another transport's program has the port
        return programs_.emplace(port, std::move(program)).first->second.get();
    }

    void forget_the_dead() {
        if (programs_.empty()) return;
        const auto living = living_ports();
        if (!living) return;
        std::erase_if(programs_, [&](const auto& entry) { return !living->contains(entry.first); });
    }

    /// Drops who is gone; comes back later for who has no room.
    void tidy() {
        std::erase_if(programs_, [](const auto& entry) { return entry.second->gone(); });
        bool waits = false;
        for (const auto& [port, program] : programs_)
            waits = waits || program->waits();
        if (!waits || retrying_) return;
        retrying_ = true;
        retry_.expires_after(retry_after);
        retry_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            retrying_ = false;
            for (const auto& [port, program] : programs_)
                if (program->waits()) program->go_on();
            tidy();
        });
    }

    netlink::Server& server_;
    boost::asio::posix::stream_descriptor fd_;
    boost::asio::steady_timer retry_;
    std::uint32_t port_;
    std::size_t max_peers_;
    bool retrying_ = false;
    std::vector<std::uint8_t> buffer_;
    std::map<std::uint32_t, std::unique_ptr<Program>> programs_;
};

}  // namespace

Result<std::unique_ptr<UsersockEndpoint>> UsersockEndpoint::open(boost::asio::io_context& io, netlink::Server& server,
                                                                 std::size_t max_peers) {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_USERSOCK);
    if (fd < 0)
        return fail(errno, std::string("no netlink socket of protocol NETLINK_USERSOCK: ") + std::strerror(errno));
    sockaddr_nl address = address_of(0);
    socklen_t length = sizeof address;
    const int on = 1;
    const bool ok = ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
                    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    if (!ok) {
        const int error = errno;
        ::close(fd);
        return fail(error, std::string("netlink socket of protocol NETLINK_USERSOCK: ") + std::strerror(error));
    }
    return std::make_unique<Usersock>(io, server, fd, address.nl_pid, max_peers);
}

}  // namespace mlosim::host
