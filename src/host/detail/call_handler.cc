#include "host/detail/call_handler.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace mlosim::host {
namespace {

Answer text_answer(Result<std::string> text) {
    if (!text) return error_answer(text.error().code);
    Answer answer;
    answer.payload = std::move(*text);
    return answer;
}

Answer plain_answer(const Result<void>& result) {
    return error_answer(result ? 0 : result.error().code);
}

Answer answer_ioctl(const CallView& call, HostServices& services) {
    InterfaceRequest request{};
    std::copy(call.payload.begin(), call.payload.end(), request.begin());
    if (auto done = services.ioctl(call.head.arg[0], request); !done) return error_answer(done.error().code);
    Answer answer;
    answer.payload.assign(reinterpret_cast<const char*>(request.data()), request.size());
    return answer;
}

Answer answer_ethtool(const CallView& call, HostServices& services) {
    constexpr std::size_t name_size = 16;
    const std::string name(reinterpret_cast<const char*>(call.payload.data()),
                           ::strnlen(reinterpret_cast<const char*>(call.payload.data()), name_size));
    const Bytes given = call.payload.subspan(name_size);
    std::vector<std::uint8_t> structure(given.begin(), given.end());
    if (auto done = services.ethtool(name, structure); !done) return error_answer(done.error().code);
    Answer answer;
    answer.payload.assign(structure.begin(), structure.end());
    return answer;
}

Answer answer_netdevs(const HostServices& services) {
    Answer answer;
    for (const NetdevFacts& facts : services.netdevs()) {
        mlosim_netdev netdev{};
        netdev.index = facts.index;
        netdev.flags = facts.flags;
        netdev.type = facts.type;
        netdev.mtu = facts.mtu;
        std::copy(facts.address.octets().begin(), facts.address.octets().end(), netdev.address);
        std::copy(facts.broadcast.octets().begin(), facts.broadcast.octets().end(), netdev.broadcast);
        facts.name.copy(netdev.name, sizeof netdev.name - 1);
        answer.payload.append(reinterpret_cast<const char*>(&netdev), sizeof netdev);
    }
    return answer;
}

Answer answer_stat(const CallView& call, HostServices& services) {
    const auto facts = services.stat(call.path(), call.head.arg[1] != 0);
    if (!facts) return error_answer(facts.error().code);
    Answer answer;
    answer.head.value[MLOSIM_STAT_MODE] = facts->mode;
    answer.head.value[MLOSIM_STAT_SIZE] = facts->size;
    answer.head.value[MLOSIM_STAT_INODE] = facts->inode;
    answer.head.value[MLOSIM_STAT_LINKS] = facts->links;
    return answer;
}

Answer answer_info(const NetlinkConnection& socket) {
    Answer answer;
    auto& value = answer.head.value;
    value[MLOSIM_INFO_ROLE] = MLOSIM_ROLE_NETLINK;
    value[MLOSIM_INFO_PROTOCOL] = static_cast<std::uint32_t>(socket.protocol());
    value[MLOSIM_INFO_TYPE] = static_cast<std::uint32_t>(socket.type());
    value[MLOSIM_INFO_PORT] = socket.port();
    value[MLOSIM_INFO_OPTIONS] = socket.options();
    value[MLOSIM_INFO_RCVBUF] = static_cast<std::uint32_t>(socket.receive_buffer());
    for (const std::uint32_t group : socket.groups())
        answer.payload.append(reinterpret_cast<const char*>(&group), sizeof group);
    return answer;
}

}  // namespace

Answer error_answer(int code) {
    Answer answer;
    answer.head.error = code;
    return answer;
}

Answer answer_service_call(const CallView& call, HostServices& services, Mirror& mirror) {
    const auto data = call.head.op >= MLOSIM_OP_STAT ? call.data() : Bytes{};
    switch (call.head.op) {
        case MLOSIM_OP_IOCTL:
            return answer_ioctl(call, services);
        case MLOSIM_OP_ETHTOOL:
            return answer_ethtool(call, services);
        case MLOSIM_OP_NETDEVS:
            return answer_netdevs(services);
        case MLOSIM_OP_STAT:
            return answer_stat(call, services);
        case MLOSIM_OP_READ:
            return text_answer(services.read(call.path()));
        case MLOSIM_OP_WRITE:
            return plain_answer(services.write(call.path(), {reinterpret_cast<const char*>(data.data()), data.size()}));
        case MLOSIM_OP_READLINK:
            return text_answer(services.read_link(call.path()));
        case MLOSIM_OP_CANONICAL:
            return text_answer(services.canonical(call.path()));
        case MLOSIM_OP_DIRECTORY:
            return text_answer(mirror.directory(services, call.path()));
        default:
            return error_answer(EPROTO);
    }
}

Answer answer_socket_call(const CallView& call, NetlinkConnection& socket) {
    const auto& arg = call.head.arg;
    switch (call.head.op) {
        case MLOSIM_OP_BIND: {
            const auto port = socket.bind(arg[0], arg[1]);
            Answer answer = error_answer(port ? 0 : port.error().code);
            answer.head.value[0] = port.value_or(0);
            return answer;
        }
        case MLOSIM_OP_INFO:
            return answer_info(socket);
        case MLOSIM_OP_MEMBERSHIP:
            return plain_answer(socket.set_membership(arg[0], arg[1] != 0));
        case MLOSIM_OP_OPTION:
            return plain_answer(socket.set_option(arg[0], arg[1] != 0));
        case MLOSIM_OP_RCVBUF:
            socket.set_receive_buffer(arg[0], arg[1] != 0);
            return {};
        case MLOSIM_OP_SYNC:
            return {};
        default:
            return error_answer(EPROTO);
    }
}

Answer answer_packet_call(const CallView& call, LinkConnection& socket) {
    switch (call.head.op) {
        case MLOSIM_OP_PACKET_BIND:
            return plain_answer(socket.bind(call.head.arg[0], static_cast<std::uint16_t>(call.head.arg[1])));
        case MLOSIM_OP_PACKET_SEND:
            return plain_answer(socket.send(call.payload));
        case MLOSIM_OP_SYNC:
            return {};
        case MLOSIM_OP_INFO: {
            Answer answer;
            auto& value = answer.head.value;
            value[MLOSIM_INFO_ROLE] = MLOSIM_ROLE_PACKET;
            value[MLOSIM_INFO_PROTOCOL] = socket.protocol();
            value[MLOSIM_INFO_TYPE] = static_cast<std::uint32_t>(socket.type());
            value[MLOSIM_INFO_PORT] = socket.index();
            value[MLOSIM_INFO_OPTIONS] = socket.frames();
            value[MLOSIM_INFO_RCVBUF] = socket.drops();
            const mlosim_frame name = socket.name();
            answer.payload.assign(reinterpret_cast<const char*>(&name), sizeof name);
            return answer;
        }
        default:
            return error_answer(EOPNOTSUPP);
    }
}

}  // namespace mlosim::host
