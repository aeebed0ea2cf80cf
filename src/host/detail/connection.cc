#include "host/detail/connection.h"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <linux/rfkill.h>
#include <sys/socket.h>

#include "netlink/mlosim_uapi.h"

namespace mlosim::host {
namespace {

/// An answer travels as its header, then pieces of at most this size.
constexpr std::size_t reply_piece = std::size_t{64} * 1024;

std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_protocol(std::int32_t number) {
    return number == static_cast<int>(netlink::Protocol::route) ||
           number == static_cast<int>(netlink::Protocol::generic);
}

}  // namespace

Connection::Connection(ConnectionContext& context, std::uint64_t id, int fd, netlink::Peer peer)
    : context_(context),
      id_(id),
      peer_(peer),
      socket_(std::make_shared<PacketSocket>(context.io, fd, context.buffers)) {}

Connection::~Connection() {
    netlink_.reset();
    link_.reset();
    time_.reset();
    socket_->close();
}

void Connection::on_packet(Bytes packet) {
    if (finished_) return;
    switch (role_) {
        case 0:
            return greet(packet);
        case MLOSIM_ROLE_NETLINK:
            if (auto taken = netlink_->on_packet(packet); !taken) finish();
            return;
        case MLOSIM_ROLE_FILE:
            context_.owner.settle(peer_.pid, cookie_);
            // Nobody hears of an error here: who writes past the shim cannot be told.
            (void)context_.services.write(path_, as_text(packet));
            return;
        case MLOSIM_ROLE_TIME:
            if (auto taken = time_->on_packet(packet); !taken) finish();
            return;
        default:
            return finish();  // these roles have nothing more to say
    }
}

void Connection::on_room() {
    if (netlink_)
        netlink_->on_room();
    else
        send_reply();
}

void Connection::greet(Bytes packet) {
    const auto greeting = parse_greeting(packet);
    if (!greeting) return finish();
    const mlosim_hello& hello = greeting->hello;
    if (hello.role == MLOSIM_ROLE_CALL) {
        role_ = MLOSIM_ROLE_CALL;
        return answer(greeting->call);
    }
    if (hello.cookie != 0 && context_.owner.find(hello.cookie) != nullptr) return welcome(EADDRINUSE);
    int error = 0;
    if (hello.role == MLOSIM_ROLE_NETLINK) error = open_netlink(hello);
    if (hello.role == MLOSIM_ROLE_PACKET) error = open_link(hello);
    if (hello.role == MLOSIM_ROLE_FILE) error = open_file(greeting->call);
    if (hello.role == MLOSIM_ROLE_TIME) error = join(greeting->join);
    if (error == 0) {
        role_ = hello.role;
        cookie_ = hello.cookie;
    }
    if (time_) return;  // its welcome has gone out
    if (error == 0) tell_of_output();
    welcome(error);
    if (role_ == MLOSIM_ROLE_SILENT) tell_switches();
}

/// What a program reads first from /dev/rfkill: the switches that there are. cf. rfkill_fop_open()
void Connection::tell_switches() {
    const auto switches = context_.services.list("/sys/class/rfkill");
    if (!switches) return;
    constexpr std::string_view prefix = "rfkill";
    for (const DirectoryEntry& entry : *switches) {
        rfkill_event_ext event{};
        if (!entry.name.starts_with(prefix)) continue;
        const char* end = entry.name.data() + entry.name.size();
        std::uint32_t index = 0;
        if (std::from_chars(entry.name.data() + prefix.size(), end, index).ptr != end) continue;
        event.idx = index;
        event.type = RFKILL_TYPE_WLAN;
        event.op = RFKILL_OP_ADD;
        const iovec piece{&event, sizeof event};
        if (socket_->send({&piece, 1}) == 0) return;
    }
}

void Connection::welcome(int error) {
    const mlosim_welcome answer{MLOSIM_WIRE_MAGIC, error};
    const iovec piece{const_cast<mlosim_welcome*>(&answer), sizeof answer};
    socket_->send({&piece, 1});
    if (error != 0) finish();
}

int Connection::open_netlink(const mlosim_hello& hello) {
    if (!is_protocol(hello.protocol)) return EPROTONOSUPPORT;
    if (hello.type != SOCK_RAW && hello.type != SOCK_DGRAM) return ESOCKTNOSUPPORT;
    // The pid as the program knows it, for the port; who it is the kernel has told us. In virtual time nothing of real
    // pids may show.
    const bool steers = hello.pid >= static_cast<std::int32_t>(MLOSIM_PORT_OUTSIDE_FIRST) &&
                        hello.pid <= static_cast<std::int32_t>(MLOSIM_PORT_OUTSIDE_LAST);
    const bool outsider = context_.time != nullptr && !steers && !context_.time->takes_part(peer_.pid);
    const pid_t pid = outsider ? context_.time->number_outsider() : hello.pid > 0 ? hello.pid : peer_.pid;
    const netlink::Peer peer{pid, peer_.uid};
    netlink_ = std::make_unique<NetlinkConnection>(context_.server, *socket_, hello, peer, context_.limits);
    return 0;
}

int Connection::open_link(const mlosim_hello& hello) {
    if (hello.type != SOCK_RAW && hello.type != SOCK_DGRAM) return ESOCKTNOSUPPORT;
    link_ = std::make_unique<LinkConnection>(context_.services, *socket_, hello, context_.limits);
    return 0;
}

int Connection::open_file(const CallView& call) {
    const auto facts = context_.services.stat(call.path(), true);
    if (!facts) return facts.error().code;
    if ((facts->mode & 0222U) == 0) return EACCES;
    path_ = call.path();
    return 0;
}

int Connection::join(const mlosim_join& join) {
    if (context_.time == nullptr) return ENOTSUP;
    auto time = std::make_unique<TimeConnection>(*context_.time, *socket_);
    if (auto joined = time->join(join, peer_.pid); !joined) return joined.error().code;
    time_ = std::move(time);
    return 0;
}

/// What is sent to a program that takes part in virtual time is a reason to ask it.
void Connection::tell_of_output() {
    if (context_.time == nullptr) return;
    socket_->on_sent([time = context_.time, pid = peer_.pid] { time->sent_to(pid); });
}

void Connection::answer(const CallView& call) {
    // What the program sent before it asked must have happened: in the kernel it has.
    context_.owner.settle(peer_.pid, call.head.target);
    Answer answer = is_socket_call(call.head.op) ? answer_about_socket(call)
                                                 : answer_service_call(call, context_.services, context_.mirror);
    answer.head.length = static_cast<std::uint32_t>(answer.payload.size());
    if (answer.payload.size() > MLOSIM_WIRE_ANSWER_MAX) {
        answer = error_answer(EMSGSIZE);
    }
    const iovec head{&answer.head, sizeof answer.head};
    if (socket_->send({&head, 1}) == 0) return finish();
    reply_ = std::move(answer.payload);
    send_reply();
}

Answer Connection::answer_about_socket(const CallView& call) {
    Connection* target = context_.owner.find(call.head.target);
    if (target == nullptr) return error_answer(ENOTCONN);
    if (peer_.uid != 0 && target->peer_.uid != peer_.uid) return error_answer(EPERM);
    if (target->netlink_) return answer_socket_call(call, *target->netlink_);
    if (target->link_) return answer_packet_call(call, *target->link_);
    if (call.head.op == MLOSIM_OP_INFO) {
        Answer answer;
        answer.head.value[MLOSIM_INFO_ROLE] = static_cast<std::uint32_t>(target->role_);
        return answer;
    }
    if (call.head.op != MLOSIM_OP_WRITE_OPEN || target->role_ != MLOSIM_ROLE_FILE) return error_answer(EOPNOTSUPP);
    const auto written = context_.services.write(target->path_, as_text(call.payload));
    return error_answer(written ? 0 : written.error().code);
}

void Connection::send_reply() {
    while (reply_sent_ < reply_.size()) {
        const iovec piece{reply_.data() + reply_sent_, std::min(reply_.size() - reply_sent_, reply_piece)};
        if (socket_->send({&piece, 1}) == 0) return socket_->watch_room();
        reply_sent_ += piece.iov_len;
    }
    finish();
}

void Connection::finish() {
    finished_ = true;
    socket_->give_up();
}

}  // namespace mlosim::host
