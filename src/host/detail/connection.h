#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "host/detail/call_handler.h"
#include "host/detail/link_connection.h"
#include "host/detail/mirror.h"
#include "host/detail/netlink_connection.h"
#include "host/detail/packet_socket.h"
#include "host/detail/time_connection.h"
#include "host/host_services.h"
#include "netlink/server.h"

namespace mlosim::host {

class Connection;

/// What a connection asks of the endpoint that has it.
class ConnectionOwner {
public:
    /// Destroys the connection. Only called from a clean stack.
    virtual void remove(std::uint64_t id) = 0;
    /// The connection whose program's end has that SO_COOKIE.
    virtual Connection* find(std::uint64_t cookie) = 0;
    /// Handles everything that this process, or the socket with that cookie, has sent by now.
    virtual void settle(pid_t pid, std::uint64_t cookie) = 0;

protected:
    ~ConnectionOwner() = default;
};

/// What all connections of an endpoint share.
struct ConnectionContext {
    boost::asio::io_context& io;
    netlink::Server& server;
    HostServices& services;
    Mirror& mirror;
    ReceiveBufferLimits limits;
    PacketBuffers buffers;
    /// For what is read while a call is in hand.
    PacketBuffers settle_buffers;
    ConnectionOwner& owner;
    TimeServer* time = nullptr;  ///< of a world whose clock is virtual
};

/// One connection of a program: greets, then plays its role (host/wire.h).
class Connection final : private PacketSocket::User {
public:
    Connection(ConnectionContext& context, std::uint64_t id, int fd, netlink::Peer peer);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start() { socket_->start(*this); }
    void read_now() { socket_->read_now(context_.settle_buffers); }

    [[nodiscard]] std::uint64_t cookie() const { return cookie_; }
    [[nodiscard]] const netlink::Peer& peer() const { return peer_; }
    /// Has a role in which the program sends without waiting for an answer.
    [[nodiscard]] bool sends_ahead() const { return netlink_ != nullptr || !path_.empty(); }

private:
    void on_packet(Bytes packet) override;
    void on_room() override;
    void on_gone() override { context_.owner.remove(id_); }

    void greet(Bytes packet);
    void welcome(int error);
    void tell_switches();
    [[nodiscard]] int open_netlink(const mlosim_hello& hello);
    [[nodiscard]] int open_link(const mlosim_hello& hello);
    [[nodiscard]] int open_file(const CallView& call);
    [[nodiscard]] int join(const mlosim_join& join);
    void tell_of_output();
    void answer(const CallView& call);
    [[nodiscard]] Answer answer_about_socket(const CallView& call);
    void send_reply();
    void finish();

    ConnectionContext& context_;
    std::uint64_t id_;
    netlink::Peer peer_;
    std::shared_ptr<PacketSocket> socket_;
    std::uint64_t cookie_ = 0;
    int role_ = 0;
    bool finished_ = false;
    std::unique_ptr<NetlinkConnection> netlink_;
    std::unique_ptr<LinkConnection> link_;
    std::unique_ptr<TimeConnection> time_;
    std::string path_;   ///< of a FILE
    std::string reply_;  ///< an answer's payload, of which the first `reply_sent_` bytes are gone
    std::size_t reply_sent_ = 0;
};

}  // namespace mlosim::host
