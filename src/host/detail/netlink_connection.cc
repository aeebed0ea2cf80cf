#include "host/detail/netlink_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <sys/socket.h>

namespace mlosim::host {
namespace {

/// SOCK_MIN_RCVBUF of a 64-bit kernel.
constexpr std::size_t smallest_receive_buffer = 2304;
/// SO_RCVBUFFORCE has no limit in the kernel; ours keeps a program from making the daemon's socket hold everything.
constexpr std::size_t largest_forced_buffer = std::size_t{64} << 20U;
/// What a program may leave unread beyond its receive buffer. One request's answers always fit; a datagram made of
/// thousands of requests gets ENOBUFS here, as it does in the kernel.
constexpr std::size_t spare_for_answers = std::size_t{1} << 20U;

std::size_t read_number(const char* path, std::size_t otherwise) {
    std::ifstream file(path);
    std::size_t number = 0;
    return file >> number && number > 0 ? number : otherwise;
}

void append(std::vector<std::uint8_t>& out, const void* bytes, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    out.insert(out.end(), first, first + size);
}

std::optional<netlink::SocketOption> server_option(std::uint32_t option) {
    switch (option) {
        case MLOSIM_OPTION_PACKET_INFO:
            return netlink::SocketOption::packet_info;
        case MLOSIM_OPTION_BROADCAST_ERROR:
            return netlink::SocketOption::broadcast_error;
        case MLOSIM_OPTION_NO_ENOBUFS:
            return netlink::SocketOption::no_enobufs;
        case MLOSIM_OPTION_LISTEN_ALL_NSID:
            return netlink::SocketOption::listen_all_nsid;
        case MLOSIM_OPTION_CAP_ACK:
            return netlink::SocketOption::cap_ack;
        case MLOSIM_OPTION_EXT_ACK:
            return netlink::SocketOption::ext_ack;
        case MLOSIM_OPTION_STRICT_CHECK:
            return netlink::SocketOption::strict_check;
        default:
            return std::nullopt;
    }
}

}  // namespace

ReceiveBufferLimits ReceiveBufferLimits::of_this_machine() {
    ReceiveBufferLimits limits;
    limits.initial = read_number("/proc/sys/net/core/rmem_default", limits.initial);
    limits.maximum = read_number("/proc/sys/net/core/rmem_max", limits.maximum);
    return limits;
}

NetlinkConnection::NetlinkConnection(netlink::Server& server, PacketSocket& socket, const mlosim_hello& hello,
                                     netlink::Peer peer, const ReceiveBufferLimits& limits)
    : server_(server),
      socket_(socket),
      limits_(limits),
      protocol_(static_cast<netlink::Protocol>(hello.protocol)),
      type_(hello.type),
      receive_buffer_(limits.initial) {
    socket_.set_send_buffer(receive_buffer_ * 2);
    id_ = server_.open(protocol_, peer, *this);
}

NetlinkConnection::~NetlinkConnection() {
    server_.close(id_);
}

mlosim_datagram NetlinkConnection::header(mlosim_datagram_kind kind, std::uint32_t port, std::uint32_t group) const {
    mlosim_datagram head{};
    head.kind = static_cast<std::uint16_t>(kind);
    if ((options_ & MLOSIM_OPTION_PACKET_INFO) != 0) head.flags |= MLOSIM_WITH_PACKET_INFO;
    if ((options_ & MLOSIM_OPTION_PASS_CREDENTIALS) != 0) head.flags |= MLOSIM_WITH_CREDENTIALS;
    head.port = port;
    head.group = group;
    return head;
}

void NetlinkConnection::deliver(Bytes datagram, std::uint32_t sender_port, std::uint32_t group) {
    if (datagram.size() > MLOSIM_WIRE_DATAGRAM_MAX) return overrun();
    if (!in_turn_) return send_now(datagram, sender_port, group);
    if (waiting_bytes_ + turn_bytes_.size() > receive_buffer_ + spare_for_answers) return overrun();
    const auto head = header(MLOSIM_DATAGRAM, sender_port, group);
    turn_.push_back({turn_bytes_.size(), sizeof head + datagram.size(), group != 0});
    append(turn_bytes_, &head, sizeof head);
    append(turn_bytes_, datagram.data(), datagram.size());
}

// cf. netlink_recvmsg(): a dump goes on while less than half of the receive buffer is taken. The socket's own buffer is
// twice that size where the machine allows it, and the reactor calls it writable when a quarter is taken.
bool NetlinkConnection::writable() const {
    const bool room = waiting_.empty() && socket_.outstanding() + turn_bytes_.size() < socket_.send_buffer() / 4;
    if (!room) dump_paused_ = true;
    return room;
}

/// An event, or a frame for its registered owner: lost if the buffer is full, cf. netlink_broadcast_deliver(),
/// netlink_attachskb().
void NetlinkConnection::send_now(Bytes datagram, std::uint32_t sender_port, std::uint32_t group) {
    const std::size_t unread = socket_.outstanding();
    if (unread == 0 && waiting_.empty() && !notice_due_) congested_ = false;  // cf. netlink_rcv_wake()
    if (congested_ || !waiting_.empty() || unread > receive_buffer_) return overrun();
    const auto head = header(MLOSIM_DATAGRAM, sender_port, group);
    std::vector<std::uint8_t> packet;
    packet.reserve(sizeof head + datagram.size());
    append(packet, &head, sizeof head);
    append(packet, datagram.data(), datagram.size());
    const iovec piece{packet.data(), packet.size()};
    if (socket_.send({&piece, 1}) == 0) overrun();
}

// cf. netlink_overrun()
void NetlinkConnection::overrun() {
    drops_++;
    if ((options_ & MLOSIM_OPTION_NO_ENOBUFS) != 0 || congested_) return;
    congested_ = true;
    notice_due_ = true;
    flush_waiting();
}

template <class Call>
void NetlinkConnection::as_one_turn(Call&& call) {
    in_turn_ = true;
    call();
    in_turn_ = false;
    flush_turn();
    if (dump_paused_) socket_.watch_room();
}

Result<void> NetlinkConnection::on_packet(Bytes packet) {
    auto datagram = parse_datagram(packet);
    if (!datagram) return fail(std::move(datagram.error()));
    if (datagram->receive_size > receive_size_) {
        receive_size_ = datagram->receive_size;
        server_.note_receive_size(id_, receive_size_);
    }
    as_one_turn([&] { server_.receive(id_, datagram->messages); });
    return {};
}

void NetlinkConnection::flush_turn() {
    std::vector<iovec> pieces;
    pieces.reserve(turn_.size());
    for (const TurnEntry& entry : turn_)
        pieces.push_back({turn_bytes_.data() + entry.offset, entry.length});
    std::size_t sent = waiting_.empty() ? socket_.send(pieces) : 0;
    for (; sent < turn_.size(); sent++) {
        const TurnEntry& entry = turn_[sent];
        if (entry.multicast) {
            overrun();
            continue;
        }
        const auto first = turn_bytes_.begin() + static_cast<std::ptrdiff_t>(entry.offset);
        waiting_.emplace_back(first, first + static_cast<std::ptrdiff_t>(entry.length));
        waiting_bytes_ += entry.length;
    }
    turn_.clear();
    constexpr std::size_t worth_keeping = std::size_t{1} << 18U;
    if (turn_bytes_.capacity() > worth_keeping) turn_bytes_ = {};
    turn_bytes_.clear();
    if (waiting_.empty()) return;
    socket_.set_reading(false);
    socket_.watch_room();
}

void NetlinkConnection::flush_waiting() {
    while (!waiting_.empty()) {
        const iovec piece{waiting_.front().data(), waiting_.front().size()};
        if (socket_.send({&piece, 1}) == 0) return socket_.watch_room();
        waiting_bytes_ -= waiting_.front().size();
        waiting_.pop_front();
    }
    if (!notice_due_) return;
    const auto notice = header(MLOSIM_OVERRUN, 0, 0);
    const iovec piece{const_cast<mlosim_datagram*>(&notice), sizeof notice};
    if (socket_.send({&piece, 1}) == 0) return socket_.watch_room();
    notice_due_ = false;
}

void NetlinkConnection::on_room() {
    flush_waiting();
    if (!waiting_.empty()) return;
    if (dump_paused_) {
        dump_paused_ = false;
        as_one_turn([&] { server_.drained(id_); });
    }
    if (waiting_.empty()) socket_.set_reading(true);
}

Result<std::uint32_t> NetlinkConnection::bind(std::uint32_t port, std::uint32_t group_mask) {
    auto bound = server_.bind(id_, port, group_mask);
    if (!bound) return bound;
    for (std::uint32_t group = 1; group <= 32; group++) {
        if ((group_mask >> (group - 1) & 1U) != 0)
            groups_.insert(group);
        else
            groups_.erase(group);
    }
    return bound;
}

Result<void> NetlinkConnection::set_membership(std::uint32_t group, bool member) {
    if (auto set = server_.set_membership(id_, group, member); !set) return set;
    if (member)
        groups_.insert(group);
    else
        groups_.erase(group);
    return {};
}

Result<void> NetlinkConnection::set_option(std::uint32_t option, bool on) {
    if (const auto known = server_option(option))
        server_.set_option(id_, *known, on);
    else if (option != MLOSIM_OPTION_PASS_CREDENTIALS)
        return fail(ENOPROTOOPT);
    options_ = on ? options_ | option : options_ & ~option;
    if (option == MLOSIM_OPTION_NO_ENOBUFS && on) congested_ = notice_due_ = false;
    return {};
}

// cf. sock_setsockopt(): SO_RCVBUF is capped, then doubled for the kernel's own overhead.
void NetlinkConnection::set_receive_buffer(std::uint32_t bytes, bool force) {
    const std::size_t asked = std::min<std::size_t>(bytes, force ? largest_forced_buffer / 2 : limits_.maximum);
    receive_buffer_ = std::max(asked * 2, smallest_receive_buffer);
    // What lies unread counts against the sender's buffer on a Unix socket, which is ours.
    socket_.set_send_buffer(receive_buffer_ * 2);
}

}  // namespace mlosim::host
