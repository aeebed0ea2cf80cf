// Bridges as access points use them: ports, addresses that are learnt, where frames go.

#include "mld/bridge.h"

#include "mld/veth.h"
#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using ieee80211::MacAddress;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const MacAddress alice = *MacAddress::parse("02:aa:00:00:00:01");
const MacAddress bob = *MacAddress::parse("02:bb:00:00:00:01");

/// Frames that passed devices, as "wlan0 out".
class Passed final : public Events {
public:
    void frame_passed(Netdev& netdev, FrameDirection direction, ieee80211::ByteView) override {
        lines.push_back(netdev.name() + (direction == FrameDirection::outgoing ? " out" : " in"));
    }
    std::vector<std::string> lines;
};

class TwoPortBridge : public WorldTest {
protected:
    TwoPortBridge() {
        for (Netdev* port : {&first, &second}) {
            EXPECT_TRUE(port->wdev()->wiphy().change_interface(*port->wdev(), {.type = InterfaceType::ap}));
            EXPECT_TRUE(port->set_up(true));
            port->set_carrier(true);
            EXPECT_TRUE(bridge.add_port(*port));
        }
        EXPECT_TRUE(bridge.device().set_up(true));
        run_for(0s);
        world.subscribe(passed);
    }
    ~TwoPortBridge() override { world.unsubscribe(passed); }

    static ieee80211::Bytes frame(const MacAddress& to, const MacAddress& from) {
        ieee80211::Bytes out(to.octets().begin(), to.octets().end());
        out.insert(out.end(), from.octets().begin(), from.octets().end());
        out.insert(out.end(), {0x88, 0xb5, 1, 2, 3});
        return out;
    }
    std::vector<std::string> taken() { return std::exchange(passed.lines, {}); }

    Bridge& bridge = **world.bridges().add("br0");
    Netdev& first = netdev_after_radio("wlan0");
    Netdev& second = netdev_after_radio("wlan1");
    Passed passed;

private:
    Netdev& netdev_after_radio(std::string_view name) {
        while (world.find_netdev(name) == nullptr)
            add_radio();
        return *world.find_netdev(name);
    }
};

TEST_F(TwoPortBridge, WhatIsForEverybodyLeavesByTheOtherPortAndComesUp) {
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in", "wlan1 out", "br0 in"));
}

TEST_F(TwoPortBridge, AnAddressThatSentIsFoundWhereItIs) {
    first.received(frame(MacAddress::broadcast(), alice));
    second.received(frame(alice, bob));
    passed.lines.clear();
    ASSERT_TRUE(bridge.device().transmit(frame(alice, bridge.device().address())));
    EXPECT_THAT(taken(), ElementsAre("br0 out", "wlan0 out"));
    ASSERT_TRUE(bridge.device().transmit(frame(bob, bridge.device().address())));
    EXPECT_THAT(taken(), ElementsAre("br0 out", "wlan1 out"));
}

TEST_F(TwoPortBridge, AnUnknownAddressIsLookedForEverywhere) {
    ASSERT_TRUE(bridge.device().transmit(frame(alice, bridge.device().address())));
    EXPECT_THAT(taken(), ElementsAre("br0 out", "wlan0 out", "wlan1 out"));
}

TEST_F(TwoPortBridge, WhatIsForAPortComesUp) {
    first.received(frame(second.address(), alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in", "br0 in"));
}

TEST_F(TwoPortBridge, WhatIsForBridgesThemselvesGoesNoFurther) {
    first.received(frame(*MacAddress::parse("01:80:c2:00:00:03"), alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in"));
}

TEST_F(TwoPortBridge, AddressesAreForgottenWithTime) {
    bridge.table().set_ageing_time(1s);
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_TRUE(bridge.table().entries().contains(alice));
    run_for(1100ms);
    EXPECT_FALSE(bridge.table().entries().contains(alice));
}

TEST_F(TwoPortBridge, WhatDoesNotMoveStays) {
    BridgeTable& table = bridge.table();
    ASSERT_TRUE(table.add(bob, {second.index(), BridgeEntryKind::fixed, true, true}));
    EXPECT_EQ(error_of(table.add(bob, {second.index(), BridgeEntryKind::fixed, true, true})), EEXIST);
    EXPECT_EQ(error_of(table.add(alice, {second.index(), BridgeEntryKind::fixed})), ENOENT) << "it shall not be made";
    table.set_ageing_time(1s);
    run_for(5s);
    EXPECT_TRUE(table.entries().contains(bob));
    EXPECT_EQ(error_of(table.remove(first.index(), bob)), ENOENT) << "it is elsewhere";
    EXPECT_TRUE(table.remove(second.index(), bob));
}

TEST_F(TwoPortBridge, WithoutAgeingTimeNothingIsLearnt) {
    bridge.table().set_ageing_time(0s);
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_FALSE(bridge.table().entries().contains(alice));
}

TEST_F(TwoPortBridge, WhoeverMovesIsFoundAgain) {
    first.received(frame(MacAddress::broadcast(), alice));
    second.received(frame(MacAddress::broadcast(), alice));
    EXPECT_EQ(bridge.table().entries().at(alice).device, second.index());
}

TEST_F(TwoPortBridge, ForgetsWhoWasBehindAPortThatGoesDown) {
    first.received(frame(MacAddress::broadcast(), alice));
    ASSERT_TRUE(first.set_up(false));
    EXPECT_FALSE(bridge.table().entries().contains(alice));
    EXPECT_TRUE(bridge.table().entries().contains(first.address())) << "its own address stays";
}

TEST_F(TwoPortBridge, HasItsLowestPortsAddressAndALinkWhileAPortHas) {
    EXPECT_EQ(bridge.device().address(), first.address());
    EXPECT_TRUE(bridge.device().carrier());
    first.set_carrier(false);
    run_for(0s);
    EXPECT_TRUE(bridge.device().carrier());
    ASSERT_TRUE(second.set_up(false));
    EXPECT_FALSE(bridge.device().carrier());
}

TEST_F(TwoPortBridge, WithoutPortsItHasNoAddress) {
    ASSERT_TRUE(bridge.remove_port(first));
    EXPECT_EQ(bridge.device().address(), second.address());
    ASSERT_TRUE(bridge.remove_port(second));
    EXPECT_TRUE(bridge.device().address().is_zero());
    EXPECT_TRUE(bridge.table().entries().empty());
}

TEST_F(TwoPortBridge, AnAddressThatSomebodyGaveItStays) {
    ASSERT_TRUE(bridge.device().set_address(bob));
    ASSERT_TRUE(bridge.remove_port(first));
    EXPECT_EQ(bridge.device().address(), bob);
    second.received(frame(bob, alice));
    EXPECT_THAT(taken(), ElementsAre("wlan1 in", "br0 in"));
}

TEST_F(TwoPortBridge, HasItsSmallestPortsMtuUnlessSomebodySaysOtherwise) {
    ASSERT_TRUE(second.set_mtu(1400));
    EXPECT_EQ(bridge.device().mtu(), 1400U);
    ASSERT_TRUE(bridge.device().set_mtu(1300));
    ASSERT_TRUE(second.set_mtu(1350));
    EXPECT_EQ(bridge.device().mtu(), 1300U);
}

TEST_F(TwoPortBridge, FramesLeaveWhereTheyCameInOnlyByAHairpin) {
    BridgePort port = *bridge.find_port(first.index());
    first.received(frame(MacAddress::broadcast(), bob));
    taken();
    first.received(frame(bob, alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in"));
    port.hairpin = true;
    ASSERT_TRUE(bridge.set_port(port));
    first.received(frame(bob, alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in", "wlan0 out"));
}

TEST_F(TwoPortBridge, NothingPassesBetweenIsolatedPorts) {
    for (Netdev* netdev : {&first, &second}) {
        BridgePort port = *bridge.find_port(netdev->index());
        port.isolated = true;
        ASSERT_TRUE(bridge.set_port(port));
    }
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in", "br0 in"));
}

TEST_F(TwoPortBridge, PassesNothingOnWhileItIsDown) {
    ASSERT_TRUE(bridge.device().set_up(false));
    EXPECT_EQ(bridge.find_port(first.index())->state, BridgePortState::disabled);
    taken();
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in"));
    ASSERT_TRUE(bridge.device().set_up(true));
    EXPECT_EQ(bridge.find_port(first.index())->state, BridgePortState::forwarding);
}

TEST_F(TwoPortBridge, APortDoesNotBecomeAStation) {
    EXPECT_EQ(error_of(first.wdev()->wiphy().change_interface(*first.wdev(), {.type = InterfaceType::station})), EBUSY);
    ASSERT_TRUE(bridge.remove_port(first));
    EXPECT_TRUE(first.wdev()->wiphy().change_interface(*first.wdev(), {.type = InterfaceType::station}));
}

TEST_F(TwoPortBridge, ACableLeadsToAnotherBridge) {
    Netdev& here = **world.veth_pairs().add("veth0", "veth1");
    Netdev& there = *world.find_netdev("veth1");
    EXPECT_LT(there.index(), here.index()) << "the peer is made first";
    Bridge& other = **world.bridges().add("br1");
    ASSERT_TRUE(other.device().set_up(true));
    ASSERT_TRUE(bridge.add_port(here));
    ASSERT_TRUE(other.add_port(there));
    ASSERT_TRUE(here.set_up(true));
    EXPECT_EQ(here.operational_state(), OperationalState::lower_layer_down);
    ASSERT_TRUE(there.set_up(true));
    run_for(0s);
    taken();
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_THAT(taken(), ElementsAre("wlan0 in", "wlan1 out", "veth0 out", "veth1 in", "br1 in", "br0 in"));
    EXPECT_EQ(other.table().entries().at(alice).device, there.index());
    world.veth_pairs().remove(here);
    EXPECT_EQ(world.find_netdev("veth1"), nullptr);
    EXPECT_TRUE(other.ports().empty());
}

TEST_F(TwoPortBridge, ACircleOfCablesEndsAfterOneRound) {
    Netdev& here = **world.veth_pairs().add("veth%d", "veth%d");
    Netdev& there = *world.veth_pairs().peer_of(here);
    EXPECT_EQ(error_of(world.veth_pairs().add("veth7", "veth7")), EEXIST);
    for (Netdev* netdev : {&here, &there}) {
        ASSERT_TRUE(netdev->set_up(true));
        ASSERT_TRUE(bridge.add_port(*netdev));
    }
    run_for(0s);
    taken();
    first.received(frame(MacAddress::broadcast(), alice));
    EXPECT_LT(taken().size(), 10U);
}

TEST_F(TwoPortBridge, APortBelongsToOneBridge) {
    Bridge& other = **world.bridges().add("br1");
    EXPECT_EQ(error_of(other.add_port(first)), EBUSY);
    EXPECT_EQ(error_of(other.add_port(bridge.device())), ELOOP);
    EXPECT_EQ(error_of(other.remove_port(first)), EINVAL);
    ASSERT_TRUE(bridge.remove_port(first));
    EXPECT_TRUE(other.add_port(first));
}

TEST_F(TwoPortBridge, StationsAreNotBridged) {
    add_radio();
    EXPECT_EQ(error_of(bridge.add_port(netdev("wlan2"))), EOPNOTSUPP);
    EXPECT_EQ(error_of(bridge.add_port(netdev("lo"))), EINVAL);
}

TEST_F(TwoPortBridge, ADeviceThatGoesIsNoPortAnyMore) {
    world.remove_radio(world.radios().begin()->first);
    EXPECT_EQ(bridge.ports().size(), 1U);
    world.bridges().remove(bridge);
    EXPECT_EQ(world.find_netdev("br0"), nullptr);
    EXPECT_EQ(world.bridges().master_of(second), nullptr);
}

TEST_F(TwoPortBridge, NamesAreCheckedAsThoseOfAnyDevice) {
    EXPECT_EQ(error_of(world.bridges().add("br0")), EEXIST);
    EXPECT_EQ(error_of(world.bridges().add("a b")), EINVAL);
}

}  // namespace
}  // namespace mlosim::mld
