// Bridges over rtnetlink: made, filled, watched, as a kernel has them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#include "mld/bridge.h"
#include "mld/veth.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "netlink/route.h"
#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
constexpr std::size_t link_header = sizeof(ifinfomsg);

const ieee80211::MacAddress alice = *ieee80211::MacAddress::parse("02:aa:00:00:00:01");

class BridgesByNetlink : public testing::Test {
protected:
    SmallWorld small;
    mld::Radio& radio = small.add_radio();
    Program program{small.core, Protocol::route};
    Program listener{small.core, Protocol::route, {.pid = 99, .uid = 0}};

    void SetUp() override {
        small.core.set_option(program.socket(), SocketOption::ext_ack, true);
        small.core.set_option(program.socket(), SocketOption::cap_ack, true);
        mld::Wdev& wdev = *port().wdev();
        ASSERT_TRUE(wdev.wiphy().change_interface(wdev, {.type = mld::InterfaceType::ap}));
        for (const std::uint32_t group : {RTNLGRP_LINK, RTNLGRP_NEIGH})
            ASSERT_TRUE(small.core.set_membership(listener.socket(), group, true));
    }
    mld::Netdev& port() { return *small.world.find_netdev("wlan0"); }
    static int index(const mld::Netdev& netdev) { return static_cast<int>(netdev.index().value); }

    static MessageBuilder link(std::uint16_t type, int index, std::uint16_t flags = 0) {
        MessageBuilder message(
            {.type = type, .flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK), .seq = 5});
        ifinfomsg header{};
        header.ifi_index = index;
        message.put_header(header);
        return message;
    }
    int ask(MessageBuilder& message) { return program.ask(message).at(0).error(); }
    int make(std::string_view name, std::string_view kind) {
        MessageBuilder message = link(RTM_NEWLINK, 0, NLM_F_CREATE | NLM_F_EXCL);
        message.put_string(IFLA_IFNAME, name);
        {
            auto info = message.nest_noflag(IFLA_LINKINFO);
            message.put_string(IFLA_INFO_KIND, kind);
        }
        return ask(message);
    }
    int set_master(const mld::Netdev& netdev, std::uint32_t master) {
        MessageBuilder message = link(RTM_NEWLINK, index(netdev));
        message.put_u32(IFLA_MASTER, master);
        return ask(message);
    }
    int neighbour(std::uint16_t type, const mld::Netdev& netdev, std::uint16_t state, std::uint8_t flags,
                  std::uint16_t nlmsg_flags = 0) {
        MessageBuilder message(
            {.type = type, .flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | nlmsg_flags), .seq = 6});
        ndmsg header{};
        header.ndm_family = AF_BRIDGE;
        header.ndm_ifindex = index(netdev);
        header.ndm_state = state;
        header.ndm_flags = flags;
        message.put_header(header);
        message.put_mac(NDA_LLADDR, alice);
        return ask(message);
    }
    /// What the listener heard: "new br0", "del port of bridge wlan0", "new neighbour" …
    std::vector<std::string> heard() {
        std::vector<std::string> lines;
        for (const Received& message : listener.take()) {
            const bool removed = message.type() == RTM_DELLINK || message.type() == RTM_DELNEIGH;
            std::string line = removed ? "del " : "new ";
            const std::uint8_t family = message.bytes.at(NLMSG_HDRLEN);
            if (message.type() == RTM_NEWNEIGH || message.type() == RTM_DELNEIGH) {
                line += "neighbour";
            } else {
                line += std::string(message.find(IFLA_IFNAME, link_header)->string());
                if (family == AF_BRIDGE) line += " as a port";
                if (family != AF_BRIDGE && message.find(IFLA_MASTER, link_header)) line += " with a master";
            }
            lines.push_back(std::move(line));
        }
        return lines;
    }
};

TEST_F(BridgesByNetlink, AreMadeAndEnded) {
    EXPECT_EQ(make("br0", "bridge"), 0);
    EXPECT_EQ(make("br0", "bridge"), -EEXIST);
    mld::Netdev& device = *small.world.find_netdev("br0");
    ASSERT_NE(small.world.bridges().find(device), nullptr);
    MessageBuilder get = link(RTM_GETLINK, index(device));
    const auto answer = program.ask(get).at(0);
    const auto info = answer.find(IFLA_LINKINFO, link_header);
    ASSERT_TRUE(info);
    MessageBuilder end = link(RTM_DELLINK, index(device));
    EXPECT_EQ(ask(end), 0);
    EXPECT_EQ(small.world.find_netdev("br0"), nullptr);
}

TEST_F(BridgesByNetlink, TellWhoseNameIsMissing) {
    MessageBuilder message = link(RTM_NEWLINK, 0, NLM_F_CREATE | NLM_F_EXCL);
    {
        auto info = message.nest_noflag(IFLA_LINKINFO);
        message.put_string(IFLA_INFO_KIND, "bridge");
    }
    EXPECT_EQ(ask(message), 0);
    EXPECT_NE(small.world.find_netdev("bridge0"), nullptr);
    EXPECT_EQ(make("x0", "vxlan"), -EOPNOTSUPP);
}

TEST_F(BridgesByNetlink, AnnounceAPortAsTheKernelDoes) {
    mld::Bridge& bridge = **small.world.bridges().add("br0");
    ASSERT_TRUE(bridge.device().set_up(true));
    (void)heard();
    EXPECT_EQ(set_master(port(), bridge.device().index().value), 0);
    EXPECT_THAT(heard(), ElementsAre("new wlan0 with a master", "new wlan0 with a master", "new neighbour",
                                     "new wlan0 as a port", "del neighbour", "new br0"));
    EXPECT_EQ(set_master(port(), bridge.device().index().value), 0);
    EXPECT_THAT(heard(), IsEmpty()) << "twice is once";
    EXPECT_EQ(set_master(port(), 0), 0);
    EXPECT_THAT(heard(), ElementsAre("new wlan0 with a master", "new wlan0 as a port", "del wlan0 as a port",
                                     "new wlan0", "del neighbour", "new br0"));
}

TEST_F(BridgesByNetlink, LeaveTheOldMasterEvenIfTheNewOneRefuses) {
    mld::Bridge& bridge = **small.world.bridges().add("br0");
    ASSERT_EQ(set_master(port(), bridge.device().index().value), 0);
    EXPECT_EQ(set_master(port(), small.world.find_netdev("lo")->index().value), -EOPNOTSUPP);
    EXPECT_TRUE(bridge.ports().empty());
    EXPECT_EQ(set_master(port(), 4711), -EINVAL);
}

TEST_F(BridgesByNetlink, TakeAddressesByHand) {
    mld::Bridge& bridge = **small.world.bridges().add("br0");
    constexpr std::uint16_t add = NLM_F_CREATE | NLM_F_EXCL;
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, port(), NUD_PERMANENT, NTF_MASTER, add), -EOPNOTSUPP) << "no port";
    ASSERT_TRUE(bridge.add_port(port()));
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, port(), NUD_PERMANENT, NTF_MASTER), -ENOENT) << "without NLM_F_CREATE";
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, port(), NUD_REACHABLE, NTF_MASTER, add), -EPERM) << "a port that is down";
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, port(), NUD_STALE, NTF_MASTER, add), -EINVAL);
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, port(), NUD_NOARP, NTF_MASTER, add), 0);
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, port(), NUD_NOARP, NTF_MASTER, add), -EEXIST);
    EXPECT_EQ(bridge.table().entries().at(alice).kind, mld::BridgeEntryKind::fixed);
    EXPECT_EQ(neighbour(RTM_DELNEIGH, port(), 0, NTF_MASTER), 0);
    EXPECT_EQ(neighbour(RTM_DELNEIGH, port(), 0, NTF_MASTER), -ENOENT);
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, bridge.device(), NUD_NOARP, NTF_SELF, add), -EINVAL) << "only for good";
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, bridge.device(), NUD_PERMANENT, NTF_SELF, add), 0);
    EXPECT_EQ(neighbour(RTM_NEWNEIGH, *small.world.find_netdev("lo"), NUD_PERMANENT, NTF_MASTER, add), -EINVAL);
}

TEST_F(BridgesByNetlink, ListAddressesAndPorts) {
    mld::Bridge& bridge = **small.world.bridges().add("br0");
    ASSERT_TRUE(bridge.add_port(port()));
    for (const std::uint16_t type : {RTM_GETNEIGH, RTM_GETLINK}) {
        MessageBuilder message({.type = type, .flags = NLM_F_REQUEST | NLM_F_DUMP, .seq = 7});
        if (type == RTM_GETNEIGH) {
            ndmsg header{};
            header.ndm_family = AF_BRIDGE;
            message.put_header(header);
        } else {
            ifinfomsg header{};
            header.ifi_family = AF_BRIDGE;
            message.put_header(header);
        }
        const auto answers = program.ask(message);
        ASSERT_THAT(answers, SizeIs(2)) << "one, and DONE";
        EXPECT_EQ(answers[0].bytes.at(NLMSG_HDRLEN), AF_BRIDGE);
    }
}

TEST_F(BridgesByNetlink, TakeSettingsOfBridgesAndPorts) {
    mld::Bridge& bridge = **small.world.bridges().add("br0");
    ASSERT_TRUE(bridge.add_port(port()));
    const auto set = [&](const mld::Netdev& netdev, std::uint16_t data, auto fill) {
        MessageBuilder message = link(RTM_NEWLINK, index(netdev));
        {
            auto info = message.nest_noflag(IFLA_LINKINFO);
            message.put_string(data == IFLA_INFO_DATA ? IFLA_INFO_KIND : IFLA_INFO_SLAVE_KIND, "bridge");
            auto inner = message.nest_noflag(data);
            fill(message);
        }
        return ask(message);
    };
    EXPECT_EQ(set(bridge.device(), IFLA_INFO_DATA, [](MessageBuilder& m) { m.put_u32(IFLA_BR_AGEING_TIME, 100); }), 0);
    EXPECT_EQ(bridge.table().ageing_time(), std::chrono::seconds(1));
    EXPECT_EQ(set(bridge.device(), IFLA_INFO_DATA, [](MessageBuilder& m) { m.put_u32(IFLA_BR_STP_STATE, 1); }),
              -EOPNOTSUPP);
    EXPECT_EQ(set(bridge.device(), IFLA_INFO_DATA, [](MessageBuilder& m) { m.put_u32(IFLA_BR_MAX_AGE, 1); }), -ERANGE);
    EXPECT_EQ(set(port(), IFLA_INFO_SLAVE_DATA, [](MessageBuilder& m) { m.put_u8(IFLA_BRPORT_MODE, 1); }), 0);
    EXPECT_TRUE(bridge.find_port(port().index())->hairpin);
    EXPECT_EQ(set(port(), IFLA_INFO_SLAVE_DATA, [](MessageBuilder& m) { m.put_u8(IFLA_BRPORT_GUARD, 1); }),
              -EOPNOTSUPP);
    EXPECT_EQ(set(port(), IFLA_INFO_DATA, [](MessageBuilder& m) { m.put_u32(IFLA_BR_AGEING_TIME, 1); }), -EOPNOTSUPP);
}

TEST_F(BridgesByNetlink, MakeCables) {
    MessageBuilder message = link(RTM_NEWLINK, 0, NLM_F_CREATE | NLM_F_EXCL);
    message.put_string(IFLA_IFNAME, "here");
    {
        auto info = message.nest_noflag(IFLA_LINKINFO);
        message.put_string(IFLA_INFO_KIND, "veth");
        auto data = message.nest_noflag(IFLA_INFO_DATA);
        MessageBuilder peer({});
        ifinfomsg header{};
        peer.put_header(header);
        peer.put_string(IFLA_IFNAME, "there");
        message.put(VETH_INFO_PEER, std::span(peer.bytes()).subspan(NLMSG_HDRLEN));
    }
    EXPECT_EQ(ask(message), 0);
    const mld::Netdev* here = small.world.find_netdev("here");
    const mld::Netdev* there = small.world.find_netdev("there");
    ASSERT_TRUE(here != nullptr && there != nullptr);
    EXPECT_EQ(small.world.veth_pairs().peer_of(*here), there);
    MessageBuilder end = link(RTM_DELLINK, index(*there));
    EXPECT_EQ(ask(end), 0);
    EXPECT_EQ(small.world.find_netdev("here"), nullptr);
}

}  // namespace
}  // namespace mlosim::netlink::test
