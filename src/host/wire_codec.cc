#include "host/wire_codec.h"

#include <cstring>

#include "host/time_codec.h"

namespace mlosim::host {
namespace {

template <class T>
bool take(Bytes& bytes, T& out) {
    if (bytes.size() < sizeof out) return false;
    std::memcpy(&out, bytes.data(), sizeof out);
    bytes = bytes.subspan(sizeof out);
    return true;
}

bool is_path_op(std::uint32_t op) {
    return op >= MLOSIM_OP_STAT && op <= MLOSIM_OP_DIRECTORY;
}

bool is_known_op(std::uint32_t op) {
    return (op >= MLOSIM_OP_BIND && op <= MLOSIM_OP_PACKET_SEND) || op == MLOSIM_OP_IOCTL || op == MLOSIM_OP_NETDEVS ||
           op == MLOSIM_OP_ETHTOOL || is_path_op(op);
}

std::string_view text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string_view CallView::path() const {
    return text(payload.first(head.arg[0]));
}
Bytes CallView::data() const {
    return payload.subspan(head.arg[0]);
}

bool is_normalised_path(std::string_view path) {
    if (path.empty() || path.front() != '/' || path.size() > MLOSIM_WIRE_PATH_MAX) return false;
    if (path.find('\0') != std::string_view::npos) return false;
    if (path.size() == 1) return true;
    for (std::size_t start = 1; start <= path.size();) {
        const std::size_t slash = std::min(path.find('/', start), path.size());
        const auto component = path.substr(start, slash - start);
        if (component.empty() || component == "." || component == "..") return false;
        start = slash + 1;
    }
    return true;
}

Result<CallView> parse_call(Bytes bytes) {
    CallView call;
    if (!take(bytes, call.head)) return fail(EPROTO, "shorter than a call");
    if (call.head.length != bytes.size()) return fail(EPROTO, "a call's length is not that of its packet");
    if (!is_known_op(call.head.op)) return fail(EPROTO, "no such call");
    call.payload = bytes;
    if (is_path_op(call.head.op)) {
        if (call.head.arg[0] > bytes.size()) return fail(EPROTO, "a path longer than its packet");
        if (!is_normalised_path(call.path())) return fail(EPROTO, "a path that is not normalised");
        if (call.data().size() > MLOSIM_WIRE_WRITE_MAX) return fail(EPROTO, "more than one page to write");
        if (call.head.op != MLOSIM_OP_WRITE && !call.data().empty()) return fail(EPROTO, "bytes behind the path");
    } else if (call.head.op == MLOSIM_OP_IOCTL) {
        if (bytes.size() != 40) return fail(EPROTO, "an ioctl brings one ifreq");
    } else if (call.head.op == MLOSIM_OP_ETHTOOL) {
        if (bytes.size() < 16 + 4 || bytes.size() > 16 + MLOSIM_WIRE_ETHTOOL_MAX)
            return fail(EPROTO, "a name and a structure that starts with its command");
    } else if (call.head.op == MLOSIM_OP_PACKET_SEND) {
        if (bytes.size() < sizeof(mlosim_frame)) return fail(EPROTO, "a frame without its header");
    } else if (call.head.op == MLOSIM_OP_WRITE_OPEN) {
        if (bytes.size() > MLOSIM_WIRE_WRITE_MAX) return fail(EPROTO, "more than one page to write");
    } else if (!bytes.empty()) {
        return fail(EPROTO, "a payload that the call does not have");
    }
    return call;
}

Result<Greeting> parse_greeting(Bytes packet) {
    Greeting greeting;
    if (!take(packet, greeting.hello)) return fail(EPROTO, "shorter than a hello");
    const mlosim_hello& hello = greeting.hello;
    if (hello.magic != MLOSIM_WIRE_MAGIC || hello.version != MLOSIM_WIRE_VERSION)
        return fail(EPROTO, "a shim of another version");
    switch (hello.role) {
        case MLOSIM_ROLE_NETLINK:
        case MLOSIM_ROLE_SILENT:
        case MLOSIM_ROLE_PACKET:
            if (hello.cookie == 0) return fail(EPROTO, "a socket without a cookie");
            if (!packet.empty()) return fail(EPROTO, "bytes behind the hello");
            return greeting;
        case MLOSIM_ROLE_CALL:
        case MLOSIM_ROLE_FILE: {
            auto call = parse_call(packet);
            if (!call) return fail(std::move(call.error()));
            if (hello.role == MLOSIM_ROLE_FILE) {
                if (hello.cookie == 0) return fail(EPROTO, "a file without a cookie");
                if (call->head.op != MLOSIM_OP_WRITE || !call->data().empty())
                    return fail(EPROTO, "a file is opened to be written");
            }
            greeting.call = *call;
            return greeting;
        }
        case MLOSIM_ROLE_TIME: {
            const auto join = parse_join(packet);
            if (!join) return fail(join.error());
            greeting.join = *join;
            return greeting;
        }
        default:
            return fail(EPROTO, "no such role");
    }
}

Result<Datagram> parse_datagram(Bytes packet) {
    mlosim_datagram head{};
    if (!take(packet, head)) return fail(EPROTO, "shorter than its header");
    if (head.kind != MLOSIM_DATAGRAM) return fail(EPROTO, "no datagram");
    if (head.flags != 0 || head.port != 0 || head.group != 0) return fail(EPROTO, "programs send to the kernel only");
    if (packet.empty()) return fail(EPROTO, "an empty datagram");
    return Datagram{packet, head.receive_size};
}

}  // namespace mlosim::host
