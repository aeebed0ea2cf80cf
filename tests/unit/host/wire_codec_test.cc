#include "host/wire_codec.h"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mlosim::host {
namespace {

using Packet = std::vector<std::uint8_t>;

template <class T>
Packet operator+(Packet packet, const T& object) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&object);
    packet.insert(packet.end(), bytes, bytes + sizeof object);
    return packet;
}

Packet operator+(Packet packet, const std::string& text) {
    packet.insert(packet.end(), text.begin(), text.end());
    return packet;
}

mlosim_hello hello(mlosim_role role) {
    mlosim_hello head{};
    head.magic = MLOSIM_WIRE_MAGIC;
    head.version = MLOSIM_WIRE_VERSION;
    head.role = static_cast<std::uint16_t>(role);
    head.cookie = 42;
    head.pid = 7;
    head.protocol = 16;
    head.type = 3;
    return head;
}

mlosim_call call(std::uint32_t op, std::size_t length, std::uint32_t arg0 = 0) {
    mlosim_call head{};
    head.op = op;
    head.length = static_cast<std::uint32_t>(length);
    head.arg[0] = arg0;
    return head;
}

Packet path_call(std::uint32_t op, const std::string& path, const std::string& data = {}) {
    return Packet{} + call(op, path.size() + data.size(), static_cast<std::uint32_t>(path.size())) + path + data;
}

TEST(WireCodec, AHelloOfANetlinkSocketIsUnderstood) {
    const auto greeting = parse_greeting(Packet{} + hello(MLOSIM_ROLE_NETLINK));
    ASSERT_TRUE(greeting);
    EXPECT_EQ(greeting->hello.cookie, 42U);
    EXPECT_EQ(greeting->hello.protocol, 16);
}

TEST(WireCodec, ACallBehindItsHelloIsUnderstood) {
    const Packet packet = Packet{} + hello(MLOSIM_ROLE_CALL);
    Packet whole = packet;
    const Packet rest = path_call(MLOSIM_OP_WRITE, "/sys/class/net/wlan0/mtu", "1400\n");
    whole.insert(whole.end(), rest.begin(), rest.end());
    const auto greeting = parse_greeting(whole);
    ASSERT_TRUE(greeting);
    EXPECT_EQ(greeting->call.path(), "/sys/class/net/wlan0/mtu");
    EXPECT_EQ(std::string(greeting->call.data().begin(), greeting->call.data().end()), "1400\n");
}

TEST(WireCodec, ADatagramIsWhatFollowsItsHeader) {
    mlosim_datagram head{};
    head.kind = MLOSIM_DATAGRAM;
    head.receive_size = 8192;
    const Packet packet = Packet{} + head + std::string("netlink");
    const auto datagram = parse_datagram(packet);
    ASSERT_TRUE(datagram);
    EXPECT_EQ(std::string(datagram->messages.begin(), datagram->messages.end()), "netlink");
    EXPECT_EQ(datagram->receive_size, 8192U);
}

TEST(WireCodec, HalfAHelloIsRefusedAtEveryLength) {
    const Packet whole = Packet{} + hello(MLOSIM_ROLE_NETLINK);
    for (std::size_t length = 0; length < whole.size(); length++)
        EXPECT_FALSE(parse_greeting(Bytes(whole).first(length))) << length;
}

TEST(WireCodec, HalfACallIsRefusedAtEveryLength) {
    const Packet whole = path_call(MLOSIM_OP_WRITE, "/sys/class/net/wlan0/mtu", "1400\n");
    for (std::size_t length = 0; length < whole.size(); length++)
        EXPECT_FALSE(parse_call(Bytes(whole).first(length))) << length;
}

struct BadInput {
    const char* why;
    Packet packet;
};

TEST(WireCodec, BadGreetingsAreRefused) {
    const auto changed = [](auto change) {
        mlosim_hello head = hello(MLOSIM_ROLE_NETLINK);
        change(head);
        return Packet{} + head;
    };
    const BadInput inputs[] = {
        {"another magic", changed([](auto& head) { head.magic++; })},
        {"a later version", changed([](auto& head) { head.version++; })},
        {"role 0", changed([](auto& head) { head.role = 0; })},
        {"a role nobody has", changed([](auto& head) { head.role = 99; })},
        {"no cookie", changed([](auto& head) { head.cookie = 0; })},
        {"something behind the hello", Packet{} + hello(MLOSIM_ROLE_NETLINK) + std::string("x")},
        {"a call without a call", Packet{} + hello(MLOSIM_ROLE_CALL)},
        {"a file without a path", Packet{} + hello(MLOSIM_ROLE_FILE)},
        {"a file that is opened by reading",
         Packet{} + hello(MLOSIM_ROLE_FILE) + call(MLOSIM_OP_READ, 2, 2) + std::string("/a")},
        {"a file with something to write already",
         Packet{} + hello(MLOSIM_ROLE_FILE) + call(MLOSIM_OP_WRITE, 3, 2) + std::string("/ab")},
    };
    for (const auto& input : inputs) {
        const auto greeting = parse_greeting(input.packet);
        ASSERT_FALSE(greeting) << input.why;
        EXPECT_EQ(greeting.error().code, EPROTO) << input.why;
    }
}

TEST(WireCodec, BadCallsAreRefused) {
    const BadInput inputs[] = {
        {"op 0", Packet{} + call(0, 0)},
        {"an op between the groups", Packet{} + call(12, 0)},
        {"an op nobody has", Packet{} + call(1000, 0)},
        {"a length beyond the packet", Packet{} + call(MLOSIM_OP_READ, 100, 2) + std::string("/a")},
        {"a length short of the packet", Packet{} + call(MLOSIM_OP_READ, 1, 1) + std::string("/a")},
        {"a path longer than the payload", Packet{} + call(MLOSIM_OP_READ, 2, 3) + std::string("/a")},
        {"a path length that wraps", Packet{} + call(MLOSIM_OP_READ, 2, 0xffffffffU) + std::string("/a")},
        {"an empty path", path_call(MLOSIM_OP_READ, "")},
        {"a relative path", path_call(MLOSIM_OP_READ, "sys")},
        {"a path with ..", path_call(MLOSIM_OP_READ, "/sys/../etc")},
        {"a path that ends in ..", path_call(MLOSIM_OP_READ, "/sys/..")},
        {"a path with .", path_call(MLOSIM_OP_READ, "/sys/./class")},
        {"a path with //", path_call(MLOSIM_OP_READ, "/sys//class")},
        {"a path that ends in /", path_call(MLOSIM_OP_READ, "/sys/")},
        {"a path with NUL", path_call(MLOSIM_OP_READ, std::string("/sy\0s", 5))},
        {"a path beyond PATH_MAX", path_call(MLOSIM_OP_READ, "/" + std::string(MLOSIM_WIRE_PATH_MAX, 'a'))},
        {"data where none belong", path_call(MLOSIM_OP_READ, "/a", "b")},
        {"more than a page to write", path_call(MLOSIM_OP_WRITE, "/a", std::string(MLOSIM_WIRE_WRITE_MAX + 1, 'x'))},
        {"more than a page to write to an open file",
         Packet{} + call(MLOSIM_OP_WRITE_OPEN, 4097) + std::string(4097, 'x')},
        {"half an ifreq", Packet{} + call(MLOSIM_OP_IOCTL, 20) + std::string(20, 0)},
        {"no ifreq", Packet{} + call(MLOSIM_OP_IOCTL, 0)},
        {"a bind with a payload", Packet{} + call(MLOSIM_OP_BIND, 1) + std::string("x")},
    };
    for (const auto& input : inputs) {
        const auto parsed = parse_call(input.packet);
        ASSERT_FALSE(parsed) << input.why;
        EXPECT_EQ(parsed.error().code, EPROTO) << input.why;
    }
}

TEST(WireCodec, BadDatagramsAreRefused) {
    const auto changed = [](auto change) {
        mlosim_datagram head{};
        head.kind = MLOSIM_DATAGRAM;
        change(head);
        return Packet{} + head + std::string("x");
    };
    const BadInput inputs[] = {
        {"nothing", {}},
        {"half a header", Packet(15)},
        {"no bytes", Packet{} + mlosim_datagram{MLOSIM_DATAGRAM, 0, 0, 0, 0}},
        {"an overrun from a program", changed([](auto& head) { head.kind = MLOSIM_OVERRUN; })},
        {"a kind nobody has", changed([](auto& head) { head.kind = 9; })},
        {"flags", changed([](auto& head) { head.flags = 1; })},
        {"a port", changed([](auto& head) { head.port = 1; })},
        {"a group", changed([](auto& head) { head.group = 1; })},
    };
    for (const auto& input : inputs)
        EXPECT_FALSE(parse_datagram(input.packet)) << input.why;
}

TEST(WireCodec, TheRootIsANormalisedPath) {
    EXPECT_TRUE(is_normalised_path("/"));
    EXPECT_TRUE(is_normalised_path("/a/..b/c."));
    EXPECT_FALSE(is_normalised_path("//"));
}

}  // namespace
}  // namespace mlosim::host
