#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <sys/types.h>

#include "sim/result.h"

namespace mlosim::netlink {

/// The netlink protocols that we answer, with the kernel's numbers.
enum class Protocol : int { route = 0, generic = 16 };

/// Handle of one program's netlink socket inside the server.
enum class SocketId : std::uint64_t {};

/// Who holds the other end of a socket (SO_PEERCRED).
struct Peer {
    pid_t pid = 0;
    uid_t uid = 0;
};

/// Socket options of level SOL_NETLINK that a program may switch.
enum class SocketOption { ext_ack, cap_ack, strict_check, no_enobufs, broadcast_error, listen_all_nsid, packet_info };

/// Where the datagrams for one socket go: the transport's side. Calls come from inside the Server's functions; an
/// Outlet never calls back into the Server from `deliver`.
class Outlet {
public:
    virtual ~Outlet() = default;

    /// Hands over one datagram (one or more whole netlink messages) sent by port `sender_port` (0: the kernel) to
    /// multicast group `group` (0: unicast). Unicast answers are always taken (their number is bounded: one request at
    /// a time is answered while the peer reads). A multicast datagram that finds the peer's receive buffer full is
    /// dropped and the peer's next receive fails with ENOBUFS, cf. netlink_overrun().
    virtual void deliver(std::span<const std::uint8_t> datagram, std::uint32_t sender_port, std::uint32_t group) = 0;

    /// False while the peer has not read what it already got. Dumps pause then, and go on at Server::drained().
    [[nodiscard]] virtual bool writable() const = 0;
};

/// The kernel's side of AF_NETLINK: ports, groups, acks, dumps, and the families behind them. Knows no transport.
class Server {
public:
    virtual ~Server() = default;

    /// A program opened a socket. `outlet` must live until close().
    virtual SocketId open(Protocol protocol, Peer peer, Outlet& outlet) = 0;
    /// The program closed it or died: memberships, dumps, registrations and what it owned (SOCKET_OWNER) end.
    virtual void close(SocketId socket) = 0;

    /// bind(2): gives the socket its port (0: choose one, the peer's pid if free, cf. netlink_autobind()) and joins the
    /// groups of the legacy bit mask. Returns the port. EADDRINUSE, EINVAL (bound to another port already).
    virtual Result<std::uint32_t> bind(SocketId socket, std::uint32_t port, std::uint32_t group_mask) = 0;
    /// The port, 0 if not bound yet.
    [[nodiscard]] virtual std::uint32_t port(SocketId socket) const = 0;
    /// NETLINK_ADD_MEMBERSHIP / NETLINK_DROP_MEMBERSHIP. EINVAL for a number above the protocol's highest.
    virtual Result<void> set_membership(SocketId socket, std::uint32_t group, bool member) = 0;
    virtual void set_option(SocketId socket, SocketOption option, bool on) = 0;

    /// The largest buffer that the program has offered to recvmsg(2) so far grew to `bytes`: dumps use datagrams of up
    /// to that size (cf. max_recvmsg_len in netlink_recvmsg()). A transport that does not know leaves them at the
    /// kernel's smallest.
    virtual void note_receive_size(SocketId /*socket*/, std::size_t /*bytes*/) {}

    /// sendmsg(2) to the kernel (destination port 0): any number of messages in one datagram. Binds the socket if it is
    /// not.
    virtual void receive(SocketId socket, std::span<const std::uint8_t> datagram) = 0;
    /// The peer has read everything: a waiting dump goes on.
    virtual void drained(SocketId socket) = 0;
};

}  // namespace mlosim::netlink
