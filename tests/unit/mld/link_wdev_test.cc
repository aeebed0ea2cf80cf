// Link wdevs: the rules of docs/link-wdevs.md, each by itself.

#include "world_fixture.h"

namespace mlosim::mld {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Property;
using testing::SizeIs;

/// A station on a radio that registers no link wdevs by itself, so that each is registered here.
class LinkWdevs : public WorldTest {
protected:
    LinkWdevs() { log.clear(); }
    Wdev& link(Wdev& sta) {
        auto made = wiphy.register_sta_mlo_link(sta, {});
        EXPECT_TRUE(made.has_value());
        return **made;
    }

    Wiphy& wiphy = *add_radio("ax").wiphy;
    Wdev& station = wdev("wlan0");
};

/// The same with two of them.
class TwoLinkStation : public LinkWdevs {
protected:
    Wdev& first = link(station);
    Wdev& second = link(station);
    TwoLinkStation() { log.clear(); }
};

auto runs() {
    return Property("running", &Wdev::running, true);
}
auto rests() {
    return Property("running", &Wdev::running, false);
}

// Rule 1

TEST_F(LinkWdevs, AreRegisteredWithTheirStationAndTheWorldIsTold) {
    Wdev& made = link(station);
    EXPECT_TRUE(made.registered());
    EXPECT_FALSE(made.running());
    EXPECT_EQ(made.mld_wdev(), &station);
    EXPECT_EQ(made.netdev(), nullptr);
    EXPECT_THAT(station.link_wdevs(), ElementsAre(&made));
    EXPECT_EQ(world.find_wdev(made.id()), &made);
    EXPECT_THAT(log.lines(), ElementsAre("link-registered of wlan0"));
}

TEST_F(LinkWdevs, AreOfTypeMloLinkAndOfNoOther) {
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(station, {InterfaceType::station, {}, {}})), EINVAL);
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(station, {InterfaceType::ap, {}, {}})), EINVAL);
    EXPECT_THAT(station.link_wdevs(), IsEmpty());
}

TEST_F(LinkWdevs, BelongToStationsOnly) {
    Wdev& ap = **wiphy.add_interface({"ap0", InterfaceType::ap});
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(ap, {})), EINVAL);
    Wdev& made = link(station);
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(made, {})), EINVAL);
}

TEST_F(LinkWdevs, AreOnTheWiphyOfTheirStation) {
    Wiphy& other = *add_radio("ax").wiphy;
    EXPECT_EQ(error_of(other.register_sta_mlo_link(station, {})), EINVAL);
}

TEST_F(LinkWdevs, NeedAStationThatIsRegistered) {
    Wdev unregistered(wiphy, 99, InterfaceType::station, station.address());
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(unregistered, {})), ENODEV);
}

TEST_F(LinkWdevs, AreRegisteredBeforeTheStationIsUp) {
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(station, {})), EBUSY);
    ASSERT_TRUE(station.netdev()->set_up(false));
    EXPECT_EQ(error_of(wiphy.register_sta_mlo_link(station, {})), 0);
}

TEST_F(LinkWdevs, TakeNoNumbersFromInterfaces) {
    link(station);
    Wdev& next = **wiphy.add_interface({"mon0", InterfaceType::monitor});
    EXPECT_EQ(next.id().local(), 2U);
    EXPECT_EQ(wiphy.interface_generation(), 2U);  // as if there were no link wdev
}

// Rule 2

TEST_F(TwoLinkStation, LinkWdevsStartAndStopWithTheNetdev) {
    EXPECT_EQ(wiphy.open_count(), 0U);
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_THAT(station.link_wdevs(), Each(runs()));
    EXPECT_EQ(wiphy.open_count(), 3U);            // the station and its two links
    ASSERT_TRUE(station.netdev()->set_up(true));  // twice is once
    EXPECT_EQ(wiphy.open_count(), 3U);
    ASSERT_TRUE(station.netdev()->set_up(false));
    EXPECT_THAT(station.link_wdevs(), Each(rests()));
    EXPECT_EQ(wiphy.open_count(), 0U);
    ASSERT_TRUE(station.netdev()->set_up(false));
    EXPECT_EQ(wiphy.open_count(), 0U);
}

TEST_F(TwoLinkStation, LinkWdevsStartAfterTheirStation) {
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_THAT(log.take(), ElementsAre("link-up wlan0", "link-started of wlan0", "link-started of wlan0"));
    ASSERT_TRUE(station.netdev()->set_up(false));
    EXPECT_THAT(log.take(), ElementsAre("link-down wlan0", "link-stopped of wlan0", "link-stopped of wlan0"));
}

TEST_F(TwoLinkStation, AStationThatMayNotComeUpStartsNoLink) {
    Wdev& twin = **wiphy.add_interface({"twin", InterfaceType::station});
    ASSERT_TRUE(twin.netdev()->set_address(station.address()));
    ASSERT_TRUE(twin.netdev()->set_up(true));
    EXPECT_EQ(error_of(station.netdev()->set_up(true)), ENOTUNIQ);
    EXPECT_THAT(station.link_wdevs(), Each(rests()));
    EXPECT_EQ(wiphy.open_count(), 1U);
}

// Rule 3

TEST_F(TwoLinkStation, LinkWdevsAreDeletedBeforeTheirStation) {
    ASSERT_TRUE(wiphy.remove_interface(station));
    EXPECT_THAT(log.lines(),
                ElementsAre("link-removed of wlan0", "link-removed of wlan0", "del-interface wlan0", "del-link wlan0"));
    EXPECT_THAT(wiphy.link_wdevs(), IsEmpty());
}

TEST_F(TwoLinkStation, LinkWdevsOfARunningStationStopBeforeTheyAreDeleted) {
    ASSERT_TRUE(station.netdev()->set_up(true));
    log.clear();
    ASSERT_TRUE(wiphy.remove_interface(station));
    EXPECT_THAT(log.lines(),
                ElementsAre("link-down wlan0", "link-stopped of wlan0", "link-stopped of wlan0",
                            "link-removed of wlan0", "link-removed of wlan0", "del-interface wlan0", "del-link wlan0"));
    EXPECT_EQ(wiphy.open_count(), 0U);
}

TEST_F(TwoLinkStation, LinkWdevsGoWithTheirRadio) {
    ASSERT_TRUE(station.netdev()->set_up(true));
    world.remove_radio(RadioIndex{0});
    EXPECT_THAT(log.lines(), Contains("del-wiphy phy0"));
    EXPECT_EQ(world.find_wdev(WdevId::make(WiphyIndex{0}, first_link_wdev)), nullptr);
}

TEST_F(TwoLinkStation, OneLinkWdevCanBeUnregisteredByItself) {
    const WdevId id = first.id();
    ASSERT_TRUE(wiphy.unregister_mlo_link(first));
    EXPECT_THAT(station.link_wdevs(), ElementsAre(&second));
    EXPECT_EQ(world.find_wdev(id), nullptr);
    EXPECT_EQ(error_of(wiphy.unregister_mlo_link(station)), EINVAL);
}

TEST_F(TwoLinkStation, AnIdentifierIsNeverGivenTwice) {
    const WdevId old = second.id();
    ASSERT_TRUE(wiphy.unregister_mlo_link(second));
    EXPECT_GT(link(station).id(), old);
}

// Rule 4 is what GET_INTERFACE shows of link_wdevs(): in registration order.

TEST_F(TwoLinkStation, TheStationListsItsLinkWdevsInTheOrderOfRegistration) {
    EXPECT_THAT(station.link_wdevs(), ElementsAre(&first, &second));
    EXPECT_LT(first.id(), second.id());
}

// Rule 5

TEST_F(TwoLinkStation, NothingBecomesALinkWdevOrCeasesToBeOne) {
    InterfaceChange to_link;
    to_link.type = InterfaceType::mlo_link;
    EXPECT_EQ(error_of(wiphy.change_interface(station, to_link)), EOPNOTSUPP);
    InterfaceChange to_station;
    to_station.type = InterfaceType::station;
    EXPECT_EQ(error_of(wiphy.change_interface(first, to_station)), EOPNOTSUPP);
}

TEST_F(TwoLinkStation, NobodyCreatesOrDeletesALinkWdevAsAnInterface) {
    EXPECT_EQ(error_of(wiphy.add_interface({"link0", InterfaceType::mlo_link})), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.remove_interface(first)), EOPNOTSUPP);
    EXPECT_THAT(station.link_wdevs(), SizeIs(2));
}

TEST_F(TwoLinkStation, ALinkWdevDoesNotScan) {
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_EQ(error_of(wiphy.trigger_scan(first, {})), EOPNOTSUPP);
}

TEST_F(TwoLinkStation, NobodyRegistersForFramesOfALinkWdev) {
    struct Listener final : FrameListener {
        bool frame_received(Wdev&, const FrameBytes&, const RxStatus&) override { return true; }
    } listener;
    constexpr std::uint16_t action = 0x00d0;
    EXPECT_EQ(error_of(wiphy.register_frame(first, listener, action, {})), EOPNOTSUPP);
    EXPECT_EQ(error_of(wiphy.register_frame(station, listener, action, {})), 0);
}

TEST_F(TwoLinkStation, AFrameOnALinkWdevWithoutALinkHasNowhereToGo) {
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_EQ(error_of(wiphy.send_frame(first, {}, ieee80211::Bytes(30, 0))), ENOLINK);
}

// What drivers do by themselves

TEST_F(WorldTest, AMultiLinkRadioRegistersALinkWdevForEachOfItsBands) {
    add_radio("generic-be");
    std::vector<phy::Band> bands;
    for (const Wdev* link : wdev("wlan0").link_wdevs())
        bands.push_back(*link->band());
    EXPECT_THAT(bands, ElementsAre(phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6));
}

TEST_F(WorldTest, ARadioThatKnowsNoMultiLinkHasNoLinkWdevs) {
    add_radio(RadioOptions{.multi_link = false});
    EXPECT_THAT(wdev("wlan0").link_wdevs(), IsEmpty());
}

TEST_F(WorldTest, AStationThatBecomesAnotherTypeLosesItsLinkWdevs) {
    Wiphy& wiphy = *add_radio().wiphy;
    InterfaceChange change;
    change.type = InterfaceType::monitor;
    ASSERT_TRUE(wiphy.change_interface(wdev("wlan0"), change));
    EXPECT_THAT(wdev("wlan0").link_wdevs(), IsEmpty());
    change.type = InterfaceType::station;
    ASSERT_TRUE(wiphy.change_interface(wdev("wlan0"), change));
    EXPECT_THAT(wdev("wlan0").link_wdevs(), SizeIs(3));
}

TEST_F(WorldTest, ARunningStationThatBecomesAnApAndAStationAgainKeepsTheCountRight) {
    Wiphy& wiphy = *add_radio().wiphy;
    Wdev& station = wdev("wlan0");
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_EQ(wiphy.open_count(), 4U);
    InterfaceChange change;
    change.type = InterfaceType::ap;
    ASSERT_TRUE(wiphy.change_interface(station, change));
    EXPECT_EQ(wiphy.open_count(), 1U);
    change.type = InterfaceType::station;
    ASSERT_TRUE(wiphy.change_interface(station, change));
    EXPECT_EQ(wiphy.open_count(), 4U);
    ASSERT_TRUE(station.netdev()->set_up(false));
    EXPECT_EQ(wiphy.open_count(), 0U);
}

// Rule 7: an AP MLD has one netdev

class ApMld : public WorldTest {
protected:
    static ieee80211::LinkId id(unsigned n) { return *ieee80211::LinkId::from(n); }
    static ieee80211::MacAddress address(std::uint8_t n) { return ieee80211::MacAddress{{0x02, 0, 0, 0, 0xaa, n}}; }

    Wiphy& wiphy = *add_radio().wiphy;
    Wdev& ap = **wiphy.add_interface({"ap0", InterfaceType::ap});
};

TEST_F(ApMld, LinksAreWdevsUnderneathItsOnlyNetdev) {
    const std::size_t netdevs = world.netdevs().size();
    Link& link0 = **wiphy.add_ap_link(ap, id(0), address(0));
    Link& link2 = **wiphy.add_ap_link(ap, id(2), address(2));
    EXPECT_EQ(world.netdevs().size(), netdevs);
    EXPECT_EQ(ap.valid_links(), 0b101);
    EXPECT_THAT(ap.link_wdevs(), ElementsAre(link0.wdev(), link2.wdev()));
    EXPECT_EQ(link2.wdev()->mld_wdev(), &ap);
    EXPECT_EQ(link2.wdev()->affiliated_link(), &link2);
    EXPECT_EQ(link2.wdev()->address(), address(2));
}

TEST_F(ApMld, ALinkThatIsAddedWhileTheApIsUpRunsAtOnce) {
    ASSERT_TRUE(ap.netdev()->set_up(true));
    Link& link = **wiphy.add_ap_link(ap, id(1), address(1));
    EXPECT_TRUE(link.wdev()->running());
    EXPECT_EQ(wiphy.open_count(), 2U);
    ASSERT_TRUE(wiphy.remove_ap_link(ap, id(1)));
    EXPECT_EQ(wiphy.open_count(), 1U);
    EXPECT_FALSE(ap.is_mld());
    EXPECT_EQ(ap.default_link().address(), ap.address());
}

TEST_F(ApMld, LinksEndWhenTheApGoesDown) {
    ASSERT_TRUE(ap.netdev()->set_up(true));
    ASSERT_TRUE(wiphy.add_ap_link(ap, id(0), address(0)));
    ASSERT_TRUE(wiphy.add_ap_link(ap, id(1), address(1)));
    ASSERT_TRUE(ap.netdev()->set_up(false));
    EXPECT_FALSE(ap.is_mld());
    EXPECT_THAT(ap.link_wdevs(), IsEmpty());
    EXPECT_EQ(wiphy.open_count(), 0U);
}

TEST_F(ApMld, RefusesWhatCannotBeALink) {
    ASSERT_TRUE(wiphy.add_ap_link(ap, id(0), address(0)));
    EXPECT_EQ(error_of(wiphy.add_ap_link(ap, id(0), address(1))), EINVAL);
    EXPECT_EQ(error_of(wiphy.add_ap_link(ap, id(1), ieee80211::MacAddress::broadcast())), EINVAL);
    EXPECT_EQ(error_of(wiphy.add_ap_link(wdev("wlan0"), id(1), address(1))), EINVAL);
    Wdev& owner = **wiphy.add_interface({"go0", InterfaceType::p2p_go});
    EXPECT_EQ(error_of(wiphy.add_ap_link(owner, id(1), address(1))), EINVAL);
    EXPECT_EQ(error_of(wiphy.remove_ap_link(ap, id(7))), EINVAL);
    EXPECT_EQ(error_of(wiphy.unregister_mlo_link(*ap.link(id(0))->wdev())), EBUSY);
}

}  // namespace
}  // namespace mlosim::mld
