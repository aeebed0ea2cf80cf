// What a program sends to the daemon's socket. The input is a list of packets, each behind a byte that says how it is
// sent and two that say how long it is; they go over real connections to a real endpoint, which must neither crash nor
// keep any of them.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../unit/host/echo_server.h"
#include "../unit/host/fake_host_services.h"
#include "host/endpoint.h"
#include "host/wire.h"
#include "sim/invariant.h"

namespace {

using mlosim::host::Endpoint;
using Bytes = std::span<const std::uint8_t>;

class World {
public:
    World() {
        char directory[] = "/tmp/mlosim-fuzz-XXXXXX";
        path_ = std::string(::mkdtemp(directory)) + "/own/socket";
        auto opened = Endpoint::open(io_, server_, services_, {path_});
        MLOSIM_INVARIANT(opened.has_value(), "a fresh directory takes an endpoint");
        endpoint_ = std::move(*opened);
    }

    [[nodiscard]] int connect() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
        MLOSIM_INVARIANT(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "it listens");
        return fd;
    }
    void let_it_work() {
        io_.restart();
        io_.poll();
    }
    [[nodiscard]] bool is_empty() const { return endpoint_->connections() == 0 && server_.sockets().empty(); }

private:
    boost::asio::io_context io_;
    mlosim::host::testing::EchoServer server_;
    mlosim::host::testing::FakeHostServices services_;
    std::string path_;
    std::unique_ptr<Endpoint> endpoint_;
};

mlosim_hello hello(int fd, mlosim_role role) {
    mlosim_hello head{};
    head.magic = MLOSIM_WIRE_MAGIC;
    head.version = MLOSIM_WIRE_VERSION;
    head.role = static_cast<std::uint16_t>(role);
    head.protocol = 16;
    head.type = SOCK_RAW;
    socklen_t length = sizeof head.cookie;
    ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &head.cookie, &length);
    return head;
}

void send(int fd, const void* head, std::size_t head_size, Bytes rest) {
    std::vector<std::uint8_t> packet(head_size);
    if (head_size > 0) std::memcpy(packet.data(), head, head_size);
    packet.insert(packet.end(), rest.begin(), rest.end());
    (void)::send(fd, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void drain(int fd) {
    std::uint8_t buffer[4096];
    while (::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC) > 0) {
    }
}

/// How a packet is sent.
enum Way { raw, greeted, datagram, call, call_about_socket, file, new_connection, read_answers, ways };

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    Bytes input(data, size);
    std::vector<int> connections{world.connect()};
    for (int packets = 0; input.size() >= 3 && packets < 32; packets++) {
        const int way = input[0] % ways;
        const std::size_t length = std::min<std::size_t>(input[1] | input[2] << 8, input.size() - 3);
        const Bytes packet = input.subspan(3, length);
        input = input.subspan(3 + length);
        const int fd = connections.back();
        if (way == raw) {
            send(fd, nullptr, 0, packet);
        } else if (way == greeted) {
            const auto head = hello(fd, MLOSIM_ROLE_NETLINK);
            send(fd, &head, sizeof head, packet);
        } else if (way == datagram) {
            mlosim_datagram head{};
            head.kind = MLOSIM_DATAGRAM;
            send(fd, &head, sizeof head, packet);
        } else if (way == call) {
            connections.push_back(world.connect());
            auto head = hello(connections.back(), MLOSIM_ROLE_CALL);
            send(connections.back(), &head, sizeof head, packet);
        } else if (way == call_about_socket && packet.size() >= 16) {
            connections.push_back(world.connect());
            struct {
                mlosim_hello greeting;
                mlosim_call call;
            } head{hello(connections.back(), MLOSIM_ROLE_CALL), {}};
            head.call.op = 1U + packet[0] % 7U;
            head.call.length = static_cast<std::uint32_t>(packet.size() - 16);
            head.call.target = hello(connections.front(), MLOSIM_ROLE_NETLINK).cookie;
            std::memcpy(head.call.arg, packet.data(), sizeof head.call.arg);
            send(connections.back(), &head, sizeof head, packet.subspan(16));
        } else if (way == file) {
            const auto head = hello(fd, MLOSIM_ROLE_FILE);
            send(fd, &head, sizeof head, packet);
        } else if (way == new_connection) {
            connections.push_back(world.connect());
        } else if (way == read_answers) {
            for (const int connection : connections)
                drain(connection);
        }
        world.let_it_work();
    }
    for (const int fd : connections)
        ::close(fd);
    world.let_it_work();
    world.let_it_work();
    MLOSIM_INVARIANT(world.is_empty(), "nothing is left of programs that are gone");
    return 0;
}
