#include "host/endpoint.h"

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "echo_server.h"
#include "fake_host_services.h"
#include "host/wire.h"

namespace mlosim::host {
namespace {

using testing::EchoServer;
using testing::EchoType;
using testing::FakeHostServices;
using Packet = std::vector<std::uint8_t>;

template <class T>
Packet& operator<<(Packet& packet, const T& object) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&object);
    packet.insert(packet.end(), bytes, bytes + sizeof object);
    return packet;
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// A program's end of a connection. Nothing blocks; the test lets the endpoint work in between.
class Client {
public:
    explicit Client(const std::string& path)
        : fd_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] bool send(const Packet& packet) const {
        return ::send(fd_, packet.data(), packet.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(packet.size());
    }
    /// The next packet; empty: none there, or the end.
    [[nodiscard]] Packet receive() const {
        Packet packet(MLOSIM_WIRE_PACKET_MAX);
        const auto got = ::recv(fd_, packet.data(), packet.size(), 0);
        packet.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return packet;
    }
    /// The daemon has closed.
    [[nodiscard]] bool at_end() const {
        char byte;
        const auto got = ::recv(fd_, &byte, 1, MSG_PEEK);
        return got == 0 || (got < 0 && errno == ECONNRESET);
    }
    [[nodiscard]] std::uint64_t cookie() const {
        std::uint64_t cookie = 0;
        socklen_t length = sizeof cookie;
        ::getsockopt(fd_, SOL_SOCKET, SO_COOKIE, &cookie, &length);
        return cookie;
    }

private:
    int fd_;
    bool connected_ = false;
};

class AnEndpoint : public ::testing::Test {
protected:
    AnEndpoint() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
        auto opened = Endpoint::open(io, server, services, {directory + "/own/socket", 100});
        if (opened) endpoint = std::move(*opened);
    }
    ~AnEndpoint() override {
        endpoint.reset();
        io.poll();
        std::filesystem::remove_all(directory);
    }

    void let_it_work() {
        io.restart();
        io.poll();
    }

    static Packet hello(const Client& client, std::uint16_t role = MLOSIM_ROLE_NETLINK) {
        mlosim_hello head{};
        head.magic = MLOSIM_WIRE_MAGIC;
        head.version = MLOSIM_WIRE_VERSION;
        head.role = role;
        head.cookie = role == MLOSIM_ROLE_CALL ? 0 : client.cookie();
        head.pid = 4711;
        head.protocol = NETLINK_GENERIC;
        head.type = SOCK_RAW;
        Packet packet;
        return packet << head;
    }
    std::unique_ptr<Client> netlink_socket() {
        auto client = std::make_unique<Client>(endpoint->socket_path());
        EXPECT_TRUE(client->send(hello(*client)));
        let_it_work();
        EXPECT_EQ(client->receive().size(), sizeof(mlosim_welcome));
        return client;
    }
    static Packet request(std::uint16_t type, const Packet& payload = {}, std::uint16_t flags = 0) {
        mlosim_datagram head{};
        head.kind = MLOSIM_DATAGRAM;
        nlmsghdr message{static_cast<std::uint32_t>(sizeof message + payload.size()), type, flags, 1, 0};
        Packet packet;
        packet << head << message;
        packet.insert(packet.end(), payload.begin(), payload.end());
        return packet;
    }
    mlosim_answer call(std::uint32_t op, std::uint64_t target, std::uint32_t arg0 = 0, std::uint32_t arg1 = 0) {
        Client client(endpoint->socket_path());
        mlosim_call head{};
        head.op = op;
        head.target = target;
        head.arg[0] = arg0;
        head.arg[1] = arg1;
        Packet packet = hello(client, MLOSIM_ROLE_CALL);
        EXPECT_TRUE(client.send(packet << head));
        let_it_work();
        const Packet got = client.receive();
        mlosim_answer answer{};
        EXPECT_EQ(got.size(), sizeof answer);
        std::memcpy(&answer, got.data(), std::min(got.size(), sizeof answer));
        return answer;
    }

    boost::asio::io_context io;
    EchoServer server;
    FakeHostServices services;
    std::string directory;
    std::unique_ptr<Endpoint> endpoint;
};

TEST_F(AnEndpoint, IsForItsUserAlone) {
    ASSERT_TRUE(endpoint);
    struct stat status {};
    ASSERT_EQ(::stat((directory + "/own").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0700U);
    ASSERT_EQ(::stat(endpoint->socket_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(AnEndpoint, LeavesNothingBehind) {
    endpoint.reset();
    EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST_F(AnEndpoint, RefusesADirectoryThatOthersMayEnter) {
    ASSERT_EQ(::mkdir((directory + "/open").c_str(), 0755), 0);
    const auto second = Endpoint::open(io, server, services, {directory + "/open/socket"});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, EPERM);
    EXPECT_THAT(second.error().message, ::testing::HasSubstr("0700"));
}

TEST_F(AnEndpoint, RefusesAPathThatIsNone) {
    for (const char* path : {"", "socket", "/socket", "/tmp/"})
        EXPECT_FALSE(Endpoint::open(io, server, services, {path})) << path;
    const auto second = Endpoint::open(io, server, services, {directory + "/" + std::string(200, 'x') + "/socket"});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ENAMETOOLONG);
}

TEST_F(AnEndpoint, DoesNotTakeASocketFromALivingDaemonButFromADeadOne) {
    const auto second = Endpoint::open(io, server, services, {directory + "/own/socket"});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, EADDRINUSE);

    const std::string dead = directory + "/dead";
    ASSERT_EQ(::mkdir(dead.c_str(), 0700), 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (dead + "/socket").copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
    EXPECT_TRUE(Endpoint::open(io, server, services, {dead + "/socket"}));
}

TEST_F(AnEndpoint, CarriesDatagramsBothWays) {
    const auto client = netlink_socket();
    ASSERT_TRUE(client->send(request(EchoType::echo_back, {1, 2, 3, 4}, NLM_F_ACK)));
    let_it_work();
    const Packet reply = client->receive();
    ASSERT_EQ(reply.size(), sizeof(mlosim_datagram) + 20);
    EXPECT_EQ(reply.back(), 4);
    EXPECT_EQ(client->receive().size(), sizeof(mlosim_datagram) + 36);
    EXPECT_EQ(server.sockets().begin()->second.port, 4711U) << "the port is the program's pid";
}

TEST_F(AnEndpoint, ClosesTheServersSocketWithTheProgram) {
    auto client = netlink_socket();
    EXPECT_EQ(server.sockets().size(), 1U);
    client.reset();
    let_it_work();
    EXPECT_EQ(server.sockets().size(), 0U);
    EXPECT_EQ(endpoint->connections(), 0U);
}

TEST_F(AnEndpoint, HandlesWhatWasSentBeforeACallFirst) {
    const auto client = netlink_socket();
    for (int i = 0; i < 20; i++)
        ASSERT_TRUE(client->send(request(EchoType::echo_back)));
    EXPECT_EQ(server.received, 0U);
    EXPECT_EQ(call(MLOSIM_OP_SYNC, client->cookie()).error, 0);
    EXPECT_EQ(server.received, 20U);
}

TEST_F(AnEndpoint, AnswersCallsAboutASocket) {
    const auto client = netlink_socket();
    EXPECT_EQ(call(MLOSIM_OP_BIND, client->cookie(), 99).value[0], 99U);
    EXPECT_EQ(call(MLOSIM_OP_BIND, client->cookie(), 98).error, EINVAL);
    EXPECT_EQ(call(MLOSIM_OP_MEMBERSHIP, client->cookie(), 0, 1).error, EINVAL);
    EXPECT_EQ(call(MLOSIM_OP_OPTION, client->cookie(), 1U << 20U, 1).error, ENOPROTOOPT);
    EXPECT_EQ(call(MLOSIM_OP_INFO, client->cookie()).value[MLOSIM_INFO_PORT], 99U);
    EXPECT_EQ(call(MLOSIM_OP_INFO, 1234567890).error, ENOTCONN);
}

TEST_F(AnEndpoint, HasNoPartInTimeToGiveWhereTheClockIsReal) {
    const Client program(endpoint->socket_path());
    Packet packet = hello(program, MLOSIM_ROLE_TIME);
    ASSERT_TRUE(program.send(packet << mlosim_join{MLOSIM_JOIN_PROGRAM, ::getpid(), "program"}));
    let_it_work();
    const Packet got = program.receive();
    mlosim_welcome welcome{};
    ASSERT_EQ(got.size(), sizeof welcome);
    std::memcpy(&welcome, got.data(), sizeof welcome);
    EXPECT_EQ(welcome.error, ENOTSUP);
    let_it_work();
    EXPECT_TRUE(program.at_end());
}

TEST_F(AnEndpoint, EndsAParticipantThatSendsRubbishAndNoOther) {
    const sim::MonotonicClock wall;
    const auto time = std::move(TimeServer::open(io, wall, {}).value());
    endpoint = std::move(Endpoint::open(io, server, services, {directory + "/timed/socket", 100, time.get()}).value());
    const auto join = [&](mlosim_join_kind kind) {
        auto program = std::make_unique<Client>(endpoint->socket_path());
        Packet packet = hello(*program, MLOSIM_ROLE_TIME);
        EXPECT_TRUE(program->send(packet << mlosim_join{static_cast<std::uint32_t>(kind), ::getpid(), "program"}));
        let_it_work();
        EXPECT_EQ(program->receive().size(), sizeof(mlosim_welcome) + sizeof(mlosim_time_facts));
        return program;
    };
    const auto good = join(MLOSIM_JOIN_PROGRAM);
    const auto bad = join(MLOSIM_JOIN_THREAD);
    Packet idle;
    ASSERT_TRUE(good->send(idle << mlosim_time_message{MLOSIM_TIME_IDLE, 0, MLOSIM_TIME_NEVER}));
    ASSERT_TRUE(bad->send({1, 2, 3}));
    let_it_work();
    let_it_work();
    EXPECT_TRUE(bad->at_end());
    EXPECT_EQ(time->proceed({}), TimeServer::Progress::awaits);
    const Packet turn = good->receive();
    mlosim_time_message message{};
    ASSERT_EQ(turn.size(), sizeof message);
    std::memcpy(&message, turn.data(), sizeof message);
    EXPECT_EQ(message.kind, static_cast<std::uint32_t>(MLOSIM_TIME_TURN));
    endpoint.reset();
}

TEST_F(AnEndpoint, TakesACookieOnce) {
    const auto first = netlink_socket();
    const Client second(endpoint->socket_path());
    ASSERT_TRUE(second.send(hello(*first)));
    let_it_work();
    const Packet got = second.receive();
    mlosim_welcome welcome{};
    ASSERT_EQ(got.size(), sizeof welcome);
    std::memcpy(&welcome, got.data(), sizeof welcome);
    EXPECT_EQ(welcome.error, EADDRINUSE);
    let_it_work();
    EXPECT_TRUE(second.at_end());
}

TEST_F(AnEndpoint, ClosesOnRubbishAndOnlyThat) {
    const auto good = netlink_socket();
    const Packet rubbish[] = {{0}, Packet(31, 0xff), Packet(32, 0xff), Packet(4096, 0x55), Packet(100000, 0)};
    for (const Packet& packet : rubbish) {
        const Client fresh(endpoint->socket_path());
        ASSERT_TRUE(fresh.send(packet));
        const auto greeted = netlink_socket();
        ASSERT_TRUE(greeted->send(packet));
        let_it_work();
        EXPECT_TRUE(fresh.at_end());
        EXPECT_TRUE(greeted->at_end());
    }
    ASSERT_TRUE(good->send(request(EchoType::echo_back)));
    let_it_work();
    EXPECT_FALSE(good->receive().empty());
    EXPECT_EQ(endpoint->connections(), 1U);
}

TEST_F(AnEndpoint, HasALimitOfConnections) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 100; i++)
        clients.push_back(netlink_socket());
    const Client one_too_many(endpoint->socket_path());
    let_it_work();
    EXPECT_TRUE(one_too_many.at_end());
    clients.pop_back();
    let_it_work();
    clients.push_back(netlink_socket());
    EXPECT_EQ(endpoint->connections(), 100U);
}

TEST_F(AnEndpoint, TurnsAwayWhomThereIsNoDescriptorForAndGoesOn) {
    const auto known = netlink_socket();
    const Client unwanted(endpoint->socket_path());
    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const rlimit few{64, usual.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    std::vector<int> taken;
    for (int fd = ::dup(STDERR_FILENO); fd >= 0; fd = ::dup(STDERR_FILENO))
        taken.push_back(fd);
    let_it_work();
    EXPECT_TRUE(unwanted.at_end());
    EXPECT_FALSE(known->at_end());
    for (const int fd : taken)
        ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &usual);
    EXPECT_NE(netlink_socket(), nullptr);
}

TEST_F(AnEndpoint, ForgetsClientsThatDieInTheMiddleOfAMessage) {
    (void)netlink_socket();
    let_it_work();
    const std::size_t before = open_descriptors();
    for (int round = 0; round < 20; round++) {
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 50; i++) {
            clients.push_back(std::make_unique<Client>(endpoint->socket_path()));
            Packet half = hello(*clients.back());
            if (i % 2 == 0) half.resize(half.size() / 2);
            ASSERT_TRUE(clients.back()->send(half));
            if (i % 2 == 1) {
                ASSERT_TRUE(clients.back()->send({1, 0, 0}));
            }
        }
        if (round % 2 == 0) let_it_work();
    }
    let_it_work();
    let_it_work();
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(endpoint->connections(), 0U);
    EXPECT_EQ(server.sockets().size(), 0U);
}

TEST_F(AnEndpoint, PausesADumpThatNobodyReads) {
    const auto client = netlink_socket();
    Packet payload;
    payload << std::uint32_t{1000} << std::uint32_t{4000};
    ASSERT_TRUE(client->send(request(EchoType::echo_dump, payload)));
    for (int i = 0; i < 10; i++)
        let_it_work();
    EXPECT_GT(server.sockets().begin()->second.dump_left, 800U) << "most of it is not even made yet";
    std::size_t parts = 0;
    for (int idle = 0; idle < 3;) {
        if (client->receive().empty()) {
            idle++;
            let_it_work();
        } else {
            idle = 0;
            parts++;
        }
    }
    EXPECT_EQ(parts, 1001U);
}

TEST_F(AnEndpoint, BoundsWhatAProgramLeavesUnread) {
    const auto client = netlink_socket();
    mlosim_datagram head{};
    head.kind = MLOSIM_DATAGRAM;
    Packet greedy;
    greedy << head;
    for (int i = 0; i < 100; i++) {  // each of them makes the daemon answer with a kilobyte
        greedy << nlmsghdr{1040, EchoType::echo_back, 0, 1, 0};
        greedy.resize(greedy.size() + 1024);
    }
    int taken = 0;
    for (int i = 0; i < 2000; i++) {
        taken += client->send(greedy) ? 1 : 0;
        let_it_work();
    }
    EXPECT_LT(taken, 100) << "200 MB of answers nobody reads are not made";
}

TEST_F(AnEndpoint, TellsAListenerOnceThatItWasTooSlow) {
    const auto slow = netlink_socket();
    EXPECT_EQ(call(MLOSIM_OP_MEMBERSHIP, slow->cookie(), 5, 1).error, 0);
    EXPECT_EQ(call(MLOSIM_OP_RCVBUF, slow->cookie(), 8192).error, 0);
    for (int i = 0; i < 500; i++)
        server.multicast(5, Packet(1000));
    std::size_t datagrams = 0, notices = 0;
    for (Packet packet = slow->receive(); !packet.empty(); packet = slow->receive()) {
        if (packet[0] == MLOSIM_OVERRUN)
            notices++;
        else
            datagrams++;
    }
    EXPECT_EQ(notices, 1U);
    EXPECT_GT(datagrams, 3U);
    EXPECT_LT(datagrams, 20U);
    server.multicast(5, Packet(1000));
    EXPECT_EQ(slow->receive()[0], MLOSIM_DATAGRAM) << "once it has read everything it is served again";
}

}  // namespace
}  // namespace mlosim::host
