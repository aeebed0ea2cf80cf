#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/types.h>
#include <sys/uio.h>

#include "host/wire.h"
#include "host/wire_codec.h"

namespace mlosim::host {

/// Room for what one read brings; shared by all connections, since each packet is handled before the next read.
class PacketBuffers {
public:
    static constexpr std::size_t packets = 8;

    PacketBuffers() : bytes_(packets * MLOSIM_WIRE_PACKET_MAX) {}
    [[nodiscard]] std::uint8_t* slot(std::size_t i) { return bytes_.data() + i * MLOSIM_WIRE_PACKET_MAX; }

private:
    std::vector<std::uint8_t> bytes_;
};

/// One accepted SOCK_SEQPACKET connection: hands over whole packets as they come, sends without ever blocking, and says
/// when there is room again. Never calls its user from inside a call of the user's, but for read_now().
class PacketSocket : public std::enable_shared_from_this<PacketSocket> {
public:
    class User {
    public:
        virtual ~User() = default;
        virtual void on_packet(Bytes packet) = 0;
        /// The peer has read most of what it had (once per watch_room()).
        virtual void on_room() = 0;
        /// The peer is gone or sent what no packet is. Nothing follows.
        virtual void on_gone() = 0;
    };

    PacketSocket(boost::asio::io_context& io, int fd, PacketBuffers& buffers) : fd_(io, fd), buffers_(buffers) {}

    void start(User& user);
    /// No call to the user will follow.
    void close();

    /// While reading is off, packets wait in the socket.
    void set_reading(bool on);
    /// Hands over everything that has arrived, at once. `buffers` are others than those of the packet in hand, if there
    /// is one.
    void read_now(PacketBuffers& buffers);

    /// Sends as many of `packets`, in order, as the socket takes. EAGAIN after a part is no error; another errno ends
    /// the connection with on_gone() soon.
    std::size_t send(std::span<const iovec> packets);
    /// One packet, and a descriptor with it. False: it was not taken.
    bool send_with_descriptor(iovec packet, int descriptor);
    /// Called whenever something was sent.
    void on_sent(std::function<void()> call) { sent_ = std::move(call); }
    /// Calls on_room() once the peer has read three quarters of what the socket holds.
    void watch_room();
    /// Reads no more; on_gone() follows, from a clean stack.
    void give_up();
    /// How much the socket holds before it is full; the machine may allow less.
    void set_send_buffer(std::size_t bytes);
    [[nodiscard]] std::size_t send_buffer() const { return send_buffer_; }
    /// What the peer has not read yet, as the kernel counts it.
    [[nodiscard]] std::size_t outstanding() const;

    [[nodiscard]] int fd() { return fd_.native_handle(); }

private:
    void wait_readable();
    [[nodiscard]] bool make_room_for(std::size_t length);
    /// Returns how many packets came.
    std::size_t read_some(PacketBuffers& buffers);

    boost::asio::posix::stream_descriptor fd_;
    /// A second descriptor of the same socket: the reactor would go on watching for room on the first one after it was
    /// asked once, and wake up whenever the peer reads.
    std::optional<boost::asio::posix::stream_descriptor> room_;
    PacketBuffers& buffers_;
    std::size_t send_buffer_ = 0;
    User* user_ = nullptr;
    std::function<void()> sent_;
    bool reading_ = true;
    bool waiting_ = false;
    bool lost_ = false;
};

}  // namespace mlosim::host
