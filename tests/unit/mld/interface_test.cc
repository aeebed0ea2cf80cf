// Interfaces as nl80211 and rtnetlink change them, and the errors that a kernel has for it.

#include "world_fixture.h"

namespace mlosim::mld {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> names(const Wiphy& wiphy) {
    std::vector<std::string> out;
    for (const auto& [id, wdev] : wiphy.wdevs())
        out.push_back(wdev->name());
    return out;
}

class Interfaces : public WorldTest {
protected:
    Interfaces() { log.clear(); }
    Wdev& add(std::string name, InterfaceType type) {
        auto made = wiphy.add_interface({std::move(name), type});
        EXPECT_TRUE(made.has_value());
        return **made;
    }
    int change_type(Wdev& w, InterfaceType type) {
        InterfaceChange change;
        change.type = type;
        return error_of(wiphy.change_interface(w, change));
    }
    int up(Wdev& w) { return error_of(w.netdev()->set_up(true)); }

    Wiphy& wiphy = *add_radio().wiphy;
    Wdev& station = wdev("wlan0");
};

TEST_F(WorldTest, BeginsWithTheLoopbackAlone) {
    EXPECT_EQ(world.netdevs().size(), 1U);
    const Netdev& lo = netdev("lo");
    EXPECT_EQ(lo.index().value, 1U);
    EXPECT_EQ(lo.mtu(), 65536U);
    EXPECT_TRUE(lo.flags().has_all({NetdevFlag::up, NetdevFlag::loopback, NetdevFlag::running, NetdevFlag::lower_up}));
    EXPECT_EQ(lo.operational_state(), OperationalState::unknown);
}

// As the oracle's 00-modprobe and 01-iw_dev show it.
TEST_F(WorldTest, RadiosComeWithWiphyThenNetdevThenInterface) {
    add_radio();
    add_radio();
    EXPECT_THAT(log.lines(),
                testing::IsSupersetOf({"new-wiphy phy0", "new-link wlan0", "new-interface wlan0", "new-radio 0"}));
    EXPECT_THAT(std::vector<std::string>(log.lines().begin(), log.lines().begin() + 3),
                ElementsAre("new-wiphy phy0", "new-link wlan0", "new-interface wlan0"));
    EXPECT_EQ(netdev("wlan0").index().value, 2U);
    EXPECT_EQ(wdev("wlan1").id().value, 0x100000001ULL);
    EXPECT_EQ(wdev("wlan1").address().to_string(), "02:00:00:00:01:00");
    EXPECT_EQ(netdev("wlan1").parent_device(), "hwsim1");
    EXPECT_EQ(netdev("wlan1").operational_state(), OperationalState::down);
    EXPECT_EQ(world.wiphy_generation(), 2U);
}

TEST_F(WorldTest, ListsTheNewestWiphyFirst) {
    for (int i = 0; i < 3; ++i)
        add_radio();
    std::vector<std::string> order;
    for (const auto& [index, wiphy] : world.wiphys())
        order.push_back(wiphy->name());
    EXPECT_THAT(order, ElementsAre("phy2", "phy1", "phy0"));
}

TEST_F(WorldTest, GivesARadioTheNameItAskedForUnlessThatMayNotBe) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.wiphy_name = "front";
    EXPECT_EQ(add_radio(spec).wiphy->name(), "front");
    EXPECT_EQ(add_radio(spec).wiphy->name(), "phy1");  // taken
    spec.wiphy_name = "phy7";
    spec.address.reset();
    EXPECT_EQ(add_radio(spec).wiphy->name(), "phy2");  // another's default name
}

TEST_F(WorldTest, LetsTwoRadiosHaveOneAddress) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.address = ieee80211::MacAddress{{0x02, 0, 0, 0, 0x42, 0}};
    Radio& first = add_radio(spec);
    Radio& second = add_radio(spec);
    EXPECT_EQ(world.find_radio_by_name(first.wiphy->name()), &first);
    EXPECT_EQ(world.find_radio_by_name(second.wiphy->name()), &second);
}

TEST_F(WorldTest, UsesUpTheNumbersOfARadioThatCannotBe) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.profile.interface_types = {};
    EXPECT_EQ(error_of(world.add_radio(spec)), EINVAL);
    spec.profile = profile("generic-be");
    const Radio& radio = add_radio(spec);
    EXPECT_EQ(radio.index.value, 1U);
    EXPECT_EQ(radio.wiphy->name(), "phy1");
}

TEST_F(WorldTest, RemovesARadioWithAllThatItHas) {
    add_radio();
    ASSERT_TRUE(netdev("wlan0").set_up(true));
    log.clear();
    world.remove_radio(RadioIndex{0});
    EXPECT_THAT(log.lines(),
                ElementsAre("del-radio 0", "link-down wlan0", "link-stopped of wlan0", "link-stopped of wlan0",
                            "link-stopped of wlan0", "link-removed of wlan0", "link-removed of wlan0",
                            "link-removed of wlan0", "del-interface wlan0", "del-link wlan0", "del-wiphy phy0"));
    EXPECT_TRUE(world.wiphys().empty());
    EXPECT_EQ(add_radio().wiphy->name(), "phy1");  // numbers are not given twice
    EXPECT_EQ(netdev("wlan0").index().value, 3U);  // names are
}

// cf. 03-updown of the oracle
TEST_F(Interfaces, AreListedNewestFirstWithAddressesOfTheRadio) {
    Wdev& mon = add("mon0", InterfaceType::monitor);
    Wdev& ap = add("ap0", InterfaceType::ap);
    EXPECT_THAT(names(wiphy), ElementsAre("ap0", "mon0", "wlan0"));
    EXPECT_EQ(mon.id().local(), 2U);
    EXPECT_EQ(mon.address().to_string(), "02:00:00:00:00:00");
    EXPECT_EQ(mon.netdev()->type(), LinkType::radiotap);
    EXPECT_EQ(ap.address().to_string(), "42:00:00:00:00:00");
    EXPECT_EQ(ap.id().local(), 3U);
    EXPECT_EQ(wiphy.interface_generation(), 3U);
}

TEST_F(Interfaces, NeedANameThatIsFree) {
    EXPECT_EQ(error_of(wiphy.add_interface({"wlan0", InterfaceType::station})), ENFILE);
    EXPECT_EQ(error_of(wiphy.add_interface({"a name", InterfaceType::station})), EINVAL);
    EXPECT_EQ(error_of(wiphy.add_interface({"sixteen-letters!", InterfaceType::station})), EINVAL);
    EXPECT_EQ(error_of(wiphy.add_interface({"", InterfaceType::station})), EINVAL);
    EXPECT_EQ(add("wlan%d", InterfaceType::station).name(), "wlan1");
}

TEST_F(Interfaces, AreOfTypesThatTheRadioHas) {
    EXPECT_EQ(error_of(wiphy.add_interface({"x", InterfaceType::wds})), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.add_interface({"x", InterfaceType::p2p_device})), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.add_interface({"x", InterfaceType::nan})), EOPNOTSUPP);
}

TEST_F(Interfaces, TakeAnAddressAtBirthOnlyIfItIsOne) {
    InterfaceSpec spec{"x", InterfaceType::station};
    spec.address = ieee80211::MacAddress::broadcast();
    EXPECT_EQ(error_of(wiphy.add_interface(spec)), EADDRNOTAVAIL);
    spec.address = ieee80211::MacAddress{{0x06, 1, 2, 3, 4, 5}};
    Wdev& made = **wiphy.add_interface(spec);
    EXPECT_EQ(made.address(), *spec.address);
    EXPECT_EQ(made.netdev()->permanent_address(), *spec.address);
}

TEST_F(Interfaces, UseFourAddressesWhereTheRadioCan) {
    InterfaceSpec spec{"x", InterfaceType::ap};
    spec.use_4addr = true;
    EXPECT_EQ(error_of(wiphy.add_interface(spec)), EOPNOTSUPP);
    spec.type = InterfaceType::station;
    EXPECT_TRUE((*wiphy.add_interface(spec))->use_4addr());
}

TEST_F(Interfaces, ChangeTheirTypeAndTheWorldIsTold) {
    EXPECT_EQ(change_type(station, InterfaceType::ap), 0);
    EXPECT_EQ(station.type(), InterfaceType::ap);
    EXPECT_THAT(log.lines(), Contains("set-interface wlan0"));
    log.clear();
    EXPECT_EQ(change_type(station, InterfaceType::ap), 0);  // no change
    EXPECT_THAT(log.lines(), IsEmpty());
    EXPECT_EQ(change_type(station, InterfaceType::wds), EOPNOTSUPP);
    EXPECT_EQ(change_type(station, InterfaceType::p2p_device), EOPNOTSUPP);
}

TEST_F(Interfaces, ChangeTheirTypeWhileUpAsFarAsTheKernelDoes) {
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(change_type(station, InterfaceType::monitor), EBUSY);
    EXPECT_EQ(change_type(station, InterfaceType::mesh_point), EBUSY);
    EXPECT_EQ(change_type(station, InterfaceType::ap), 0);
    EXPECT_TRUE(station.running());
    EXPECT_TRUE(station.netdev()->is_up());
}

TEST_F(Interfaces, TellOfEverythingThatGoesWithThem) {
    add("ap0", InterfaceType::ap);
    log.clear();
    ASSERT_TRUE(wiphy.remove_interface(wdev("ap0")));
    EXPECT_THAT(log.lines(), ElementsAre("del-interface ap0", "del-link ap0"));
}

TEST_F(Interfaces, EndWithTheirOwner) {
    InterfaceSpec spec{"x", InterfaceType::station};
    spec.owner = OwnerId{77};
    ASSERT_TRUE(wiphy.add_interface(spec));
    world.release(OwnerId{76});
    EXPECT_NE(world.find_netdev("x"), nullptr);
    world.release(OwnerId{77});
    EXPECT_EQ(world.find_netdev("x"), nullptr);
    EXPECT_NE(world.find_netdev("wlan0"), nullptr);
}

TEST_F(WorldTest, RadiosEndWithTheirOwnerIfTheyWereMadeSo) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.owner = OwnerId{5};
    add_radio(spec);
    spec.destroy_on_close = true;
    add_radio(spec);
    world.release(OwnerId{5});
    EXPECT_NE(world.find_wiphy("phy0"), nullptr);
    EXPECT_EQ(world.find_wiphy("phy1"), nullptr);
}

// Up and down

TEST_F(Interfaces, AStationUpHasNoCarrier) {
    ASSERT_EQ(up(station), 0);
    run_for(0s);
    EXPECT_THAT(log.lines(), testing::IsSupersetOf({"link-up wlan0", "set-link wlan0"}));
    EXPECT_FALSE(station.netdev()->carrier());
    EXPECT_FALSE(station.netdev()->flags().has(NetdevFlag::lower_up));
    EXPECT_EQ(station.netdev()->operational_state(), OperationalState::down);
}

TEST_F(Interfaces, WithOneAddressAreNotUpAtTheSameTime) {
    Wdev& other = add("x", InterfaceType::station);
    ASSERT_TRUE(other.netdev()->set_address(station.address()));
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(up(other), ENOTUNIQ);
    EXPECT_FALSE(other.netdev()->is_up());
    EXPECT_EQ(up(add("mon0", InterfaceType::monitor)), 0);  // monitors may
}

TEST_F(Interfaces, AreUpTogetherAsFarAsTheCombinationsAllow) {
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(up(add("ibss0", InterfaceType::adhoc)), 0);
    Wdev& second = add("ibss1", InterfaceType::adhoc);
    ASSERT_TRUE(second.netdev()->set_address(ieee80211::MacAddress{{0x02, 9, 9, 9, 9, 9}}));
    EXPECT_EQ(up(second), EBUSY);
}

TEST_F(WorldTest, ARadioWithNarrowCombinationsRefusesWhatTheyLeaveOut) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    InterfaceCombination one_of_each;
    one_of_each.limits = {{1, {InterfaceType::station}}, {1, {InterfaceType::ap}}};
    one_of_each.max_interfaces = 2;
    spec.profile.combinations = {one_of_each};
    Wiphy& wiphy = *add_radio(spec).wiphy;
    ASSERT_TRUE(netdev("wlan0").set_up(true));
    Wdev& ap = **wiphy.add_interface({"ap0", InterfaceType::ap});
    Wdev& second = **wiphy.add_interface({"wlan9", InterfaceType::station});
    EXPECT_EQ(error_of(ap.netdev()->set_up(true)), 0);
    EXPECT_EQ(error_of(second.netdev()->set_up(true)), EBUSY);
    ASSERT_TRUE(netdev("wlan0").set_up(false));
    EXPECT_EQ(error_of(second.netdev()->set_up(true)), 0);
}

TEST_F(WorldTest, AP2pDeviceHasNoNetdevAndIsStartedByItself) {
    Wiphy& wiphy = *add_radio(RadioOptions{.p2p_device = true}).wiphy;
    Wdev& p2p = **wiphy.add_interface({"p2p-dev", InterfaceType::p2p_device});
    EXPECT_EQ(p2p.netdev(), nullptr);
    EXPECT_EQ(p2p.name(), "p2p-dev");
    EXPECT_EQ(wiphy.open_count(), 0U);
    ASSERT_TRUE(wiphy.start_p2p_device(p2p));
    ASSERT_TRUE(wiphy.start_p2p_device(p2p));
    EXPECT_EQ(wiphy.open_count(), 1U);
    ASSERT_TRUE(wiphy.stop_p2p_device(p2p));
    EXPECT_EQ(wiphy.open_count(), 0U);
    EXPECT_EQ(error_of(wiphy.start_p2p_device(wdev("wlan0"))), EOPNOTSUPP);
}

// Monitors

TEST_F(Interfaces, MonitorsHaveTheirChannelWhenTheyAreAlone) {
    Wdev& mon = add("mon0", InterfaceType::monitor);
    EXPECT_EQ(error_of(wiphy.channel_of(mon, {})), ENODATA);  // nothing runs
    ASSERT_EQ(up(mon), 0);
    auto channel = wiphy.channel_of(mon, {});
    ASSERT_TRUE(channel.has_value());
    EXPECT_EQ(channel->control.number(), 1);
    EXPECT_EQ(channel->width, phy::ChannelWidth::w20_noht);

    const auto channel6 = phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz2_4, 6));
    EXPECT_EQ(error_of(wiphy.set_channel(&mon, channel6, {})), 0);
    EXPECT_EQ(*wiphy.channel_of(mon, {}), channel6);
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(error_of(wiphy.set_channel(&mon, channel6, {})), EBUSY);
    EXPECT_EQ(error_of(wiphy.channel_of(mon, {})), ENODATA);
}

// 04-errors of the oracle: "iw dev wlan0 set channel 6" with wlan0 up
TEST_F(Interfaces, AStationsChannelIsNotSet) {
    const auto channel6 = phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz2_4, 6));
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(error_of(wiphy.set_channel(nullptr, channel6, {})), EBUSY);
    EXPECT_EQ(error_of(wiphy.set_channel(&station, channel6, {})), EOPNOTSUPP);
}

// Netdevs

TEST_F(Interfaces, AreRenamedEvenWhileUp) {
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(error_of(station.netdev()->rename("lo")), EEXIST);
    EXPECT_EQ(error_of(station.netdev()->rename("not/ok")), EINVAL);
    EXPECT_EQ(error_of(station.netdev()->rename("sta%d")), 0);
    EXPECT_EQ(station.name(), "sta0");
    EXPECT_EQ(world.find_netdev("sta0"), station.netdev());
    EXPECT_EQ(world.find_netdev("wlan0"), nullptr);
}

TEST_F(Interfaces, ChangeTheirAddressWhileNobodyUsesIt) {
    const ieee80211::MacAddress other{{0x02, 1, 2, 3, 4, 5}};
    EXPECT_EQ(error_of(station.netdev()->set_address(ieee80211::MacAddress::broadcast())), EADDRNOTAVAIL);
    EXPECT_EQ(error_of(station.netdev()->set_address({})), EADDRNOTAVAIL);
    ASSERT_EQ(up(station), 0);
    EXPECT_EQ(error_of(station.netdev()->set_address(other)), 0);  // not connected: allowed
    EXPECT_EQ(station.address(), other);
    EXPECT_EQ(station.default_link().address(), other);
    Wdev& ap = add("ap0", InterfaceType::ap);
    ASSERT_EQ(up(ap), 0);
    EXPECT_EQ(error_of(ap.netdev()->set_address(ieee80211::MacAddress{{0x02, 1, 2, 3, 4, 6}})), EOPNOTSUPP);
    ASSERT_TRUE(wiphy.trigger_scan(station, {}));
    EXPECT_EQ(error_of(station.netdev()->set_address(ieee80211::MacAddress{{0x02, 1, 2, 3, 4, 7}})), EBUSY);
}

TEST_F(Interfaces, HaveTheMtuOf80211) {
    EXPECT_EQ(error_of(station.netdev()->set_mtu(255)), EINVAL);
    EXPECT_EQ(error_of(station.netdev()->set_mtu(2304)), 0);
    EXPECT_EQ(error_of(station.netdev()->set_mtu(2305)), EINVAL);
    EXPECT_EQ(station.netdev()->mtu(), 2304U);
}

TEST_F(Interfaces, ShowTheOperationalStateThatASupplicantSets) {
    Netdev& n = *station.netdev();
    n.set_link_mode(LinkMode::dormant);
    ASSERT_EQ(up(station), 0);
    run_for(0s);
    n.set_carrier(true);
    run_for(0s);
    EXPECT_EQ(n.operational_state(), OperationalState::dormant);
    n.set_operational_state(OperationalState::up);
    EXPECT_EQ(n.operational_state(), OperationalState::up);
    EXPECT_TRUE(n.flags().has(NetdevFlag::running));
}

TEST_F(WorldTest, TheMonitorOfAllRadiosIsANetdevWithoutWdev) {
    add_radio();
    Netdev& mon = world.add_hwsim_monitor();
    EXPECT_EQ(mon.name(), "hwsim0");
    EXPECT_EQ(mon.type(), LinkType::radiotap);
    EXPECT_EQ(mon.address().to_string(), "12:00:00:00:00:00");
    EXPECT_EQ(mon.wdev(), nullptr);
    EXPECT_TRUE(mon.set_up(true).has_value());
}

// SET_WIPHY

TEST_F(Interfaces, TheWiphyTakesAnyNameThatIsNotAnothers) {
    add_radio();
    EXPECT_EQ(error_of(wiphy.rename("phy1")), EINVAL);
    EXPECT_EQ(error_of(wiphy.rename("phy7")), EINVAL);
    EXPECT_EQ(error_of(wiphy.rename("phy07")), 0);
    EXPECT_EQ(error_of(wiphy.rename("phy0")), 0);
    EXPECT_EQ(error_of(wiphy.rename(std::string(65, 'x'))), EINVAL);
    log.clear();
    EXPECT_EQ(error_of(wiphy.rename("phy0")), 0);
    EXPECT_THAT(log.lines(), IsEmpty());
    EXPECT_EQ(error_of(wiphy.rename("foo")), 0);
    EXPECT_EQ(world.find_wiphy("foo"), &wiphy);
    EXPECT_THAT(log.lines(), ElementsAre("set-wiphy foo"));
}

TEST_F(Interfaces, TheWiphysSettingsAreTakenTogetherOrNotAtAll) {
    WiphySettingsChange change;
    change.rts_threshold = 500;
    change.fragmentation_threshold = 501;
    change.retry_short = 5;
    ASSERT_TRUE(wiphy.change_settings(change));
    EXPECT_EQ(wiphy.settings().rts_threshold, 500U);
    EXPECT_EQ(wiphy.settings().fragmentation_threshold, 500U);  // even
    EXPECT_EQ(wiphy.settings().retry_short, 5);
    EXPECT_EQ(wiphy.settings().retry_long, 4);

    WiphySettingsChange bad;
    bad.rts_threshold = 600;
    bad.coverage_class = 1;
    EXPECT_EQ(error_of(wiphy.change_settings(bad)), EOPNOTSUPP);
    EXPECT_EQ(wiphy.settings().rts_threshold, 500U);
    bad = {};
    bad.fragmentation_threshold = 255;
    EXPECT_EQ(error_of(wiphy.change_settings(bad)), EINVAL);
    bad = {};
    bad.retry_long = 32;
    EXPECT_EQ(error_of(wiphy.change_settings(bad)), EINVAL);
}

TEST_F(Interfaces, PowerIsSetInWholeDbm) {
    EXPECT_EQ(error_of(wiphy.set_tx_power(&station, TxPowerSetting::fixed, 1000)), 0);
    EXPECT_EQ(error_of(wiphy.set_tx_power(&station, TxPowerSetting::fixed, 1050)), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.set_tx_power(&station, TxPowerSetting::fixed, -100)), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.tx_power(station, {})), EINVAL);  // no channel gave it one
    EXPECT_EQ(error_of(wiphy.set_antenna(1, 1)), EOPNOTSUPP);
}

TEST_F(Interfaces, OnlyStationsSavePower) {
    EXPECT_EQ(error_of(wiphy.set_power_save(station, true)), 0);
    EXPECT_TRUE(station.power_save());
    Wdev& ap = add("ap0", InterfaceType::ap);
    EXPECT_EQ(error_of(wiphy.set_power_save(ap, true)), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.set_power_save(ap, false)), 0);
}

TEST_F(WorldTest, ARadioThatSavesNoPowerIsSaidNotToOnceItIsUp) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.profile.flags.remove(WiphyFlag::power_save);
    spec.profile.flags |= WiphyFlag::power_save_by_default;
    add_radio(spec);
    EXPECT_TRUE(wdev("wlan0").power_save());
    ASSERT_TRUE(netdev("wlan0").set_up(true));
    EXPECT_FALSE(wdev("wlan0").power_save());
    EXPECT_EQ(error_of(wdev("wlan0").wiphy().set_power_save(wdev("wlan0"), true)), EOPNOTSUPP);
}

}  // namespace
}  // namespace mlosim::mld
