// Network devices as rtnetlink and ioctls change them.

#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class Netdevs : public WorldTest {
protected:
    Netdevs() {
        run_for(0s);
        log.clear();
    }
    Wiphy& wiphy = *add_radio().wiphy;
    Netdev& dev = netdev("wlan0");
};

TEST(NetdevNames, AreShortAndPlain) {
    for (const char* good : {"wlan0", "a", "fifteen-letters", "..a", "mon.0", "wlan%d"})
        EXPECT_TRUE(valid_netdev_name(good)) << good;
    for (const char* bad : {"", ".", "..", "sixteen-letters!", "a b", "a/b", "a:b", "a\tb", "a\nb"})
        EXPECT_FALSE(valid_netdev_name(bad)) << bad;
    EXPECT_FALSE(valid_netdev_name(std::string_view("a\0b", 3)));
}

TEST_F(Netdevs, APatternTakesTheFirstFreeNumber) {
    EXPECT_EQ(*world.netdev_name_for("wlan%d", EEXIST), "wlan1");
    EXPECT_EQ(*world.netdev_name_for("x%dy", EEXIST), "x0y");
    EXPECT_EQ(error_of(world.netdev_name_for("wlan0", ENFILE)), ENFILE);
    EXPECT_EQ(error_of(world.netdev_name_for("wlan%s", ENFILE)), EINVAL);
    EXPECT_EQ(error_of(world.netdev_name_for("%d%d", ENFILE)), EINVAL);
    EXPECT_EQ(error_of(world.netdev_name_for("100%", ENFILE)), EINVAL);
}

TEST_F(Netdevs, ComingUpIsToldOnceAndThenItsCarrier) {
    ASSERT_TRUE(dev.set_up(true));
    run_for(0s);
    EXPECT_THAT(log.lines(), ElementsAre("link-up wlan0", "link-started of wlan0", "link-started of wlan0",
                                         "link-started of wlan0", "set-link wlan0"));
    EXPECT_EQ(dev.carrier_down_count(), 1U);
    log.clear();
    ASSERT_TRUE(dev.set_up(true));
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(Netdevs, SeveralChangesOfCarrierInOneMomentAreToldAsOne) {
    ASSERT_TRUE(dev.set_up(true));
    run_for(0s);
    log.clear();
    dev.set_carrier(true);
    dev.set_carrier(false);
    dev.set_carrier(true);
    run_for(0s);
    EXPECT_THAT(log.lines(), ElementsAre("set-link wlan0"));
    EXPECT_EQ(dev.operational_state(), OperationalState::up);
    EXPECT_EQ(dev.carrier_up_count(), 2U);
    EXPECT_TRUE(dev.flags().has_all({NetdevFlag::running, NetdevFlag::lower_up}));
}

TEST_F(Netdevs, AreDownForEverybodyWhileTheyAreDown) {
    ASSERT_TRUE(dev.set_up(true));
    dev.set_carrier(true);
    run_for(0s);
    EXPECT_EQ(dev.operational_state(), OperationalState::up);
    ASSERT_TRUE(dev.set_up(false));
    EXPECT_EQ(dev.operational_state(), OperationalState::down);
    EXPECT_FALSE(dev.flags().has(NetdevFlag::running));
    EXPECT_FALSE(dev.flags().has(NetdevFlag::lower_up));
}

TEST_F(Netdevs, ASupplicantHoldsThemDormantUntilItIsThrough) {
    dev.set_link_mode(LinkMode::dormant);
    ASSERT_TRUE(dev.set_up(true));
    dev.set_carrier(true);
    run_for(0s);
    EXPECT_EQ(dev.operational_state(), OperationalState::dormant);
    EXPECT_FALSE(dev.flags().has(NetdevFlag::running));
    dev.set_operational_state(OperationalState::up);
    EXPECT_EQ(dev.operational_state(), OperationalState::up);
    dev.set_operational_state(OperationalState::dormant);
    EXPECT_EQ(dev.operational_state(), OperationalState::dormant);
    dev.set_operational_state(OperationalState::lower_layer_down);  // not a program's to say
    EXPECT_EQ(dev.operational_state(), OperationalState::dormant);
}

TEST_F(Netdevs, AreNotUpWithoutCarrierWhateverASupplicantSays) {
    ASSERT_TRUE(dev.set_up(true));
    run_for(0s);
    dev.set_operational_state(OperationalState::up);
    EXPECT_EQ(dev.operational_state(), OperationalState::down);
}

TEST_F(Netdevs, TellTheirOldNameNobody) {
    ASSERT_TRUE(dev.rename("sta"));
    EXPECT_THAT(log.lines(), Contains("set-link sta"));
    EXPECT_EQ(dev.name_origin(), NameOrigin::renamed);
    EXPECT_EQ(dev.index().value, 2U);
    EXPECT_EQ(add_radio().wiphy->wdevs().begin()->second->name(), "wlan0");  // free again
}

TEST_F(Netdevs, TakeTheirOwnAddressWithoutAskingButSaySo) {
    log.clear();
    ASSERT_TRUE(dev.set_address(dev.address()));
    EXPECT_THAT(log.lines(), ElementsAre("set-link wlan0"));
}

TEST_F(Netdevs, KeepTheirPermanentAddress) {
    const ieee80211::MacAddress born = dev.address();
    ASSERT_TRUE(dev.set_address(address(9)));
    EXPECT_EQ(dev.address(), address(9));
    EXPECT_EQ(dev.wdev()->address(), address(9));
    EXPECT_EQ(dev.permanent_address(), born);
}

TEST_F(Netdevs, AFailedChangeOfAddressLeavesARunningInterfaceAsItWas) {
    ASSERT_TRUE(dev.set_up(true));
    run_for(0s);
    const ieee80211::MacAddress before = dev.address();
    EXPECT_EQ(error_of(dev.set_address(ieee80211::MacAddress::broadcast())), EADDRNOTAVAIL);
    EXPECT_EQ(dev.address(), before);
    EXPECT_EQ(error_of(wiphy.trigger_scan(*dev.wdev(), {})), 0);
}

TEST_F(Netdevs, LengthOfQueueGroupAndAliasAreAnybodys) {
    dev.set_tx_queue_length(5);
    dev.set_group(3);
    EXPECT_TRUE(dev.set_alias("front door"));
    EXPECT_EQ(error_of(dev.set_alias(std::string(256, 'x'))), EINVAL);
    EXPECT_EQ(dev.tx_queue_length(), 5U);
    EXPECT_EQ(dev.group(), 3U);
    EXPECT_EQ(dev.alias(), "front door");
}

TEST_F(Netdevs, FlagsAreSetTogetherWithUp) {
    ASSERT_TRUE(dev.set_flags({NetdevFlag::up, NetdevFlag::promisc, NetdevFlag::multicast}));
    EXPECT_TRUE(dev.is_up());
    EXPECT_EQ(dev.promiscuity(), 1U);
    EXPECT_TRUE(dev.wdev()->running());
    ASSERT_TRUE(dev.set_flags({NetdevFlag::multicast}));
    EXPECT_FALSE(dev.is_up());
    EXPECT_EQ(dev.promiscuity(), 0U);
}

TEST_F(Netdevs, TheLoopbackIsOfNoRadio) {
    Netdev& lo = netdev("lo");
    EXPECT_EQ(lo.wdev(), nullptr);
    EXPECT_EQ(lo.broadcast_address(), ieee80211::MacAddress{});
    EXPECT_TRUE(lo.set_up(false));
    EXPECT_TRUE(lo.set_up(true));
    EXPECT_EQ(error_of(lo.rename("wlan0")), EEXIST);
}

TEST_F(Netdevs, TheLoopbackHearsWhatItSends) {
    struct Ear final : Events {
        void frame_passed(Netdev& device, FrameDirection direction, ieee80211::ByteView frame) override {
            passed.push_back(device.name() + (direction == FrameDirection::outgoing ? " out " : " in ") +
                             std::to_string(frame.size()));
        }
        std::vector<std::string> passed;
    } ear;
    world.subscribe(ear);
    Netdev& loopback = netdev("lo");
    ASSERT_TRUE(loopback.transmit(ieee80211::Bytes(20)).has_value());
    EXPECT_THAT(ear.passed, ElementsAre("lo out 20", "lo in 20"));
    EXPECT_EQ(loopback.counters().rx_bytes, 20U);
    EXPECT_EQ(loopback.counters().tx_bytes, 20U);
    ASSERT_TRUE(loopback.set_up(false).has_value());
    EXPECT_EQ(error_of(loopback.transmit(ieee80211::Bytes(20))), ENETDOWN);
    world.unsubscribe(ear);
}

TEST_F(Netdevs, TheMonitorOfAllRadiosKeepsItsAddressWhileUp) {
    Netdev& mon = world.add_hwsim_monitor();
    EXPECT_TRUE(mon.set_address(address(1)));
    ASSERT_TRUE(mon.set_up(true));
    EXPECT_EQ(error_of(mon.set_address(address(2))), EBUSY);
}

}  // namespace
}  // namespace mlosim::mld
