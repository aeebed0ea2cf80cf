#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include <linux/netlink.h>

#include "netlink/dump.h"
#include "netlink/request.h"
#include "netlink/server.h"

namespace mlosim::netlink {

/// What stands behind one netlink protocol: generic netlink with its families, or rtnetlink.
class ProtocolHandler {
public:
    virtual ~ProtocolHandler() = default;

    /// Answers one request (NLM_F_REQUEST set, type at least NLMSG_MIN_TYPE). An Error becomes the acknowledgement's
    /// errno.
    virtual Result<void> handle(const nlmsghdr& message, const Sender& sender, Reply& reply) = 0;
    /// Multicast groups are numbered 1 … group_count().
    [[nodiscard]] virtual std::uint32_t group_count() const = 0;
    /// A bound socket of this protocol closed: what it owned ends. cf. NETLINK_URELEASE
    virtual void released(std::uint32_t port) = 0;
};

/// One datagram that crossed a socket, for captures. cf. nlmon
struct Tapped {
    Protocol protocol;
    bool to_kernel;
    std::uint32_t port;   ///< of the program's socket
    std::uint32_t group;  ///< 0: unicast
    std::span<const std::uint8_t> bytes;
};

/// The netlink core: sockets, ports, groups, the request loop, acknowledgements, dumps. cf. net/netlink/af_netlink.c
class Core final : public Server {
public:
    /// `owner` is the user that the daemon runs as: peers of that user, and root, are privileged.
    explicit Core(uid_t owner) : owner_(owner) {}
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;
    ~Core() override;

    /// Sets who answers `protocol`; `handler` must outlive the Core's last socket.
    void attach(Protocol protocol, ProtocolHandler& handler);

    // Server: the transports' side.
    SocketId open(Protocol protocol, Peer peer, Outlet& outlet) override;
    void close(SocketId socket) override;
    Result<std::uint32_t> bind(SocketId socket, std::uint32_t port, std::uint32_t group_mask) override;
    [[nodiscard]] std::uint32_t port(SocketId socket) const override;
    Result<void> set_membership(SocketId socket, std::uint32_t group, bool member) override;
    void set_option(SocketId socket, SocketOption option, bool on) override;
    void note_receive_size(SocketId socket, std::size_t bytes) override;
    void receive(SocketId socket, std::span<const std::uint8_t> datagram) override;
    void drained(SocketId socket) override;

    // The families' side.
    /// Sends one datagram to every member of `group` but `except_port`; in the order in which the sockets were opened.
    void multicast(Protocol protocol, std::uint32_t group, std::span<const std::uint8_t> datagram,
                   std::uint32_t except_port = 0);
    /// False where building a notification would be in vain. cf. netlink_has_listeners()
    [[nodiscard]] bool has_listeners(Protocol protocol, std::uint32_t group) const;
    /// ECONNREFUSED if nobody holds that port.
    Result<void> unicast(Protocol protocol, std::uint32_t port, std::span<const std::uint8_t> datagram);
    [[nodiscard]] bool has_port(Protocol protocol, std::uint32_t port) const;

    [[nodiscard]] std::size_t socket_count() const noexcept { return sockets_.size(); }
    /// Gets every datagram in both directions.
    void set_tap(std::function<void(const Tapped&)> tap) { tap_ = std::move(tap); }

private:
    friend class Reply;
    struct RunningDump {
        DumpTarget target;
        std::unique_ptr<Dump> dump;
        Consistency consistency;
        int done_errno = 0;
        bool finished = false;  ///< the dump has nothing more, only NLMSG_DONE is missing
    };
    struct Socket {
        SocketId id{};
        Protocol protocol = Protocol::generic;
        Peer peer;
        Outlet* outlet = nullptr;
        std::uint32_t port = 0;
        bool bound = false;
        std::set<std::uint32_t> groups;
        bool ext_ack = false;
        bool cap_ack = false;
        bool strict_check = false;
        std::size_t receive_size = 0;
        std::unique_ptr<RunningDump> dump;
    };
    using PortKey = std::pair<Protocol, std::uint32_t>;

    [[nodiscard]] Socket* find(SocketId id);
    [[nodiscard]] const Socket* find(SocketId id) const;
    [[nodiscard]] Socket* find_port(Protocol protocol, std::uint32_t port);
    Result<void> insert_port(Socket& socket, std::uint32_t port);
    void autobind(Socket& socket);
    [[nodiscard]] ProtocolHandler* handler(Protocol protocol) const;

    void handle_message(Socket& socket, const nlmsghdr& message);
    void acknowledge(Socket& socket, const nlmsghdr& request, int error, const ExtAck& ack);
    void continue_dump(Socket& socket, bool first);
    /// Sends one piece; false once the dump has ended.
    bool dump_piece(Socket& socket);
    void deliver(Socket& socket, std::span<const std::uint8_t> datagram, std::uint32_t group);

    uid_t owner_;
    std::uint64_t next_id_ = 1;
    std::map<SocketId, Socket> sockets_;  // ordered: multicast reaches sockets in the order of their opening
    std::map<PortKey, SocketId> ports_;
    std::map<Protocol, ProtocolHandler*> handlers_;
    std::map<std::pair<Protocol, std::uint32_t>, std::set<SocketId>> members_;
    std::function<void(const Tapped&)> tap_;
};

}  // namespace mlosim::netlink
