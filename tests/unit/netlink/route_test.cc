#include "netlink/route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "netlink/detail/link_attributes.h"
#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

using testing::SizeIs;
constexpr std::size_t link_header = sizeof(ifinfomsg);

class RouteTest : public testing::Test {
protected:
    SmallWorld small;
    mld::Radio& radio = small.add_radio();
    Program program{small.core, Protocol::route};
    Program listener{small.core, Protocol::route, {.pid = 99, .uid = 0}};

    void SetUp() override {
        ASSERT_TRUE(small.core.set_membership(listener.socket(), RTNLGRP_LINK, true));
        small.core.set_option(program.socket(), SocketOption::ext_ack, true);
        small.core.set_option(program.socket(), SocketOption::cap_ack, true);
    }
    [[nodiscard]] mld::Netdev& wlan0() { return *small.world.find_netdev("wlan0"); }

    static MessageBuilder link_request(std::uint16_t type, int index, std::uint32_t flags = 0, std::uint32_t change = 0,
                                       std::uint16_t nlmsg_flags = NLM_F_ACK) {
        MessageBuilder message(
            {.type = type, .flags = static_cast<std::uint16_t>(nlmsg_flags | NLM_F_REQUEST), .seq = 5});
        ifinfomsg header{};
        header.ifi_index = index;
        header.ifi_flags = flags;
        header.ifi_change = change;
        message.put_header(header);
        return message;
    }
    int index() { return static_cast<int>(wlan0().index().value); }

    static const ifinfomsg& header_of(const Received& message) {
        return *reinterpret_cast<const ifinfomsg*>(message.bytes.data() + NLMSG_HDRLEN);
    }
};

TEST_F(RouteTest, FindsALinkByItsName) {
    MessageBuilder request = link_request(RTM_GETLINK, 0, 0, 0, 0);
    request.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS | detail::rtext_filter_name_only);
    request.put_string(IFLA_IFNAME, "wlan0");
    const auto answers = program.ask(request);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].bytes.size(), 44U) << "header and name, as the oracle's kernel answers";
    EXPECT_EQ(header_of(answers[0]).ifi_index, index());
    EXPECT_EQ(header_of(answers[0]).ifi_type, 1);
    EXPECT_EQ(header_of(answers[0]).ifi_flags, 0x1002U);
    EXPECT_EQ(answers[0].find(IFLA_IFNAME, link_header)->string(), "wlan0");
}

TEST_F(RouteTest, TellsALinkInTheKernelsOrder) {
    const auto answers = program.ask(link_request(RTM_GETLINK, index(), 0, 0, 0));
    std::vector<int> types;
    for (const Attribute attribute : answers.at(0).attributes(link_header))
        types.push_back(attribute.type());
    EXPECT_THAT(types, testing::ElementsAre(
                           IFLA_IFNAME, IFLA_TXQLEN, IFLA_OPERSTATE, IFLA_LINKMODE, detail::ifla_netns_immutable,
                           IFLA_MTU, IFLA_MIN_MTU, IFLA_MAX_MTU, IFLA_GROUP, IFLA_PROMISCUITY, IFLA_ALLMULTI,
                           IFLA_NUM_TX_QUEUES, IFLA_GSO_MAX_SEGS, IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE,
                           detail::ifla_gso_ipv4_max_size, detail::ifla_gro_ipv4_max_size, IFLA_TSO_MAX_SIZE,
                           IFLA_TSO_MAX_SEGS, detail::ifla_max_pacing_offload_horizon, IFLA_NUM_RX_QUEUES, IFLA_CARRIER,
                           IFLA_CARRIER_CHANGES, IFLA_CARRIER_UP_COUNT, IFLA_CARRIER_DOWN_COUNT, detail::ifla_headroom,
                           detail::ifla_tailroom, IFLA_PROTO_DOWN, IFLA_ADDRESS, IFLA_BROADCAST, IFLA_STATS64,
                           IFLA_STATS, IFLA_XDP, IFLA_PERM_ADDRESS, IFLA_QDISC, IFLA_AF_SPEC, IFLA_MAP,
                           IFLA_PARENT_DEV_NAME, detail::ifla_devlink_port, detail::ifla_dpll_pin));
    EXPECT_EQ(answers[0].find(IFLA_MIN_MTU, link_header)->u32(), 256U);
    EXPECT_EQ(answers[0].find(IFLA_MAX_MTU, link_header)->u32(), 2304U);
    EXPECT_EQ(answers[0].find(IFLA_QDISC, link_header)->string(), "noop");
    EXPECT_EQ(answers[0].find(IFLA_PARENT_DEV_NAME, link_header)->string(), "hwsim0");
    EXPECT_EQ(answers[0].find(IFLA_STATS64, link_header)->size(), 200U);
    EXPECT_EQ(answers[0].find(IFLA_STATS, link_header)->size(), 96U);
}

TEST_F(RouteTest, DumpsAllLinksAndThenDoneByItself) {
    small.add_radio();
    const auto answers = program.ask(link_request(RTM_GETLINK, 0, 0, 0, NLM_F_DUMP));
    ASSERT_THAT(answers, SizeIs(4));
    EXPECT_EQ(answers[0].find(IFLA_IFNAME, link_header)->string(), "lo");
    EXPECT_EQ(answers[1].find(IFLA_IFNAME, link_header)->string(), "wlan0");
    EXPECT_EQ(answers[2].find(IFLA_IFNAME, link_header)->string(), "wlan1");
    EXPECT_EQ(answers[3].type(), NLMSG_DONE);
    EXPECT_NE(answers[3].datagram, answers[2].datagram);
}

TEST_F(RouteTest, BringsALinkUpAndDownAndTellsTheListeners) {
    EXPECT_EQ(program.ask(link_request(RTM_NEWLINK, index(), IFF_UP, IFF_UP)).at(0).error(), 0);
    EXPECT_TRUE(wlan0().is_up());
    auto events = listener.take();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events[0].type(), RTM_NEWLINK);
    EXPECT_EQ(header_of(events[0]).ifi_change, std::uint32_t{IFF_UP});
    EXPECT_TRUE(header_of(events[0]).ifi_flags & IFF_UP);
    EXPECT_EQ(events[0].find(IFLA_QDISC, link_header)->string(), "noqueue");

    EXPECT_EQ(program.ask(link_request(RTM_NEWLINK, index(), IFF_UP, IFF_UP)).at(0).error(), 0);
    EXPECT_THAT(listener.take(), SizeIs(0)) << "twice is once";
    EXPECT_EQ(program.ask(link_request(RTM_NEWLINK, index(), 0, IFF_UP)).at(0).error(), 0);
    EXPECT_FALSE(wlan0().is_up());
    EXPECT_EQ(program.ask(link_request(RTM_GETLINK, index(), 0, 0, 0)).at(0).find(IFLA_QDISC, link_header)->string(),
              "noqueue");
}

TEST_F(RouteTest, ChangesNameAddressMtuQueueAndMode) {
    MessageBuilder request = link_request(RTM_SETLINK, index());
    request.put_string(IFLA_IFNAME, "left0");
    request.put_mac(IFLA_ADDRESS, *ieee80211::MacAddress::parse("02:00:00:00:00:aa"));
    request.put_u32(IFLA_MTU, 1400);
    request.put_u32(IFLA_TXQLEN, 17);
    request.put_u8(IFLA_LINKMODE, 1);
    mld::Netdev& netdev = wlan0();
    EXPECT_EQ(program.ask(request).at(0).error(), 0);
    EXPECT_EQ(netdev.name(), "left0");
    EXPECT_EQ(netdev.address().to_string(), "02:00:00:00:00:aa");
    EXPECT_EQ(netdev.mtu(), 1400U);
    EXPECT_EQ(netdev.tx_queue_length(), 17U);
    EXPECT_EQ(netdev.link_mode(), mld::LinkMode::dormant);
}

struct Refusal {
    const char* why;
    std::uint16_t type;
    int index;  ///< -100: wlan0's
    std::uint16_t flags;
    std::function<void(MessageBuilder&)> fill;
    int error;
    const char* message;
};

TEST_F(RouteTest, RefusesWithTheKernelsErrors) {
    const auto nothing = [](MessageBuilder&) {};
    const auto mtu = [](std::uint32_t value) { return [value](MessageBuilder& m) { m.put_u32(IFLA_MTU, value); }; };
    const std::vector<Refusal> refusals = {
        {"no such index", RTM_GETLINK, 4711, 0, nothing, ENODEV, ""},
        {"nothing named", RTM_GETLINK, 0, 0, nothing, EINVAL, ""},
        {"no such name", RTM_GETLINK, 0, 0, [](MessageBuilder& m) { m.put_string(IFLA_IFNAME, "nix"); }, ENODEV, ""},
        {"name too long", RTM_GETLINK, 0, 0, [](MessageBuilder& m) { m.put_string(IFLA_IFNAME, "sixteencharacter"); },
         ERANGE, "Attribute failed policy validation"},
        {"mtu too small", RTM_NEWLINK, -100, 0, mtu(255), EINVAL, "mtu less than device minimum"},
        {"mtu too large", RTM_NEWLINK, -100, 0, mtu(2305), EINVAL, "mtu greater than device maximum"},
        {"negative index", RTM_NEWLINK, -1, 0, nothing, EINVAL, "ifindex can't be negative"},
        {"exclusive", RTM_NEWLINK, -100, NLM_F_CREATE | NLM_F_EXCL, nothing, EEXIST, ""},
        {"replace", RTM_NEWLINK, -100, NLM_F_REPLACE, nothing, EOPNOTSUPP, ""},
        {"creates a device", RTM_NEWLINK, 0, NLM_F_CREATE | NLM_F_EXCL,
         [](MessageBuilder& m) { m.put_string(IFLA_IFNAME, "veth0"); }, EOPNOTSUPP, "Unknown device type"},
        {"half an address", RTM_NEWLINK, -100, 0,
         [](MessageBuilder& m) {
             m.put(IFLA_ADDRESS, std::array<std::uint8_t, 3>{2, 0, 0});
         },
         EINVAL, ""},
        {"group address", RTM_NEWLINK, -100, 0,
         [](MessageBuilder& m) { m.put_mac(IFLA_ADDRESS, ieee80211::MacAddress::broadcast()); }, EADDRNOTAVAIL, ""},
        {"a name that is taken", RTM_NEWLINK, -100, 0, [](MessageBuilder& m) { m.put_string(IFLA_IFNAME, "lo"); },
         EEXIST, ""},
        {"a name with a slash", RTM_NEWLINK, -100, 0, [](MessageBuilder& m) { m.put_string(IFLA_IFNAME, "a/b"); },
         EINVAL, ""},
        {"carrier", RTM_NEWLINK, -100, 0, [](MessageBuilder& m) { m.put_u8(IFLA_CARRIER, 1); }, EOPNOTSUPP, ""},
        {"a master that is none", RTM_NEWLINK, -100, 0, [](MessageBuilder& m) { m.put_u32(IFLA_MASTER, 1); },
         EOPNOTSUPP, ""},
        {"a master that is not there", RTM_NEWLINK, -100, 0, [](MessageBuilder& m) { m.put_u32(IFLA_MASTER, 99); },
         EINVAL, ""},
        {"protodown", RTM_NEWLINK, -100, 0, [](MessageBuilder& m) { m.put_u8(IFLA_PROTO_DOWN, 1); }, EOPNOTSUPP,
         "Protodown not supported by device"},
        {"two namespaces", RTM_NEWLINK, -100, 0,
         [](MessageBuilder& m) {
             m.put_u32(IFLA_NET_NS_PID, 1);
             m.put_u32(IFLA_NET_NS_FD, 1);
         },
         EINVAL, "multiple netns identifying attributes specified"},
        {"deleting a wireless interface", RTM_DELLINK, -100, 0, nothing, EOPNOTSUPP, ""},
        {"deleting what is not there", RTM_DELLINK, 4711, 0, nothing, ENODEV, ""},
        {"a message that we do not know", RTM_NEWADDR, 0, 0, nothing, EOPNOTSUPP, ""},
    };
    for (const Refusal& refusal : refusals) {
        MessageBuilder request = link_request(refusal.type, refusal.index == -100 ? index() : refusal.index, 0, 0,
                                              static_cast<std::uint16_t>(refusal.flags | NLM_F_ACK));
        refusal.fill(request);
        const auto answers = program.ask(request);
        ASSERT_THAT(answers, SizeIs(1)) << refusal.why;
        EXPECT_EQ(answers[0].error(), -refusal.error) << refusal.why;
        EXPECT_EQ(answers[0].ack_message(), refusal.message) << refusal.why;
    }
}

TEST_F(RouteTest, ChecksStrictlyWhereAsked) {
    small.core.set_option(program.socket(), SocketOption::strict_check, true);
    const auto one = program.ask(link_request(RTM_GETLINK, index(), IFF_UP));
    EXPECT_EQ(one.at(0).error(), -EINVAL);
    EXPECT_EQ(one.at(0).ack_message(), "Invalid values in header for get link request");
    const auto all = program.ask(link_request(RTM_GETLINK, index(), 0, 0, NLM_F_DUMP));
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0].type(), NLMSG_DONE);
    EXPECT_EQ(all[0].error(), -EINVAL);
    EXPECT_EQ(all[0].ack_message(), "Filter by device index not supported for link dumps");
}

TEST_F(RouteTest, AnswersTheOtherDumpsOfAMachineWithoutANetwork) {
    MessageBuilder addresses({.type = RTM_GETADDR, .flags = NLM_F_REQUEST | NLM_F_DUMP});
    addresses.put_header(ifaddrmsg{});
    const auto found = program.ask(addresses);
    ASSERT_THAT(found, SizeIs(3)) << "127.0.0.1, ::1, DONE";
    MessageBuilder routes({.type = RTM_GETROUTE, .flags = NLM_F_REQUEST | NLM_F_DUMP});
    routes.put_header(rtmsg{});
    EXPECT_THAT(program.ask(routes), SizeIs(1));
}

TEST_F(RouteTest, LetsStrangersLookButNotTouch) {
    Program stranger{small.core, Protocol::route, {.pid = 7, .uid = 12345}};
    EXPECT_EQ(stranger.ask(link_request(RTM_NEWLINK, index(), IFF_UP, IFF_UP)).at(0).error(), -EPERM);
    EXPECT_EQ(stranger.ask(link_request(RTM_GETLINK, index(), 0, 0, 0)).at(0).type(), RTM_NEWLINK);
}

TEST_F(RouteTest, TellsOfDevicesThatComeAndGo) {
    (void)listener.take();
    const mld::RadioIndex second = small.add_radio().index;
    auto events = listener.take();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].type(), RTM_NEWLINK);
    EXPECT_EQ(header_of(events[0]).ifi_change, ~0U);
    EXPECT_EQ(events[0].group, std::uint32_t{RTNLGRP_LINK});
    small.world.remove_radio(second);
    events = listener.take();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().type(), RTM_DELLINK);
}

}  // namespace
}  // namespace mlosim::netlink::test
