#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "fake_device.h"
#include "guest_end.h"
#include "vfio/session.h"

namespace mlosim::vfio::testing {

using wire::Command;

inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// A guest in front of a device, with a socket between them and nobody else.
class VfioSession : public ::testing::Test {
protected:
    VfioSession() {
        options.before_access = [this] {
            accesses++;
            if (in_between) in_between();
        };
        options.log = [this](std::string_view sentence) { sentences.emplace_back(sentence); };
        connect();
    }

    void connect() {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        session.reset();
        guest = GuestEnd(Descriptor(ends[0]));
        socket = Descriptor(ends[1]);
        channel = SocketChannel(ends[1]);
        session = std::make_unique<Session>(channel, device, options);
    }

    /// What the guest is told, its message and nothing else having come.
    Reply ask(Command command, const Packet& body = {}, std::initializer_list<int> descriptors = {}) {
        EXPECT_TRUE(guest.send(message_of(command, body, 0, ++id), descriptors));
        session->serve();
        const auto reply = guest.reply();
        EXPECT_TRUE(reply) << "no reply";
        if (!reply) return {};
        EXPECT_EQ(reply->header.id, id);
        EXPECT_EQ(reply->header.command, static_cast<std::uint16_t>(command));
        return *reply;
    }
    void attach() { ASSERT_TRUE(ask(Command::version, version).ok()); }
    Reply map(std::uint64_t address, std::uint64_t size, const Descriptor& file) {
        return ask(Command::dma_map, map_of(address, size), {file.get()});
    }
    static Packet map_of(std::uint64_t address, std::uint64_t size) {
        return body_of(wire::DmaMap{sizeof(wire::DmaMap), 3, 0, address, size});
    }
    static Packet irqs(std::uint32_t flags, std::uint32_t index, std::uint32_t start, std::uint32_t count) {
        return body_of(wire::IrqSet{sizeof(wire::IrqSet), flags, index, start, count});
    }
    static Packet access(std::uint64_t offset, std::uint32_t count, std::uint32_t region = region::bar0) {
        return body_of(wire::RegionAccess{offset, region, count});
    }
    static Packet write_of(std::uint64_t offset, const Packet& data, std::uint32_t region = region::bar0) {
        return body_of(wire::RegionAccess{offset, region, static_cast<std::uint32_t>(data.size())}, data);
    }

    const Packet version = body_of(wire::Version{0, 0}, Packet{'{', '}', 0});
    FakeDevice device;
    ServerOptions options;
    std::vector<std::string> sentences;
    int accesses = 0;
    std::function<void()> in_between;
    GuestEnd guest{Descriptor()};
    Descriptor socket;
    SocketChannel channel{-1};
    std::unique_ptr<Session> session;
    std::uint16_t id = 0;
};

}  // namespace mlosim::vfio::testing
