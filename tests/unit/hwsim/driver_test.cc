// The generic radio: what it hears, what it sends, and what it says of channels that it has visited.

#include "hwsim/driver.h"

#include "../mld/access_point_fixture.h"
#include "../mld/scan_fixture.h"

namespace mlosim::hwsim {
namespace {

using namespace std::chrono_literals;
using mld::AccessPointTest;
using mld::address;
using mld::Aerial;
using mld::ap_settings;
using mld::error_of;
using mld::ghz2;
using mld::ghz5;
using mld::ghz6;
using mld::Network;
using mld::ScanRequest;
using mld::ScanTest;
using mld::SoftwareScanTest;
using mld::Survey;
using mld::Wdev;
using mld::Wiphy;
using mld::WorldTest;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Driver& driver_of(const Wiphy& wiphy) {
    return static_cast<const Driver&>(wiphy.driver());
}

/// "2412 120/15": a channel's MHz, active and busy milliseconds.
std::vector<std::string> surveys(Wiphy& wiphy, const Wdev& wdev) {
    std::vector<std::string> out;
    for (std::size_t i = 0;; ++i) {
        const auto survey = wiphy.survey(wdev, i);
        if (!survey) {
            EXPECT_EQ(survey.error().code, ENOENT);
            return out;
        }
        EXPECT_EQ(survey->noise_dbm, -92);
        EXPECT_FALSE(survey->in_use);
        out.push_back(std::to_string(survey->channel.center.in_mhz()) + " " + std::to_string(survey->active->count()) +
                      "/" + std::to_string(survey->busy->count()));
    }
}

// Surveys, cf. 04-errors of the oracle: 32 ms where it probed, 120 ms where it only listened

TEST_F(ScanTest, ARadioThatHasNotScannedKnowsNothingOfChannels) {
    EXPECT_THAT(surveys(wiphy, station), IsEmpty());
}

TEST_F(ScanTest, ItsSurveyIsOfTheBandThatItScannedLast) {
    scan(on({ghz2(1), ghz2(12)}, {""}));
    EXPECT_THAT(surveys(wiphy, station), ElementsAre("2412 32/4", "2467 120/15"));
    scan(on({ghz2(1), ghz5(36), ghz5(52)}, {""}));
    EXPECT_THAT(surveys(wiphy, station), ElementsAre("5180 120/15", "5260 120/15"));
}

TEST_F(ScanTest, AnAbortedScanLeavesWhatItHadBegun) {
    ASSERT_EQ(trigger(on({ghz2(1), ghz2(2), ghz2(3)})), 0);
    run_for(130ms);
    ASSERT_TRUE(wiphy.abort_scan(station));
    run_for(1s);
    EXPECT_THAT(surveys(wiphy, station), ElementsAre("2412 120/15", "2417 120/15"));
}

TEST_F(SoftwareScanTest, TheMacsOwnScanIsSurveyedByTheTimeThatItTook) {
    scan(on({ghz2(6), ghz2(11)}));
    // The radio returns to channel 1, where it has not been for long.
    EXPECT_THAT(surveys(wiphy, station), ElementsAre("2437 112/14", "2462 112/14", "2412 0/0"));
}

TEST_F(SoftwareScanTest, TheChannelWhereTheRadioIsAnywayIsSurveyedToo) {
    scan(on({ghz2(1), ghz2(6)}));
    EXPECT_THAT(surveys(wiphy, station), ElementsAre("2412 112/14", "2437 112/14"));
}

TEST_F(SoftwareScanTest, EachChannelIsSurveyedOnce) {
    scan(on({ghz2(6), ghz2(1), ghz2(6)}));
    EXPECT_THAT(surveys(wiphy, station), SizeIs(2));
}

TEST_F(WorldTest, RadiosWithoutSurveySayNothing) {
    mld::RadioSpec spec;
    spec.profile = mld::profile("generic-be");
    spec.profile.survey = mld::SurveyStyle::none;
    Wiphy& wiphy = *add_radio(spec).wiphy;
    EXPECT_EQ(error_of(wiphy.survey(wdev("wlan0"), 0)), EOPNOTSUPP);
}

// Hearing

TEST_F(ScanTest, DuringAScanItHearsTheChannelItIsOnAndNoOther) {
    ASSERT_EQ(trigger(on({ghz2(1), ghz2(6)})), 0);
    run_for(10ms);
    Network six;
    six.channel = ghz2(6);
    air.send(six.beacon(), ghz2(6));  // too early
    Network one;
    one.bssid = address(2);
    air.send(one.beacon(), ghz2(1));
    run_for(114ms);
    air.send(one.named("late").beacon(), ghz2(1));
    run_for(1s);
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:02 2412 net"));
    EXPECT_EQ(driver_of(wiphy).counters().rx_packets, 1U);
}

TEST_F(AccessPointTest, HearsItsChannelAndScansAtTheSameTime) {
    ASSERT_EQ(start(network), 0);
    Wdev& station = wdev("wlan0");
    ASSERT_TRUE(station.netdev()->set_up(true));
    ScanRequest request;
    request.frequencies = {ghz5(36).center};
    ASSERT_TRUE(wiphy.trigger_scan(station, request));
    run_for(10ms);
    Network here;
    here.bssid = address(1);
    Network there = here;
    there.channel = ghz5(36);
    air.send(here.beacon(), ghz2(1));
    air.send(there.beacon(), ghz5(36));
    run_for(1s);
    EXPECT_EQ(wiphy.bss_table().size(), 2U);
}

TEST_F(WorldTest, ARadioThatIsDownIsDeafAndMute) {
    add_radio();
    Aerial air(medium);
    air.send(Network{}.beacon(), ghz2(1));
    run_for(1s);
    EXPECT_EQ(driver_of(*world.find_wiphy("phy0")).counters().rx_packets, 0U);
}

TEST_F(WorldTest, AMonitorHearsItsChannel) {
    Wiphy& wiphy = *add_radio().wiphy;
    Wdev& mon = **wiphy.add_interface({"mon0", mld::InterfaceType::monitor});
    ASSERT_TRUE(mon.netdev()->set_up(true));
    const auto channel6 = phy::ChannelDefinition::mhz20(ghz2(6));
    Aerial air(medium);
    air.send(Network{}.beacon(), ghz2(6));
    run_for(1s);
    EXPECT_EQ(driver_of(wiphy).counters().rx_packets, 0U);
    ASSERT_TRUE(wiphy.set_channel(&mon, channel6, std::nullopt));
    air.send(Network{}.beacon(), ghz2(6));
    run_for(1s);
    EXPECT_EQ(driver_of(wiphy).counters().rx_packets, 1U);
    ASSERT_TRUE(mon.netdev()->set_up(false));
    air.send(Network{}.beacon(), ghz2(6));
    run_for(1s);
    EXPECT_EQ(driver_of(wiphy).counters().rx_packets, 1U);
}

TEST_F(WorldTest, RadiosOfDifferentGroupsDoNotHearEachOther) {
    Wiphy& wiphy = *add_radio().wiphy;
    Wdev& station = wdev("wlan0");
    ASSERT_TRUE(station.netdev()->set_up(true));
    static_cast<Driver&>(wiphy.driver()).set_group(2);
    Aerial air(medium);
    ASSERT_TRUE(wiphy.trigger_scan(station, {}));
    run_for(10ms);
    air.send(Network{}.beacon(), ghz2(1));
    run_for(1s);
    EXPECT_EQ(driver_of(wiphy).counters().rx_packets, 0U);
}

// Sending

TEST_F(ScanTest, EveryFrameIsCounted) {
    air.listen({ghz2(1)});
    scan(on({ghz2(1)}, {"", "x"}));
    const Driver::Counters& counters = driver_of(wiphy).counters();
    EXPECT_EQ(counters.tx_packets, 2U);
    EXPECT_EQ(counters.tx_bytes, air.heard.at(0).bytes.size() + air.heard.at(1).bytes.size());
    hear(Network{});
    EXPECT_EQ(counters.rx_packets, 1U);
    EXPECT_EQ(counters.rx_bytes, Network{}.beacon().size());
}

TEST_F(AccessPointTest, BeaconsOn5GHzCarryTheTimeAtTheirRate) {
    network.channel = ghz5(36);
    ASSERT_EQ(start(network), 0);
    air.listen({ghz5(36)});
    run_for(120ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    // 24 octets at 6 Mb/s
    EXPECT_EQ(ieee80211::BeaconBody::parse(air.heard[0].view().body())->timestamp, air.heard[0].start.us() + 32);
}

TEST_F(AccessPointTest, ANewIntervalIsKeptFromTheNextStartOn) {
    network.beacon_interval = 50;
    ASSERT_EQ(start(network), 0);
    air.listen({ghz2(1)});
    run_for(50 * 3 * sim::time_unit + 10ms);
    EXPECT_THAT(air.heard, SizeIs(3));
}

TEST_F(AccessPointTest, BeaconsCanBeSetApart) {
    mld::AccessPointSettings settings = ap_settings(network);
    settings.tbtt_offset = 30ms;
    ASSERT_TRUE(wiphy.start_ap(ap, std::nullopt, settings));
    air.listen({ghz2(1)});
    run_for(300ms);
    ASSERT_THAT(air.heard, SizeIs(3));
    for (const auto& f : air.heard)
        EXPECT_EQ((f.start.since_start() - 30ms) % (100 * sim::time_unit), 0ns);
}

// Link wdevs

TEST_F(WorldTest, AStationHasALinkWdevForEachBandThatKnowsMultiLink) {
    Wiphy& wiphy = *add_radio().wiphy;
    EXPECT_THAT(wiphy.driver().station_link_bands(wdev("wlan0")),
                ElementsAre(phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6));
    Wiphy& older = *add_radio("ax").wiphy;
    EXPECT_THAT(older.driver().station_link_bands(wdev("wlan1")), IsEmpty());
}

TEST_F(WorldTest, ADriverIsForgottenByItsMediumWhenItGoes) {
    for (int i = 0; i < 3; ++i) {
        Wiphy& wiphy = *add_radio().wiphy;
        const std::string name = wiphy.wdevs().begin()->second->name();
        ASSERT_TRUE(netdev(name).set_up(true));
        ASSERT_TRUE(wiphy.trigger_scan(wdev(name), {}));
        Aerial air(medium);
        air.send(Network{}.beacon(), ghz2(1));  // still in the air when the radio goes
        world.remove_radio(mld::RadioIndex{static_cast<std::uint32_t>(i)});
        run_for(1s);
    }
}

}  // namespace
}  // namespace mlosim::hwsim
