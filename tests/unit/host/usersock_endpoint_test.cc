#include "host/usersock_endpoint.h"

#include <cstring>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo_server.h"

namespace mlosim::host {
namespace {

using testing::EchoServer;
using testing::EchoType;

/// A program with a netlink socket of the machine's kernel.
class Program {
public:
    explicit Program(std::uint32_t peer)
        : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_USERSOCK)) {
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        socklen_t length = sizeof address;
        EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length), 0);
        port = address.nl_pid;
        peer_.nl_family = AF_NETLINK;
        peer_.nl_pid = peer;
    }
    ~Program() { ::close(fd_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void send(std::uint16_t type, std::vector<std::uint32_t> payload = {}, std::uint16_t flags = 0) const {
        std::vector<std::uint8_t> bytes(sizeof(nlmsghdr) + payload.size() * 4);
        const nlmsghdr head{static_cast<std::uint32_t>(bytes.size()), type, flags, 1, port};
        std::memcpy(bytes.data(), &head, sizeof head);
        if (!payload.empty()) std::memcpy(bytes.data() + sizeof head, payload.data(), payload.size() * 4);
        EXPECT_EQ(::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&peer_), sizeof peer_),
                  static_cast<ssize_t>(bytes.size()));
    }
    /// Length of the next datagram, -1 if there is none.
    ssize_t receive() {
        sockaddr_nl from{};
        socklen_t length = sizeof from;
        const auto got = ::recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
        EXPECT_TRUE(got < 0 || from.nl_pid == peer_.nl_pid);
        return got;
    }

    std::uint32_t port = 0;
    std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(65536);

private:
    int fd_;
    sockaddr_nl peer_{};
};

class AUsersockEndpoint : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = UsersockEndpoint::open(io, server, 3);
        ASSERT_TRUE(opened) << opened.error().message;
        endpoint = std::move(*opened);
    }
    void let_it_work() {
        io.restart();
        io.poll();
    }
    boost::asio::io_context io;
    EchoServer server;
    std::unique_ptr<UsersockEndpoint> endpoint;
};

TEST_F(AUsersockEndpoint, AnswersToThePortThatAsked) {
    Program first(endpoint->port());
    Program second(endpoint->port());
    EXPECT_NE(endpoint->port(), 0U);
    second.send(EchoType::echo_back, {7}, NLM_F_ACK);
    let_it_work();
    EXPECT_EQ(second.receive(), 20);
    nlmsghdr head;
    std::memcpy(&head, second.buffer.data(), sizeof head);
    EXPECT_EQ(head.nlmsg_pid, second.port);
    EXPECT_EQ(second.receive(), 36);
    EXPECT_EQ(second.receive(), -1);
    EXPECT_EQ(first.receive(), -1);
    EXPECT_EQ(endpoint->peers(), 1U);
}

TEST_F(AUsersockEndpoint, ForgetsAPortThatIsGone) {
    {
        Program program(endpoint->port());
        program.send(EchoType::echo_back);
        let_it_work();
        EXPECT_EQ(server.sockets().size(), 1U);
        program.send(EchoType::echo_back);
    }
    let_it_work();  // the answer meets nobody
    EXPECT_EQ(server.sockets().size(), 0U);
    EXPECT_EQ(endpoint->peers(), 0U);
}

TEST_F(AUsersockEndpoint, ForgetsPortsThatWentSilentlyWhenOthersCome) {
    for (int i = 0; i < 10; i++) {
        Program program(endpoint->port());
        program.send(EchoType::echo_back);
        let_it_work();
        EXPECT_EQ(program.receive(), 16) << i;
    }
    EXPECT_EQ(endpoint->peers(), 1U);
}

TEST_F(AUsersockEndpoint, HasALimitOfPrograms) {
    std::vector<std::unique_ptr<Program>> programs;
    for (int i = 0; i < 4; i++) {
        programs.push_back(std::make_unique<Program>(endpoint->port()));
        programs.back()->send(EchoType::echo_back);
        let_it_work();
    }
    EXPECT_EQ(endpoint->peers(), 3U);
    EXPECT_EQ(programs[2]->receive(), 16);
    EXPECT_EQ(programs[3]->receive(), -1);
}

TEST_F(AUsersockEndpoint, WaitsForAReaderOfALongDump) {
    Program program(endpoint->port());
    program.send(EchoType::echo_dump, {500, 4000});
    let_it_work();
    int parts = 0;
    bool done = false;
    while (true) {
        while (program.receive() > 0) {
            nlmsghdr head;
            std::memcpy(&head, program.buffer.data(), sizeof head);
            done = head.nlmsg_type == NLMSG_DONE;
            parts++;
        }
        if (done) break;
        io.restart();
        io.run_one_for(std::chrono::seconds(1));
    }
    EXPECT_EQ(parts, 501);
}

TEST_F(AUsersockEndpoint, EndsWithTheSocketsOfItsPrograms) {
    Program program(endpoint->port());
    program.send(EchoType::echo_back);
    let_it_work();
    endpoint.reset();
    let_it_work();
    EXPECT_EQ(server.sockets().size(), 0U);
}

}  // namespace
}  // namespace mlosim::host
