#include "netlink/core.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "netlink/policy_dump.h"
#include "sim/invariant.h"

namespace mlosim::netlink {

namespace {

/// cf. netlink_autobind(): ports that no process number can be.
constexpr std::uint32_t first_chosen_port = static_cast<std::uint32_t>(-4097);

/// What an acknowledgement adds after the echoed request. cf. netlink_ack_tlv_fill()
void put_ack_attributes(MessageBuilder& message, const ExtAck& ack, int error) {
    if (!ack.message.empty()) message.put_string(NLMSGERR_ATTR_MSG, ack.message);
    if (!ack.cookie.empty()) message.put(NLMSGERR_ATTR_COOKIE, ack.cookie);
    if (error == 0) return;
    if (ack.bad_attribute) message.put_u32(NLMSGERR_ATTR_OFFS, ack.bad_attribute->bytes);
    if (ack.policy != nullptr) write_attribute_policy(message, *ack.policy, NLMSGERR_ATTR_POLICY);
    if (ack.missing_type) message.put_u32(NLMSGERR_ATTR_MISS_TYPE, *ack.missing_type);
    if (ack.missing_nest) message.put_u32(NLMSGERR_ATTR_MISS_NEST, ack.missing_nest->bytes);
}

/// cf. netlink_ack_tlv_len()
bool has_ack_attributes(const ExtAck& ack, int error) {
    if (!ack.message.empty() || !ack.cookie.empty()) return true;
    return error != 0 && (ack.bad_attribute || ack.policy != nullptr || ack.missing_type || ack.missing_nest);
}

/// A handler's Error may say what the extended ack says; what the policy check wrote stays otherwise.
void merge(const Error& error, ExtAck& ack) {
    if (!error.message.empty()) ack.message = error.message;
    if (error.at) ack.bad_attribute = error.at;
}

}  // namespace

Core::~Core() = default;

void Core::attach(Protocol protocol, ProtocolHandler& handler) {
    handlers_[protocol] = &handler;
}

ProtocolHandler* Core::handler(Protocol protocol) const {
    const auto found = handlers_.find(protocol);
    return found == handlers_.end() ? nullptr : found->second;
}

Core::Socket* Core::find(SocketId id) {
    const auto found = sockets_.find(id);
    return found == sockets_.end() ? nullptr : &found->second;
}

const Core::Socket* Core::find(SocketId id) const {
    const auto found = sockets_.find(id);
    return found == sockets_.end() ? nullptr : &found->second;
}

Core::Socket* Core::find_port(Protocol protocol, std::uint32_t port) {
    const auto found = ports_.find({protocol, port});
    return found == ports_.end() ? nullptr : find(found->second);
}

SocketId Core::open(Protocol protocol, Peer peer, Outlet& outlet) {
    const SocketId id{next_id_++};
    Socket& socket = sockets_[id];
    socket.id = id;
    socket.protocol = protocol;
    socket.peer = peer;
    socket.outlet = &outlet;
    return id;
}

// cf. netlink_release()
void Core::close(SocketId id) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end()) return;
    const Socket socket = std::move(found->second);
    sockets_.erase(found);
    for (const std::uint32_t group : socket.groups) {
        const auto members = members_.find({socket.protocol, group});
        members->second.erase(id);
        if (members->second.empty()) members_.erase(members);
    }
    if (!socket.bound) return;
    ports_.erase({socket.protocol, socket.port});
    if (ProtocolHandler* behind = handler(socket.protocol)) behind->released(socket.port);
}

Result<void> Core::insert_port(Socket& socket, std::uint32_t port) {
    if (!ports_.emplace(PortKey{socket.protocol, port}, socket.id).second) return fail(EADDRINUSE);
    socket.port = port;
    socket.bound = true;
    return {};
}

// cf. netlink_autobind(), but without its random start: every run chooses the same ports
void Core::autobind(Socket& socket) {
    const auto pid = static_cast<std::uint32_t>(socket.peer.pid);
    if (pid != 0 && insert_port(socket, pid)) return;
    for (std::uint32_t port = first_chosen_port;; --port)
        if (insert_port(socket, port)) return;
}

Result<std::uint32_t> Core::bind(SocketId id, std::uint32_t port, std::uint32_t group_mask) {
    Socket* socket = find(id);
    if (socket == nullptr) return fail(EBADF);
    if (socket->bound && port != socket->port) return fail(EINVAL);
    if (!socket->bound) {
        if (port == 0)
            autobind(*socket);
        else if (auto inserted = insert_port(*socket, port); !inserted)
            return fail(std::move(inserted.error()));
    }
    for (std::uint32_t group = 1; group <= 32; ++group)
        (void)set_membership(id, group, (group_mask >> (group - 1) & 1U) != 0);
    return socket->port;
}

std::uint32_t Core::port(SocketId id) const {
    const Socket* socket = find(id);
    return socket == nullptr ? 0 : socket->port;
}

Result<void> Core::set_membership(SocketId id, std::uint32_t group, bool member) {
    Socket* socket = find(id);
    if (socket == nullptr) return fail(EBADF);
    const ProtocolHandler* behind = handler(socket->protocol);
    if (behind == nullptr || group == 0 || group > behind->group_count()) return fail(EINVAL);
    if (member) {
        socket->groups.insert(group);
        members_[{socket->protocol, group}].insert(id);
    } else if (socket->groups.erase(group) != 0) {
        const auto members = members_.find({socket->protocol, group});
        members->second.erase(id);
        if (members->second.empty()) members_.erase(members);
    }
    return {};
}

void Core::set_option(SocketId id, SocketOption option, bool on) {
    Socket* socket = find(id);
    if (socket == nullptr) return;
    switch (option) {
        case SocketOption::ext_ack:
            socket->ext_ack = on;
            break;
        case SocketOption::cap_ack:
            socket->cap_ack = on;
            break;
        case SocketOption::strict_check:
            socket->strict_check = on;
            break;
        case SocketOption::no_enobufs:
        case SocketOption::broadcast_error:
        case SocketOption::listen_all_nsid:
        case SocketOption::packet_info:
            break;  // the transport's business
    }
}

void Core::note_receive_size(SocketId id, std::size_t bytes) {
    if (Socket* socket = find(id))
        socket->receive_size = std::max(socket->receive_size, std::min(bytes, largest_datagram));
}

// cf. netlink_sendmsg(), netlink_rcv_skb()
void Core::receive(SocketId id, std::span<const std::uint8_t> datagram) {
    Socket* socket = find(id);
    if (socket == nullptr) return;
    if (!socket->bound) autobind(*socket);
    if (tap_) tap_({socket->protocol, true, socket->port, 0, datagram});

    if (datagram.size() < NLMSG_HDRLEN) return;
    std::vector<std::uint32_t> aligned;  // headers are read in place: they must lie on multiples of 4
    if (reinterpret_cast<std::uintptr_t>(datagram.data()) % NLMSG_ALIGNTO != 0) {
        aligned.resize((datagram.size() + 3) / 4);
        std::memcpy(aligned.data(), datagram.data(), datagram.size());
        datagram = {reinterpret_cast<const std::uint8_t*>(aligned.data()), datagram.size()};
    }
    while (datagram.size() >= NLMSG_HDRLEN) {
        const auto& message = *reinterpret_cast<const nlmsghdr*>(datagram.data());
        if (message.nlmsg_len < NLMSG_HDRLEN || message.nlmsg_len > datagram.size()) return;
        handle_message(*socket, message);
        const std::size_t step = (std::size_t{message.nlmsg_len} + 3) & ~std::size_t{3};
        datagram = datagram.subspan(std::min(step, datagram.size()));
    }
}

void Core::handle_message(Socket& socket, const nlmsghdr& message) {
    ExtAck no_ack;
    if ((message.nlmsg_flags & NLM_F_REQUEST) == 0 || message.nlmsg_type < NLMSG_MIN_TYPE) {
        if ((message.nlmsg_flags & NLM_F_ACK) != 0) acknowledge(socket, message, 0, no_ack);
        return;
    }
    const Sender sender{.socket = socket.id,
                        .port = socket.port,
                        .peer = socket.peer,
                        .privileged = socket.peer.uid == owner_ || socket.peer.uid == 0,
                        .strict_check = socket.strict_check};
    Reply reply(*this, socket.protocol, message, sender);
    ProtocolHandler* behind = handler(socket.protocol);
    Result<void> handled = behind != nullptr ? behind->handle(message, sender, reply) : fail(EOPNOTSUPP);
    if (reply.dump_started()) {
        continue_dump(socket, true);
        return;
    }
    if (!handled) merge(handled.error(), reply.ack());
    const int error = handled ? reply.result() : -handled.error().code;
    if ((message.nlmsg_flags & NLM_F_ACK) != 0 || error != 0) acknowledge(socket, message, error, reply.ack());
}

// cf. netlink_ack()
void Core::acknowledge(Socket& socket, const nlmsghdr& request, int error, const ExtAck& ack) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&request);
    const bool capped = error == 0 || socket.cap_ack;
    const bool attributes = socket.ext_ack && has_ack_attributes(ack, error);
    const std::size_t echoed = capped ? 0 : request.nlmsg_len - std::size_t{NLMSG_HDRLEN};

    MessageBuilder message(
        {.type = NLMSG_ERROR,
         .flags = static_cast<std::uint16_t>((capped ? NLM_F_CAPPED : 0) | (attributes ? NLM_F_ACK_TLVS : 0)),
         .seq = request.nlmsg_seq,
         .port = socket.port},
        sizeof(nlmsgerr) + echoed + good_size);
    message.put_header(nlmsgerr{.error = error, .msg = request});
    if (echoed > 0) message.put_header(std::span(bytes + NLMSG_HDRLEN, echoed));
    if (attributes) put_ack_attributes(message, ack, error);
    deliver(socket, message.bytes(), 0);
}

void Core::drained(SocketId id) {
    Socket* socket = find(id);
    if (socket != nullptr && socket->dump != nullptr) continue_dump(*socket, false);
}

void Core::continue_dump(Socket& socket, bool first) {
    // The first piece always goes out, as netlink_dump_start() sends it; the others as the program reads.
    bool go_on = first || socket.outlet->writable();
    while (go_on && dump_piece(socket))
        go_on = socket.outlet->writable();
}

// cf. netlink_dump()
bool Core::dump_piece(Socket& socket) {
    RunningDump& running = *socket.dump;
    ExtAck ack;
    const std::size_t least = std::max(running.dump->min_size(), good_size);
    DumpBuffer piece(running.target, running.consistency, ack,
                     std::min(std::max(least, socket.receive_size), largest_datagram));

    if (!running.finished) {
        const Result<Progress> progress = running.dump->fill(piece);
        if (!progress) {
            running.finished = progress.error().code != EMSGSIZE || piece.empty();
            running.done_errno = -progress.error().code;
            merge(progress.error(), ack);
        } else if (piece.stuck()) {
            running.finished = true;
            running.done_errno = -EMSGSIZE;
        } else {
            running.finished = *progress == Progress::done || piece.empty();
            running.done_errno = 0;
        }
    }
    if (!running.finished || piece.room() < NLMSG_SPACE(sizeof(int))) {
        deliver(socket, piece.bytes(), 0);
        return true;
    }

    const bool attributes = socket.ext_ack && has_ack_attributes(ack, running.done_errno);
    MessageBuilder& done = piece.begin_raw(NLMSG_DONE, attributes ? NLM_F_ACK_TLVS : 0);
    piece.check_consistent();
    done.put_header(running.done_errno);
    if (attributes) put_ack_attributes(done, ack, running.done_errno);
    if (!piece.commit()) {  // only the extended ack can be too much
        piece.begin_raw(NLMSG_DONE, NLM_F_ACK_TLVS).put_header(running.done_errno);
        (void)piece.commit();
    }
    const std::unique_ptr<RunningDump> ended = std::move(socket.dump);
    deliver(socket, piece.bytes(), 0);
    return false;
}

void Core::deliver(Socket& socket, std::span<const std::uint8_t> datagram, std::uint32_t group) {
    if (tap_) tap_({socket.protocol, false, socket.port, group, datagram});
    socket.outlet->deliver(datagram, 0, group);
}

void Core::multicast(Protocol protocol, std::uint32_t group, std::span<const std::uint8_t> datagram,
                     std::uint32_t except_port) {
    const auto members = members_.find({protocol, group});
    if (members == members_.end()) return;
    for (const SocketId id : members->second) {
        Socket& socket = sockets_.at(id);
        if (except_port == 0 || socket.port != except_port) deliver(socket, datagram, group);
    }
}

bool Core::has_listeners(Protocol protocol, std::uint32_t group) const {
    return members_.contains({protocol, group});
}

Result<void> Core::unicast(Protocol protocol, std::uint32_t port, std::span<const std::uint8_t> datagram) {
    Socket* socket = find_port(protocol, port);
    if (socket == nullptr) return fail(ECONNREFUSED);
    deliver(*socket, datagram, 0);
    return {};
}

bool Core::has_port(Protocol protocol, std::uint32_t port) const {
    return ports_.contains({protocol, port});
}

}  // namespace mlosim::netlink
