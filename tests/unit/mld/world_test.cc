// Worlds as a whole: numbers, order, and ends with everything still running.

#include "access_point_fixture.h"
#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(WorldTest, NumbersAreGivenInOrderAndNeverTwice) {
    add_radio();
    add_radio();
    world.remove_radio(RadioIndex{0});
    Radio& third = add_radio();
    EXPECT_EQ(third.index.value, 2U);
    EXPECT_EQ(third.wiphy->index().value, 2U);
    EXPECT_EQ(third.wiphy->name(), "phy2");
    EXPECT_EQ(third.wiphy->addresses().front().to_string(), "02:00:00:00:02:00");
    EXPECT_EQ(netdev("wlan0").index().value, 4U);  // the name is free again, the number is not
    Wdev& one = **third.wiphy->add_interface({"a", InterfaceType::monitor});
    ASSERT_TRUE(third.wiphy->remove_interface(one));
    Wdev& two = **third.wiphy->add_interface({"b", InterfaceType::monitor});
    EXPECT_EQ(two.id().local(), 3U);
    EXPECT_EQ(two.netdev()->index().value, 6U);
}

TEST_F(WorldTest, AddressesFollowTheRadiosNumber) {
    for (int i = 0; i < 258; ++i)
        add_radio("n");
    EXPECT_EQ(world.find_radio(RadioIndex{255})->wiphy->addresses().front().to_string(), "02:00:00:00:ff:00");
    EXPECT_EQ(world.find_radio(RadioIndex{257})->wiphy->addresses().front().to_string(), "02:00:00:01:01:00");
}

TEST_F(WorldTest, ANewDeviceTakesTheLowestNumberThatIsFree) {
    for (int i = 0; i < 4; ++i)
        add_radio("n");
    world.remove_radio(RadioIndex{1});
    EXPECT_EQ(add_radio("n").wiphy->wdevs().begin()->second->name(), "wlan1");
    ASSERT_TRUE(netdev("wlan0").rename("first"));
    EXPECT_EQ(add_radio("n").wiphy->wdevs().begin()->second->name(), "wlan0");
    EXPECT_EQ(add_radio("n").wiphy->wdevs().begin()->second->name(), "wlan4");
    // Names are asked for by other patterns too, more of them than are remembered.
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(*world.netdev_name_for("p" + std::to_string(i) + "-%d", ENFILE), "p" + std::to_string(i) + "-0");
    EXPECT_EQ(*world.netdev_name_for("wlan%d", ENFILE), "wlan5");
}

TEST_F(WorldTest, RadiosOfOneKindShareTheirProfile) {
    const RadioProfile& first = add_radio("ax").wiphy->profile();
    EXPECT_EQ(&add_radio("ax").wiphy->profile(), &first);
    EXPECT_NE(&add_radio("ac").wiphy->profile(), &first);
    world.remove_radio(RadioIndex{0});
    EXPECT_EQ(&add_radio("ax").wiphy->profile(), &first);  // as long as one is left
}

TEST_F(WorldTest, DevicesThatPromiseANumberGetIt) {
    world.set_next_ifindex(IfIndex{100});
    add_radio();
    EXPECT_EQ(netdev("wlan0").index().value, 100U);
}

TEST_F(WorldTest, ARadioIsFoundByAllItsNames) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.placement.name = "kitchen";
    spec.wiphy_name = "front";
    Radio& radio = add_radio(spec);
    EXPECT_EQ(world.find_radio_by_placement("kitchen"), &radio);
    EXPECT_EQ(world.find_radio_by_name("front"), &radio);
    EXPECT_EQ(world.find_wiphy("front"), radio.wiphy);
    EXPECT_EQ(world.find_radio(RadioIndex{7}), nullptr);
    EXPECT_EQ(world.find_radio_by_name("back"), nullptr);
    EXPECT_EQ(world.find_radio_by_placement("cellar"), nullptr);
}

TEST_F(WorldTest, ARadioNeedsADriverAndATypeOfInterface) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.driver = "no-such-chip";
    EXPECT_EQ(error_of(world.add_radio(spec)), EINVAL);
    spec.driver = "hwsim";
    spec.profile.interface_types = {};
    EXPECT_EQ(error_of(world.add_radio(spec)), EINVAL);
}

TEST_F(WorldTest, ARadioMayBeBornWithoutAnInterface) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.interface_name.clear();
    EXPECT_THAT(add_radio(spec).wiphy->wdevs(), IsEmpty());
}

TEST_F(WorldTest, ARadioWhoseInterfaceCannotBeNamedHasNone) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    spec.interface_name = "lo";
    EXPECT_THAT(add_radio(spec).wiphy->wdevs(), IsEmpty());
}

TEST_F(WorldTest, RemovingWhatIsNotThereDoesNothing) {
    world.remove_radio(RadioIndex{3});
    world.release(OwnerId{});
    world.release(OwnerId{9});
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(WorldTest, AnObserverMayLeaveWhileItIsTold) {
    struct Leaver final : Events {
        explicit Leaver(World& w) : world(w) {}
        void wiphy_added(Wiphy&) override {
            ++told;
            world.unsubscribe(*this);
        }
        World& world;
        int told = 0;
    } leaver(world);
    world.subscribe(leaver);
    add_radio();
    add_radio();
    EXPECT_EQ(leaver.told, 1);
}

/// Everything at once: scans, beacons, monitors, links of an AP MLD, a country on its way.
class BusyWorld : public WorldTest {
protected:
    BusyWorld() {
        set_country('D', 'E');
        for (int i = 0; i < 3; ++i)
            add_radio(RadioOptions{.channels = 3});
        add_radio(RadioOptions{.multi_link = false});
        for (const auto& [index, wiphy] : world.wiphys()) {
            const std::string n = std::to_string(index.value);
            Wdev& station = wdev("wlan" + n);
            EXPECT_TRUE(station.netdev()->set_up(true).has_value());
            Wdev& mon = **wiphy->add_interface({"mon" + n, InterfaceType::monitor});
            EXPECT_TRUE(mon.netdev()->set_up(true).has_value());
            if (wiphy->profile().has(WiphyFlag::multi_link)) start_mld(*wiphy, n);
            EXPECT_EQ(error_of(wiphy->trigger_scan(station, {})), 0);
        }
        EXPECT_TRUE(world.regulatory().hint_user({'Z', 'Z'}).has_value());
        run_for(1010ms);
    }
    void start_mld(Wiphy& wiphy, const std::string& n) {
        Wdev& ap = **wiphy.add_interface({"ap" + n, InterfaceType::ap});
        EXPECT_TRUE(ap.netdev()->set_up(true).has_value());
        const std::array<phy::Channel, 3> channels{ghz2(1), ghz5(36), ghz6(5)};
        for (unsigned i = 0; i < channels.size(); ++i) {
            Network network;
            network.channel = channels[i];
            network.bssid = address(static_cast<std::uint8_t>(16 * (wiphy.index().value + 1) + i));
            const auto id = *ieee80211::LinkId::from(i);
            EXPECT_TRUE(wiphy.add_ap_link(ap, id, network.bssid).has_value());
            EXPECT_EQ(error_of(wiphy.start_ap(ap, id, ap_settings(network))), 0);
        }
    }
};

TEST_F(BusyWorld, EndsCleanly) {
    EXPECT_GT(medium.counters().delivered, 0U);
}

TEST_F(BusyWorld, LosesItsRadiosOneAfterTheOther) {
    for (std::uint32_t i = 0; i < 4; ++i) {
        world.remove_radio(RadioIndex{i});
        run_for(500ms);
    }
    EXPECT_TRUE(world.wiphys().empty());
    EXPECT_THAT(world.netdevs(), SizeIs(1));  // lo
    run_for(1min);
    log.clear();
    run_for(1min);
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(BusyWorld, LosesItsInterfacesOneAfterTheOther) {
    for (const auto& [index, wiphy] : world.wiphys()) {
        while (!wiphy->wdevs().empty()) {
            ASSERT_TRUE(wiphy->remove_interface(*wiphy->wdevs().begin()->second));
            run_for(100ms);
        }
        EXPECT_EQ(wiphy->open_count(), 0U);
        EXPECT_TRUE(wiphy->link_wdevs().empty());
    }
}

TEST_F(BusyWorld, GoesDownAndUpAgain) {
    for (const bool up : {false, true, false, true}) {
        for (const auto& [index, netdev] : world.netdevs())
            EXPECT_EQ(error_of(netdev->set_up(up)), 0) << netdev->name();
        run_for(300ms);
    }
    for (const auto& [index, wiphy] : world.wiphys())
        EXPECT_GT(wiphy->open_count(), 0U);
}

/// What a world with this seed tells of itself in its trace.
std::string trace_of(std::uint64_t seed) {
    sim::EventQueue queue;
    sim::Random random{seed};
    std::string lines;
    sim::Trace trace([&](std::string_view line) { lines += line; });
    phy::IdealMedium medium{queue};
    World world{queue, random, trace, phy::RegulatoryDatabase::embedded()};
    hwsim::install(world, medium);
    for (int i = 0; i < 3; ++i) {
        RadioSpec spec;
        spec.profile = profile("generic-be");
        EXPECT_TRUE(world.add_radio(spec).has_value());
    }
    Wiphy& ap_wiphy = *world.find_wiphy("phy2");
    Wdev& ap = **ap_wiphy.add_interface({"ap", InterfaceType::ap});
    EXPECT_TRUE(ap.netdev()->set_up(true).has_value());
    Network network;
    network.bssid = ap.address();
    network.beacon_interval = 20;  // often enough for the shortest visit
    EXPECT_TRUE(ap_wiphy.start_ap(ap, std::nullopt, ap_settings(network)).has_value());
    for (const char* name : {"wlan0", "wlan1"}) {
        Wdev& station = *world.find_netdev(name)->wdev();
        EXPECT_TRUE(station.netdev()->set_up(true).has_value());
        ScanRequest request;
        request.ssids = {ieee80211::Ssid{}};
        request.flags = {ScanFlag::random_address};
        EXPECT_TRUE(station.wiphy().trigger_scan(station, request).has_value());
    }
    queue.run_until(sim::Time{20s});
    return lines;
}

TEST(Determinism, EqualSeedsGiveEqualTraces) {
    const std::string first = trace_of(7);
    EXPECT_NE(first.find("mld/bss-found"), std::string::npos);
    EXPECT_EQ(first, trace_of(7));
}

}  // namespace
}  // namespace mlosim::mld
