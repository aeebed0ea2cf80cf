// Access points: when a link may beacon, what it sends, and how it ends.

#include "access_point_fixture.h"
#include "ieee80211/tim.h"

namespace mlosim::mld {
namespace {

using ieee80211::LinkId;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr sim::Duration interval = 100 * sim::time_unit;

LinkId id(unsigned n) {
    return *LinkId::from(n);
}

std::uint64_t timestamp(const Aerial::Heard& f) {
    return ieee80211::BeaconBody::parse(f.view().body())->timestamp;
}

TEST_F(AccessPointTest, BeaconsAtEachMultipleOfItsInterval) {
    ASSERT_EQ(start(network), 0);
    air.listen({ghz2(1)});
    run_for(5 * interval + 10ms);
    ASSERT_THAT(air.heard, SizeIs(5));
    for (std::size_t i = 0; i < air.heard.size(); ++i) {
        EXPECT_EQ(air.heard[i].start.since_start() % interval, 0ns);
        EXPECT_EQ(*air.heard[i].view().addr2(), ap.address());
        // The time at which its own first octet is on the air: 24 octets at 1 Mb/s later.
        EXPECT_EQ(timestamp(air.heard[i]), air.heard[i].start.us() + 192);
    }
}

TEST_F(AccessPointTest, CountsDownToItsDtim) {
    AccessPointSettings settings = ap_settings(network);
    settings.dtim_period = 3;
    ASSERT_TRUE(wiphy.start_ap(ap, std::nullopt, settings));
    air.listen({ghz2(1)});
    run_for(4 * interval + 10ms);
    std::vector<unsigned> counts;
    for (const auto& f : air.heard) {
        const auto body = ieee80211::BeaconBody::parse(f.view().body());
        const auto tim = body->elements.get<ieee80211::Tim>();
        ASSERT_TRUE(tim.has_value());
        EXPECT_EQ(tim->dtim_period(), 3);
        counts.push_back(tim->dtim_count());
    }
    EXPECT_THAT(counts, ElementsAre(2, 1, 0, 2));
}

TEST_F(AccessPointTest, SendsItsTailAfterTheTim) {
    AccessPointSettings settings = ap_settings(network);
    settings.beacon.tail = {221, 3, 1, 2, 3};
    ASSERT_TRUE(wiphy.start_ap(ap, std::nullopt, settings));
    air.listen({ghz2(1)});
    run_for(interval + 10ms);
    std::vector<unsigned> ids;
    const auto body = ieee80211::BeaconBody::parse(air.heard.at(0).view().body());
    for (const auto& e : body->elements)
        ids.push_back(e.type().id);
    EXPECT_THAT(ids, ElementsAre(0, 3, 5, 221));
}

TEST_F(AccessPointTest, HasCarrierWhileItBeacons) {
    EXPECT_FALSE(ap.netdev()->carrier());
    ASSERT_EQ(start(network), 0);
    run_for(0s);
    EXPECT_TRUE(ap.netdev()->carrier());
    EXPECT_EQ(ap.netdev()->operational_state(), OperationalState::up);
    EXPECT_EQ(ap.ssid()->text(), "net");
    EXPECT_EQ(wiphy.channel_of(ap, {})->control, ghz2(1));
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    run_for(0s);
    EXPECT_FALSE(ap.netdev()->carrier());
    EXPECT_FALSE(ap.ssid().has_value());
    EXPECT_EQ(error_of(wiphy.channel_of(ap, {})), ENODATA);
    EXPECT_EQ(error_of(wiphy.stop_ap(ap, std::nullopt)), ENOENT);
    air.listen({ghz2(1)});
    run_for(10 * interval);
    EXPECT_THAT(air.heard, IsEmpty());
}

TEST_F(AccessPointTest, IsRefusedWhatItCannotDo) {
    EXPECT_EQ(error_of(wiphy.start_ap(wdev("wlan0"), std::nullopt, ap_settings(network))), EOPNOTSUPP);
    const auto with = [&](auto change) {
        AccessPointSettings settings = ap_settings(network);
        change(settings);
        return error_of(wiphy.start_ap(ap, std::nullopt, settings));
    };
    EXPECT_EQ(with([](auto& s) { s.beacon_interval = 9; }), EINVAL);
    EXPECT_EQ(with([](auto& s) { s.beacon_interval = 10001; }), EINVAL);
    EXPECT_EQ(with([](auto& s) { s.dtim_period = 0; }), EINVAL);
    EXPECT_EQ(with([](auto& s) { s.ssid = {}; }), EINVAL);
    EXPECT_EQ(with([](auto& s) { s.beacon.head.resize(35); }), EINVAL);
    EXPECT_EQ(error_of(wiphy.start_ap(ap, id(0), ap_settings(network))), ENOLINK);
    ASSERT_EQ(start(network), 0);
    EXPECT_EQ(start(network), EALREADY);
    ASSERT_TRUE(ap.netdev()->set_up(false));
    EXPECT_EQ(start(network), ENETDOWN);
}

TEST_F(AccessPointTest, DoesNotBeginWhereNobodyMay) {
    network.channel = ghz5(52);
    EXPECT_EQ(start(network), EINVAL);  // radar
    network.channel = ghz6(97);
    EXPECT_EQ(start(network), EINVAL);  // closed in Germany
    network.channel = ghz5(36);
    EXPECT_EQ(start(network), 0);
}

TEST_F(AccessPointTest, SharesTheRadiosOnlyChannelOrIsRefused) {
    ASSERT_EQ(start(network), 0);
    Wdev& second = **wiphy.add_interface({"ap1", InterfaceType::ap});
    ASSERT_TRUE(second.netdev()->set_address(address(0x42)));
    ASSERT_TRUE(second.netdev()->set_up(true));
    Network other = network.named("second");
    other.channel = ghz2(6);
    EXPECT_EQ(error_of(wiphy.start_ap(second, std::nullopt, ap_settings(other))), EBUSY);
    other.channel = ghz2(1);
    EXPECT_EQ(error_of(wiphy.start_ap(second, std::nullopt, ap_settings(other))), 0);
}

TEST_F(AccessPointTest, ItsBeaconCanBeReplaced) {
    BeaconData data = ap_settings(network).beacon;
    EXPECT_EQ(error_of(wiphy.change_beacon(ap, std::nullopt, data)), EINVAL);
    ASSERT_EQ(start(network), 0);
    data.tail = {221, 3, 1, 2, 3};
    ASSERT_TRUE(wiphy.change_beacon(ap, std::nullopt, data));
    air.listen({ghz2(1)});
    run_for(interval + 10ms);
    EXPECT_EQ(air.heard.at(0).bytes.back(), 3);
    data.head.resize(20);
    EXPECT_EQ(error_of(wiphy.change_beacon(ap, std::nullopt, data)), EINVAL);
}

TEST_F(AccessPointTest, IsSilentWhenItsInterfaceIsDownAndDoesNotReturnByItself) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(ap.netdev()->set_up(false));
    air.listen({ghz2(1)});
    run_for(1s);
    ASSERT_TRUE(ap.netdev()->set_up(true));
    run_for(1s);
    EXPECT_THAT(air.heard, IsEmpty());
    EXPECT_EQ(start(network), 0);
    run_for(1s);
    EXPECT_THAT(air.heard, Not(IsEmpty()));
}

TEST_F(AccessPointTest, EndsWithItsInterface) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(wiphy.remove_interface(ap));
    air.listen({ghz2(1)});
    run_for(1s);
    EXPECT_THAT(air.heard, IsEmpty());
}

TEST_F(AccessPointTest, EndsWithItsRadio) {
    ASSERT_EQ(start(network), 0);
    run_for(50ms);
    world.remove_radio(RadioIndex{0});
    run_for(1s);
}

TEST_F(AccessPointTest, EndsWhenItsInterfaceBecomesAStation) {
    ASSERT_EQ(start(network), 0);
    InterfaceChange change;
    change.type = InterfaceType::station;
    ASSERT_TRUE(wiphy.change_interface(ap, change));
    air.listen({ghz2(1)});
    run_for(1s);
    EXPECT_THAT(air.heard, IsEmpty());
}

TEST_F(AccessPointTest, SendsWithThePowerThatChannelAndUserAllow) {
    ASSERT_EQ(start(network), 0);
    EXPECT_EQ(*wiphy.tx_power(ap, {}), 20);
    EXPECT_EQ(error_of(wiphy.set_tx_power(nullptr, TxPowerSetting::limited, 700)), 0);
    EXPECT_EQ(*wiphy.tx_power(ap, {}), 7);
    EXPECT_EQ(error_of(wiphy.set_tx_power(nullptr, TxPowerSetting::fixed, 9900)), 0);
    EXPECT_EQ(*wiphy.tx_power(ap, {}), 20);
    EXPECT_EQ(error_of(wiphy.set_tx_power(nullptr, TxPowerSetting::automatic, 0)), 0);
    set_country('U', 'S');
    EXPECT_EQ(*wiphy.tx_power(ap, {}), 30);  // another country, another limit
}

// The rules of a new country leave it a minute. cf. reg_check_chans_work()
TEST_F(AccessPointTest, LeavesAMinuteAfterItsChannelIsClosed) {
    network.channel = ghz5(36);
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(world.regulatory().hint_user(phy::Alpha2::world()));
    run_for(59s);
    EXPECT_NE(ap.default_link().ap(), nullptr);
    run_for(2s);
    EXPECT_EQ(ap.default_link().ap(), nullptr);
    EXPECT_FALSE(ap.netdev()->carrier());
    EXPECT_TRUE(ap.netdev()->is_up());
}

TEST_F(AccessPointTest, StaysIfItsChannelIsOpenedAgainInTime) {
    network.channel = ghz5(36);
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(world.regulatory().hint_user(phy::Alpha2::world()));
    run_for(30s);
    set_country('D', 'E');
    run_for(10min);
    EXPECT_NE(ap.default_link().ap(), nullptr);
}

TEST_F(AccessPointTest, StationsFindIt) {
    Wiphy& other = *add_radio().wiphy;
    Wdev& station = wdev("wlan1");
    ASSERT_TRUE(station.netdev()->set_up(true));
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(other.trigger_scan(station, {}));
    run_for(20s);
    const auto all = other.bss_table().entries();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all.front()->bssid, ap.address());
    EXPECT_EQ(all.front()->signal_mbm, -3000);
}

// AP MLDs: one netdev, several links, each a link wdev

class ApMldOnAir : public AccessPointTest {
protected:
    ApMldOnAir() : AccessPointTest(3) {
        for (unsigned i = 0; i < 3; ++i) {
            links.push_back(*wiphy.add_ap_link(ap, id(i), address(static_cast<std::uint8_t>(i))));
            networks[i].bssid = links.back()->address();
        }
        networks[0].channel = ghz2(1);
        networks[1].channel = ghz5(36);
        networks[2].channel = ghz6(5);
        air.listen({ghz2(1), ghz5(36), ghz6(5)});
    }
    int start_link(unsigned n) { return error_of(wiphy.start_ap(ap, id(n), ap_settings(networks[n]))); }
    /// Which links were heard during the next second.
    std::set<unsigned> heard() {
        air.heard.clear();
        run_for(1s);
        std::set<unsigned> out;
        for (const auto& f : air.heard)
            for (unsigned i = 0; i < networks.size(); ++i)
                if (*f.view().addr2() == networks[i].bssid && f.channel == networks[i].channel) out.insert(i);
        return out;
    }

    std::vector<Link*> links;
    std::array<Network, 3> networks;
};

TEST_F(ApMldOnAir, EachLinkBeginsByItself) {
    EXPECT_THAT(heard(), IsEmpty());
    ASSERT_EQ(start_link(1), 0);
    EXPECT_THAT(heard(), ElementsAre(1));
    EXPECT_TRUE(ap.netdev()->carrier());
    ASSERT_EQ(start_link(0), 0);
    ASSERT_EQ(start_link(2), 0);
    EXPECT_THAT(heard(), ElementsAre(0, 1, 2));
    EXPECT_EQ(start_link(2), EALREADY);
}

TEST_F(ApMldOnAir, EachLinkHasItsOwnChannelAndTheMldNone) {
    for (unsigned i = 0; i < 3; ++i)
        ASSERT_EQ(start_link(i), 0);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(wiphy.channel_of(ap, id(i))->control, networks[i].channel);
    EXPECT_EQ(error_of(wiphy.channel_of(ap, id(3))), ENOLINK);
}

TEST_F(ApMldOnAir, ALinkIsNamedWhereverTheAccessPointIs) {
    EXPECT_EQ(start(networks[0]), EINVAL);
    EXPECT_EQ(error_of(wiphy.start_ap(ap, id(7), ap_settings(networks[0]))), ENOLINK);
    EXPECT_EQ(error_of(wiphy.stop_ap(ap, std::nullopt)), EINVAL);
    EXPECT_EQ(error_of(wiphy.stop_ap(ap, id(1))), ENOENT);
}

TEST_F(ApMldOnAir, AllLinksHaveOneSsid) {
    ASSERT_EQ(start_link(0), 0);
    networks[1].ssid = "other";
    EXPECT_EQ(start_link(1), EINVAL);
    ASSERT_TRUE(wiphy.stop_ap(ap, id(0)));
    EXPECT_EQ(start_link(1), 0);  // nobody is left to disagree with
}

TEST_F(ApMldOnAir, CarrierLastsAsLongAsOneLinkBeacons) {
    ASSERT_EQ(start_link(0), 0);
    ASSERT_EQ(start_link(1), 0);
    ASSERT_TRUE(wiphy.stop_ap(ap, id(0)));
    EXPECT_TRUE(ap.netdev()->carrier());
    EXPECT_THAT(heard(), ElementsAre(1));
    ASSERT_TRUE(wiphy.stop_ap(ap, id(1)));
    EXPECT_FALSE(ap.netdev()->carrier());
}

TEST_F(ApMldOnAir, ALinkThatIsRemovedFallsSilentAndTheOthersGoOn) {
    for (unsigned i = 0; i < 3; ++i)
        ASSERT_EQ(start_link(i), 0);
    log.clear();
    ASSERT_TRUE(wiphy.remove_ap_link(ap, id(1)));
    EXPECT_THAT(log.lines(), ElementsAre("link-stopped of ap0", "link-removed of ap0"));
    EXPECT_EQ(ap.valid_links(), 0b101);
    EXPECT_THAT(heard(), ElementsAre(0, 2));
}

TEST_F(ApMldOnAir, GoingDownEndsAllLinksAndTheirLinkWdevs) {
    for (unsigned i = 0; i < 3; ++i)
        ASSERT_EQ(start_link(i), 0);
    ASSERT_TRUE(ap.netdev()->set_up(false));
    EXPECT_FALSE(ap.is_mld());
    EXPECT_THAT(ap.link_wdevs(), IsEmpty());
    EXPECT_EQ(wiphy.open_count(), 0U);
    EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ApMldOnAir, RemovingTheInterfaceEndsAllLinksFirst) {
    for (unsigned i = 0; i < 3; ++i)
        ASSERT_EQ(start_link(i), 0);
    log.clear();
    ASSERT_TRUE(wiphy.remove_interface(ap));
    const std::vector<std::string> lines = log.take();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "link-removed of ap0"), 3);
    const auto last_link = std::find(lines.rbegin(), lines.rend(), "link-removed of ap0");
    const auto gone = std::find(lines.rbegin(), lines.rend(), "del-interface ap0");
    EXPECT_GT(last_link, gone);  // reverse iterators: further from the end
    EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ApMldOnAir, ItsOneNetdevIsAllThatProgramsSee) {
    EXPECT_EQ(wiphy.wdevs().size(), 2U);       // wlan0 and ap0
    EXPECT_EQ(wiphy.link_wdevs().size(), 6U);  // three of each
    for (const Link* link : links) {
        EXPECT_EQ(link->wdev()->netdev(), nullptr);
        EXPECT_TRUE(link->wdev()->running());
    }
}

TEST_F(ApMldOnAir, DoesNotChangeItsTypeWhileItHasLinks) {
    InterfaceChange change;
    change.type = InterfaceType::station;
    EXPECT_EQ(error_of(wiphy.change_interface(ap, change)), EBUSY);
}

TEST_F(ApMldOnAir, AnAccessPointThatBeaconsAloneTakesNoLinks) {
    ASSERT_TRUE(ap.netdev()->set_up(false));
    ASSERT_TRUE(ap.netdev()->set_up(true));
    ASSERT_EQ(start(network), 0);
    EXPECT_EQ(error_of(wiphy.add_ap_link(ap, id(0), address(0))), EINVAL);
}

TEST_F(ApMldOnAir, StationsFindEachLink) {
    for (unsigned i = 0; i < 3; ++i)
        ASSERT_EQ(start_link(i), 0);
    Wiphy& other = *add_radio().wiphy;
    ASSERT_TRUE(wdev("wlan1").netdev()->set_up(true));
    ScanRequest request;
    for (const Network& n : networks)
        request.frequencies.push_back(n.channel.center);
    ASSERT_TRUE(other.trigger_scan(wdev("wlan1"), request));
    run_for(2s);
    EXPECT_EQ(other.bss_table().size(), 3U);
}

}  // namespace
}  // namespace mlosim::mld
