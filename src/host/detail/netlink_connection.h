#pragma once

#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "host/detail/packet_socket.h"
#include "netlink/server.h"

namespace mlosim::host {

/// How large receive buffers may be, from net.core.
struct ReceiveBufferLimits {
    std::size_t initial = 212992;
    std::size_t maximum = 212992;

    /// What this machine's kernel gives its sockets.
    [[nodiscard]] static ReceiveBufferLimits of_this_machine();
};

/// A program's netlink socket: between its connection and the netlink server. Keeps the accounts of the receive buffer
/// as the kernel does, so that a program which does not read loses multicasts and nobody else notices.
class NetlinkConnection final : public netlink::Outlet {
public:
    /// `hello` has been checked. The server must outlive the connection.
    NetlinkConnection(netlink::Server& server, PacketSocket& socket, const mlosim_hello& hello, netlink::Peer peer,
                      const ReceiveBufferLimits& limits);
    ~NetlinkConnection() override;

    void deliver(Bytes datagram, std::uint32_t sender_port, std::uint32_t group) override;
    [[nodiscard]] bool writable() const override;

    /// Datagrams from the program. EPROTO: rubbish.
    Result<void> on_packet(Bytes packet);
    void on_room();

    Result<std::uint32_t> bind(std::uint32_t port, std::uint32_t group_mask);
    Result<void> set_membership(std::uint32_t group, bool member);
    /// `option` is one bit of mlosim_option.
    Result<void> set_option(std::uint32_t option, bool on);
    void set_receive_buffer(std::uint32_t bytes, bool force);

    [[nodiscard]] std::uint32_t port() const { return server_.port(id_); }
    [[nodiscard]] netlink::Protocol protocol() const { return protocol_; }
    [[nodiscard]] int type() const { return type_; }
    [[nodiscard]] std::uint32_t options() const { return options_; }
    [[nodiscard]] std::size_t receive_buffer() const { return receive_buffer_; }
    [[nodiscard]] const std::set<std::uint32_t>& groups() const { return groups_; }
    /// Datagrams that were lost because the program did not read.
    [[nodiscard]] std::uint64_t drops() const { return drops_; }

private:
    template <class Call>
    void as_one_turn(Call&& call);
    [[nodiscard]] mlosim_datagram header(mlosim_datagram_kind kind, std::uint32_t port, std::uint32_t group) const;
    void send_now(Bytes datagram, std::uint32_t sender_port, std::uint32_t group);
    void flush_turn();
    void flush_waiting();
    void overrun();

    netlink::Server& server_;
    PacketSocket& socket_;
    const ReceiveBufferLimits& limits_;
    netlink::Protocol protocol_;
    int type_;
    netlink::SocketId id_{};
    std::size_t receive_buffer_;
    std::uint32_t receive_size_ = 0;
    std::uint32_t options_ = 0;
    std::set<std::uint32_t> groups_;

    /// While a request is handled its answers are gathered, to go out in one system call, after the events that the
    /// request caused for others: a program that has its ack finds those events already there.
    bool in_turn_ = false;
    std::vector<std::uint8_t> turn_bytes_;
    struct TurnEntry {
        std::size_t offset;
        std::size_t length;
        bool multicast;
    };
    std::vector<TurnEntry> turn_;
    /// Answers that the socket did not take. Nothing is read from the program while there are any.
    std::deque<std::vector<std::uint8_t>> waiting_;
    std::size_t waiting_bytes_ = 0;
    mutable bool dump_paused_ = false;
    bool congested_ = false;
    bool notice_due_ = false;
    std::uint64_t drops_ = 0;
};

}  // namespace mlosim::host
