#include "host/control_socket.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace mlosim::host {
namespace {

TEST(ControlProtocol, TellsEventsFromAnswers) {
    struct Case {
        std::string datagram;
        unsigned level;
        std::string text;
    };
    for (const Case& event : std::vector<Case>{{"<3>CTRL-EVENT-CONNECTED - to\n", 3, "CTRL-EVENT-CONNECTED - to"},
                                               {"<2>", 2, ""},
                                               {"IFNAME=wlan0 <4>AP-DISABLED ", 4, "AP-DISABLED "},
                                               {"<3>a>b", 3, "a>b"}}) {
        const auto parsed = parse_control_event(event.datagram);
        ASSERT_TRUE(parsed) << event.datagram;
        EXPECT_EQ(parsed->level, event.level);
        EXPECT_EQ(parsed->text, event.text);
    }
    for (const char* answer : {"OK\n", "", "<", "<>", "<3", "<x>y", "<-1>y", "<3 >y", "<99999999999>y", "IFNAME=wlan0",
                               "IFNAME=<3>x", "a<3>b"})
        EXPECT_FALSE(parse_control_event(answer)) << answer;
}

TEST(ControlProtocol, HasTextWithoutWhatIsAtItsEnd) {
    EXPECT_EQ(control_text("OK\n"), "OK");
    EXPECT_EQ(control_text(std::string_view("a\nb\n\0\0", 6)), "a\nb");
    EXPECT_EQ(control_text("\n"), "");
}

struct AProgram : ::testing::Test {
    AProgram() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
        fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        sockaddr_un address{AF_UNIX, {}};
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~AProgram() override {
        ::close(fd);
        std::filesystem::remove_all(directory);
    }
    [[nodiscard]] std::string path() const { return directory + "/program"; }
    /// What has come to it, answered.
    std::string hear(const std::string& answer) const {
        char text[256];
        sockaddr_un from{};
        socklen_t size = sizeof from;
        const ssize_t got = ::recvfrom(fd, text, sizeof text, 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (got < 0) return "nothing";
        EXPECT_EQ(::sendto(fd, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size),
                  static_cast<ssize_t>(answer.size()));
        return {text, static_cast<std::size_t>(got)};
    }

    std::string directory;
    int fd;
};

TEST_F(AProgram, IsAskedAndAnswers) {
    auto control = ControlSocket::open(path(), directory + "/own");
    ASSERT_TRUE(control);
    EXPECT_FALSE((*control)->receive());
    ASSERT_TRUE((*control)->send("PING"));
    EXPECT_EQ(hear("PONG\n"), "PING");
    EXPECT_EQ((*control)->receive(), "PONG\n");
    EXPECT_FALSE((*control)->receive());
    control->reset();
    EXPECT_FALSE(std::filesystem::exists(directory + "/own"));
}

TEST_F(AProgram, ThatIsNotThereIsAnError) {
    EXPECT_EQ(ControlSocket::open(directory + "/none", directory + "/own").error().code, ENOENT);
    EXPECT_EQ(ControlSocket::open(directory + "/" + std::string(120, 'x'), directory + "/own").error().code,
              ENAMETOOLONG);
    EXPECT_EQ(ControlSocket::open(path(), directory + "/" + std::string(120, 'x')).error().code, ENAMETOOLONG);
    EXPECT_FALSE(std::filesystem::exists(directory + "/own"));
    auto control = ControlSocket::open(path(), directory + "/own");
    ASSERT_TRUE(control);
    EXPECT_EQ(ControlSocket::open(path(), directory + "/own").error().code, EADDRINUSE);
    ::close(fd);
    EXPECT_EQ((*control)->send("PING").error().code, ECONNREFUSED);
}

}  // namespace
}  // namespace mlosim::host
