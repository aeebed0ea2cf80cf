#include "vfio/server.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fake_device.h"
#include "guest_end.h"

namespace mlosim::vfio {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using wire::Command;

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

class VfioServer : public ::testing::Test {
protected:
    VfioServer() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
        path = directory + "/chip.sock";
        start();
    }
    ~VfioServer() override {
        server.reset();
        let_it_work();
        std::filesystem::remove_all(directory);
    }

    Result<std::unique_ptr<Server>> listen() {
        ServerOptions options;
        options.before_access = [this] {
            if (in_between) in_between();
        };
        options.log = [this](std::string_view sentence) { sentences.emplace_back(sentence); };
        options.version_within = version_within;
        return Server::listen(io, path, device, std::move(options));
    }
    void start() {
        auto listening = listen();
        ASSERT_TRUE(listening) << listening.error().message;
        server = std::move(*listening);
    }
    void let_it_work() {
        io.restart();
        io.poll();
    }
    [[nodiscard]] std::unique_ptr<GuestEnd> connect() const {
        Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = address_of(path);
        const int connected = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        return connected == 0 ? std::make_unique<GuestEnd>(std::move(socket)) : nullptr;
    }
    bool attach(GuestEnd& guest) {
        if (!guest.send(message_of(Command::version, body_of(wire::Version{}, Packet{0})))) return false;
        let_it_work();
        const auto reply = guest.reply();
        return reply && reply->ok();
    }

    std::string directory;
    std::string path;
    FakeDevice device;
    std::vector<std::string> sentences;
    std::function<void()> in_between;
    std::chrono::milliseconds version_within{10'000};
    boost::asio::io_context io;
    std::unique_ptr<Server> server;
};

TEST_F(VfioServer, TheSocketIsThisUsersAloneAndGoesWithTheServer) {
    struct stat status {};
    ASSERT_EQ(::lstat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    server.reset();
    EXPECT_NE(::lstat(path.c_str(), &status), 0);
}

TEST_F(VfioServer, AGuestIsServed) {
    const auto guest = connect();
    ASSERT_TRUE(guest);
    EXPECT_FALSE(server->has_guest());
    ASSERT_TRUE(attach(*guest));
    EXPECT_TRUE(server->has_guest());
    ASSERT_TRUE(guest->send(message_of(Command::device_get_info, body_of(wire::DeviceInfo{}))));
    let_it_work();
    EXPECT_TRUE(guest->reply()->ok());
}

TEST_F(VfioServer, OneGuestIsServedAfterTheOther) {
    auto first = connect();
    ASSERT_TRUE(attach(*first));
    const auto second = connect();
    EXPECT_FALSE(attach(*second));
    EXPECT_THAT(sentences, Contains(HasSubstr("another guest waits")));
    EXPECT_EQ(device.attachments, 1);
    first->close();
    let_it_work();
    EXPECT_EQ(device.detachments, 1);
    EXPECT_EQ(device.attachments, 2);
    EXPECT_TRUE(second->reply()->ok());
    EXPECT_TRUE(server->has_guest());
}

TEST_F(VfioServer, WhoSaysNothingLosesItsTurn) {
    server.reset();
    version_within = std::chrono::milliseconds(20);
    start();
    const auto silent = connect();
    let_it_work();
    const auto guest = connect();
    ASSERT_TRUE(guest->send(message_of(Command::version, body_of(wire::Version{}, Packet{0}))));
    let_it_work();
    EXPECT_FALSE(server->has_guest());
    io.restart();
    io.run_for(std::chrono::milliseconds(60));
    EXPECT_THAT(sentences, Contains(HasSubstr("has left the device: it says no VERSION")));
    EXPECT_TRUE(server->has_guest());
    io.restart();
    io.run_for(std::chrono::milliseconds(60));
    EXPECT_TRUE(server->has_guest()) << "it has said its VERSION";
}

TEST_F(VfioServer, AGuestThatSendsRubbishIsLeftAndTheNextIsServed) {
    const auto first = connect();
    ASSERT_TRUE(attach(*first));
    ASSERT_TRUE(first->send(Packet(64, 0xff)));
    let_it_work();
    EXPECT_TRUE(first->at_end());
    EXPECT_EQ(device.detachments, 1);
    EXPECT_FALSE(server->has_guest());
    EXPECT_THAT(sentences, Contains(HasSubstr("it sent a message of 4294967295 octets")));
    const auto second = connect();
    EXPECT_TRUE(attach(*second));
}

TEST_F(VfioServer, AFloodIsServedToItsEnd) {
    const auto guest = connect();
    ASSERT_TRUE(attach(*guest));
    const Packet write = message_of(Command::region_write, body_of(wire::RegionAccess{0, 0, 4}, Packet{1, 2, 3, 4}),
                                    wire::flag::no_reply);
    Packet flood;
    for (int i = 0; i < 2000; i++)
        flood.insert(flood.end(), write.begin(), write.end());
    ASSERT_TRUE(guest->send(flood));
    let_it_work();
    EXPECT_EQ(device.writes, 2000);
}

TEST_F(VfioServer, ALargeReplyFollowsWhenThereIsRoom) {
    const auto guest = connect();
    ASSERT_TRUE(attach(*guest));
    ASSERT_TRUE(guest->send(message_of(Command::region_read, body_of(wire::RegionAccess{0, 0, wire::max_data}))));
    let_it_work();
    std::optional<Reply> reply;
    for (int i = 0; i < 1000 && !(reply = guest->reply()); i++)
        let_it_work();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body.size(), 16 + wire::max_data);
}

TEST_F(VfioServer, AGuestThatDiesWithoutReadingIsNoticed) {
    auto guest = connect();
    ASSERT_TRUE(attach(*guest));
    ASSERT_TRUE(guest->send(message_of(Command::region_read, body_of(wire::RegionAccess{0, 0, wire::max_data}))));
    let_it_work();
    guest->close();
    let_it_work();
    EXPECT_FALSE(server->has_guest());
    EXPECT_EQ(device.detachments, 1);
}

TEST_F(VfioServer, TheSocketOfADaemonThatWasKilledIsReplaced) {
    server.reset();
    {
        const Descriptor abandoned(::socket(AF_UNIX, SOCK_STREAM, 0));
        const auto address = address_of(path);
        ASSERT_EQ(::bind(abandoned.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    start();
    const auto guest = connect();
    EXPECT_TRUE(attach(*guest));
}

TEST_F(VfioServer, ASocketThatServesAndAFileAreLeftAlone) {
    const auto second = listen();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, EADDRINUSE);
    let_it_work();
    const auto guest = connect();
    EXPECT_TRUE(attach(*guest)) << "the first one goes on";
    server.reset();
    std::ofstream(path) << "a diary";
    EXPECT_FALSE(listen());
    EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(VfioServer, APathThatCannotBeIsAnError) {
    server.reset();
    const std::string good = std::exchange(path, std::string(200, 'x'));
    EXPECT_EQ(listen().error().code, ENAMETOOLONG);
    path = "";
    EXPECT_FALSE(listen());
    path = directory + "/missing/chip.sock";
    EXPECT_EQ(listen().error().code, ENOENT);
    path = good;
}

TEST_F(VfioServer, TheWorldMayTakeTheDeviceAwayDuringAnAccess) {
    const auto guest = connect();
    ASSERT_TRUE(attach(*guest));
    in_between = [this] { server.reset(); };
    ASSERT_TRUE(guest->send(message_of(Command::device_reset)));
    let_it_work();
    EXPECT_EQ(device.resets, 0);
    EXPECT_EQ(device.detachments, 1);
    EXPECT_TRUE(guest->at_end());
}

TEST_F(VfioServer, ManyGuestsLeaveNothingBehind) {
    const auto open = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
    const auto before = open();
    const Descriptor ram = memory_file(4096, 0);
    for (int i = 0; i < 100; i++) {
        const auto guest = connect();
        ASSERT_TRUE(attach(*guest));
        const Packet map = message_of(Command::dma_map, body_of(wire::DmaMap{32, 3, 0, 0, 4096}));
        ASSERT_TRUE(guest->send(map, {ram.get()}));
        ASSERT_TRUE(guest->send(std::span(map).first(20), {ram.get()}));
        if (i % 2 == 0) let_it_work();
    }
    let_it_work();
    EXPECT_EQ(open(), before + 1);
    EXPECT_EQ(device.attachments, 100);
    EXPECT_EQ(device.detachments, 100);
}

}  // namespace
}  // namespace mlosim::vfio
