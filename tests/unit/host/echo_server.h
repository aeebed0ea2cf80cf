#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include <linux/netlink.h>

#include "netlink/server.h"

namespace mlosim::host::testing {

/// Message types that EchoServer knows.
enum EchoType : std::uint16_t {
    echo_back = 0x100,  ///< the same message comes back, then an ack if NLM_F_ACK asks for one
    echo_dump = 0x101,  ///< payload {parts, bytes}: that many messages of that size, then NLMSG_DONE
    echo_flood = 0x102  ///< payload {group, datagrams, bytes}: multicasts, then an ack
};

/// A netlink server without families, for tests of transports: it does what messages ask for, and nothing by itself.
class EchoServer final : public netlink::Server {
public:
    struct Socket {
        netlink::Outlet* outlet = nullptr;
        netlink::Protocol protocol{};
        netlink::Peer peer;
        std::uint32_t port = 0;
        std::set<std::uint32_t> groups;
        std::set<netlink::SocketOption> options;
        std::uint32_t dump_left = 0, dump_size = 0, dump_sequence = 0;
    };

    netlink::SocketId open(netlink::Protocol protocol, netlink::Peer peer, netlink::Outlet& outlet) override {
        const netlink::SocketId id{next_++};
        Socket socket;
        socket.outlet = &outlet;
        socket.protocol = protocol;
        socket.peer = peer;
        sockets_.emplace(id, socket);
        return id;
    }
    void close(netlink::SocketId id) override { sockets_.erase(id); }

    Result<std::uint32_t> bind(netlink::SocketId id, std::uint32_t port, std::uint32_t group_mask) override {
        Socket& socket = sockets_.at(id);
        if (socket.port != 0 && socket.port != port) return fail(EINVAL);
        if (port != 0 && socket.port == 0 && taken(port)) return fail(EADDRINUSE);
        if (socket.port == 0) socket.port = port != 0 ? port : free_port(static_cast<std::uint32_t>(socket.peer.pid));
        for (std::uint32_t group = 1; group <= 32; group++)
            if ((group_mask >> (group - 1) & 1U) != 0) socket.groups.insert(group);
        return socket.port;
    }
    [[nodiscard]] std::uint32_t port(netlink::SocketId id) const override { return sockets_.at(id).port; }
    Result<void> set_membership(netlink::SocketId id, std::uint32_t group, bool member) override {
        if (group == 0 || group > 64) return fail(EINVAL);
        if (member)
            sockets_.at(id).groups.insert(group);
        else
            sockets_.at(id).groups.erase(group);
        return {};
    }
    void set_option(netlink::SocketId id, netlink::SocketOption option, bool on) override {
        if (on)
            sockets_.at(id).options.insert(option);
        else
            sockets_.at(id).options.erase(option);
    }

    void receive(netlink::SocketId id, std::span<const std::uint8_t> datagram) override {
        received++;
        (void)bind(id, sockets_.at(id).port, 0);
        while (datagram.size() >= sizeof(nlmsghdr)) {
            nlmsghdr head;
            std::memcpy(&head, datagram.data(), sizeof head);
            if (head.nlmsg_len < sizeof head || head.nlmsg_len > datagram.size()) return;
            handle(sockets_.at(id), head, datagram.first(head.nlmsg_len));
            datagram = datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), datagram.size()));
        }
    }
    void drained(netlink::SocketId id) override { go_on(sockets_.at(id)); }

    /// Sends to every member of `group`.
    void multicast(std::uint32_t group, std::span<const std::uint8_t> datagram) {
        for (auto& [id, socket] : sockets_)
            if (socket.groups.contains(group)) socket.outlet->deliver(datagram, 0, group);
    }
    [[nodiscard]] const std::map<netlink::SocketId, Socket>& sockets() const { return sockets_; }

    std::uint64_t received = 0;  ///< datagrams

private:
    static constexpr std::uint32_t largest = 60000;
    static constexpr std::uint32_t largest_flood = 4'000'000;  ///< octets in one go, whatever somebody asks for

    bool taken(std::uint32_t port) const {
        return std::any_of(sockets_.begin(), sockets_.end(),
                           [&](const auto& entry) { return entry.second.port == port; });
    }
    std::uint32_t free_port(std::uint32_t wanted) const {
        while (taken(wanted))
            wanted += 1U << 22U;
        return wanted;
    }

    void handle(Socket& socket, const nlmsghdr& head, std::span<const std::uint8_t> message) {
        std::uint32_t arg[3] = {};
        std::memcpy(arg, message.data() + sizeof head, std::min(sizeof arg, message.size() - sizeof head));
        if (head.nlmsg_type == echo_back) {
            std::vector<std::uint8_t> copy(message.begin(), message.end());
            std::memcpy(copy.data() + offsetof(nlmsghdr, nlmsg_pid), &socket.port, sizeof socket.port);
            socket.outlet->deliver(copy, 0, 0);
        } else if (head.nlmsg_type == echo_dump) {
            socket.dump_left = std::min(arg[0], 1000000U) + 1;
            socket.dump_size = std::min(arg[1], largest);
            socket.dump_sequence = head.nlmsg_seq;
            return go_on(socket);
        } else if (head.nlmsg_type == echo_flood) {
            const std::uint32_t size = std::min(arg[2], largest);
            const std::uint32_t count = std::min(arg[1], largest_flood / (size + std::uint32_t{sizeof(nlmsghdr)}));
            for (std::uint32_t i = 0; i < count; i++)
                multicast(arg[0], filled(echo_flood, i, size));
        }
        if ((head.nlmsg_flags & NLM_F_ACK) != 0) ack(socket, head);
    }

    void go_on(Socket& socket) {
        while (socket.dump_left > 0 && socket.outlet->writable()) {
            socket.dump_left--;
            socket.outlet->deliver(socket.dump_left > 0 ? filled(echo_dump, socket.dump_sequence, socket.dump_size)
                                                        : filled(NLMSG_DONE, socket.dump_sequence, 4),
                                   0, 0);
        }
    }

    static std::vector<std::uint8_t> filled(std::uint16_t type, std::uint32_t sequence, std::size_t size) {
        std::vector<std::uint8_t> bytes(NLMSG_ALIGN(sizeof(nlmsghdr) + size));
        const nlmsghdr head{static_cast<std::uint32_t>(bytes.size()), type, NLM_F_MULTI, sequence, 0};
        std::memcpy(bytes.data(), &head, sizeof head);
        return bytes;
    }
    static void ack(Socket& socket, const nlmsghdr& request) {
        std::vector<std::uint8_t> bytes(sizeof(nlmsghdr) + sizeof(nlmsgerr));
        const nlmsghdr head{static_cast<std::uint32_t>(bytes.size()), NLMSG_ERROR, 0, request.nlmsg_seq, socket.port};
        const nlmsgerr error{0, request};
        std::memcpy(bytes.data(), &head, sizeof head);
        std::memcpy(bytes.data() + sizeof head, &error, sizeof error);
        socket.outlet->deliver(bytes, 0, 0);
    }

    std::map<netlink::SocketId, Socket> sockets_;
    std::uint64_t next_ = 1;
};

}  // namespace mlosim::host::testing
