// Scans of 6 GHz: all of it, or the preferred channels and what the other bands tell of.

#include "ieee80211/reduced_neighbor_report.h"
#include "mld/detail/colocated.h"
#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using ieee80211::RnrBssParameters;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::uint8_t class_6ghz_20mhz = 131;

/// A neighbor report of one access point on a 6 GHz channel.
ieee80211::ReducedNeighborReport report(std::uint8_t channel, ieee80211::MacAddress bssid, RnrBssParameters bss,
                                        std::optional<std::uint32_t> short_ssid = {}) {
    ieee80211::TbttInfo info;
    info.tbtt_offset = 255;
    info.bssid = bssid;
    info.short_ssid = short_ssid;
    info.bss = bss;
    info.psd_20mhz = 10;
    ieee80211::NeighborAp neighbor;
    neighbor.operating_class = class_6ghz_20mhz;
    neighbor.channel = channel;
    neighbor.tbtts = {info};
    return *ieee80211::ReducedNeighborReport::from({neighbor});
}
RnrBssParameters colocated() {
    return RnrBssParameters{}.set(RnrBssParameters::colocated_ap);
}
RnrBssParameters same_ssid() {
    return colocated().set(RnrBssParameters::same_ssid);
}

/// A radio that asks for 6 GHz in a scan of its own after the other bands.
class Split6GHz : public ScanTest {
protected:
    Split6GHz() : ScanTest("mt7925") {
        set_country('D', 'E');
        log.clear();
    }
    ScanRequest request(std::vector<std::string> ssids) {
        std::vector<phy::Channel> channels{ghz2(1)};
        for (const phy::RadioChannel& c : wiphy.band(phy::Band::ghz6)->channels)
            if (!c.now.flags.has(phy::ChannelFlag::disabled)) channels.push_back(c.channel);
        ScanRequest out = on(std::move(channels), std::move(ssids));
        out.flags = {ScanFlag::colocated_6ghz};
        return out;
    }
    /// The 6 GHz half of a scan, as planned with what is known now.
    Result<detail::SixGhzPlan> plan(const ScanRequest& request) {
        Scan scan;
        scan.wdev = &station;
        scan.request = request;
        for (phy::Frequency f : request.frequencies)
            scan.channels.push_back(*phy::find_channel(f));
        return detail::plan_6ghz(wiphy, scan);
    }
    static std::vector<unsigned> numbers(const detail::SixGhzPlan& plan) {
        std::vector<unsigned> out;
        for (const phy::Channel& c : plan.channels)
            out.push_back(c.number());
        return out;
    }
};

TEST_F(Split6GHz, WithoutTheFlagEveryChannelIsVisited) {
    ScanRequest all = request({""});
    all.flags = {};
    const auto planned = plan(all);
    ASSERT_TRUE(planned.has_value());
    EXPECT_THAT(planned->channels, SizeIs(24));  // 5945 to 6425 MHz
    EXPECT_THAT(planned->colocated, IsEmpty());
}

TEST_F(Split6GHz, WithItOnlyPreferredScanningChannelsAre) {
    EXPECT_THAT(numbers(*plan(request({""}))), ElementsAre(5, 21, 37, 53, 69, 85));
}

TEST_F(Split6GHz, AndThoseThatAnotherBandTellsOf) {
    Network reporter;
    hear(reporter.with(report(13, address(9), same_ssid())));
    const auto planned = plan(request({""}));
    EXPECT_THAT(numbers(*planned), ElementsAre(5, 21, 37, 53, 69, 85, 13));
    ASSERT_THAT(planned->colocated, SizeIs(1));
    EXPECT_EQ(planned->colocated[0].channel, ghz6(13));
    EXPECT_EQ(planned->colocated[0].bssid, address(9));
    EXPECT_EQ(planned->colocated[0].psd_20, 10);
    EXPECT_EQ(planned->colocated[0].short_ssid, ieee80211::Ssid::from("net")->short_ssid());
    EXPECT_FALSE(planned->colocated[0].psc_no_listen);
}

TEST_F(Split6GHz, NeighborsThatAreNotColocatedAreNotVisited) {
    Network reporter;
    hear(reporter.with(report(13, address(9), RnrBssParameters{}.set(RnrBssParameters::same_ssid))));
    EXPECT_THAT(numbers(*plan(request({""}))), Not(Contains(13)));
}

TEST_F(Split6GHz, OnlyNetworksThatAreAskedForAreVisited) {
    Network reporter;
    reporter.with(report(13, address(9), same_ssid()));
    reporter.with(report(17, address(10), colocated(), ieee80211::Ssid::from("other")->short_ssid()));
    hear(reporter);
    EXPECT_THAT(numbers(*plan(request({"net"}))), ElementsAre(5, 21, 37, 53, 69, 85, 13));
    EXPECT_THAT(numbers(*plan(request({"other"}))), ElementsAre(5, 21, 37, 53, 69, 85, 17));
    EXPECT_THAT(numbers(*plan(request({"third"}))), ElementsAre(5, 21, 37, 53, 69, 85));
}

TEST_F(Split6GHz, ANetworkThatIsAllInReportsNeedsNoPreferredChannels) {
    Network reporter;
    hear(reporter.with(report(13, address(9), same_ssid().set(RnrBssParameters::colocated_6ghz_ess)))
             .with(report(21, address(10), same_ssid())));
    const auto planned = plan(request({"net"}));
    EXPECT_THAT(numbers(*planned), ElementsAre(13, 21));
    EXPECT_FALSE(planned->colocated[0].psc_no_listen);
    EXPECT_TRUE(planned->colocated[1].psc_no_listen);
    EXPECT_THAT(numbers(*plan(request({"net", "more"}))), Contains(37));  // more than one was asked for
}

TEST_F(Split6GHz, NontransmittedOnesAreNotProbedForWithAWildcard) {
    Network reporter;
    hear(reporter.with(report(13, address(9), same_ssid().set(RnrBssParameters::multiple_bssid))));
    EXPECT_THAT(numbers(*plan(request({""}))), Not(Contains(13)));
    EXPECT_THAT(numbers(*plan(request({}))), Not(Contains(13)));
    EXPECT_THAT(numbers(*plan(request({"net"}))), Contains(13));
}

TEST_F(Split6GHz, ABssidThatIsKnownIn6GHzIsVisitedOnItsChannel) {
    Network own;
    own.channel = ghz6(41);
    own.bssid = address(3);
    hear(own);
    ScanRequest directed = request({});
    directed.bssid = address(3);
    EXPECT_THAT(numbers(*plan(directed)), ElementsAre(5, 21, 37, 53, 69, 85, 41));
}

TEST_F(Split6GHz, OneReporterWithMalformedReportsTellsNothing) {
    Network reporter;
    reporter.with(report(13, address(9), same_ssid()));
    reporter.extra.insert(reporter.extra.end(), {201, 3, 0xff, 0xff, 0xff});  // longer than it is
    hear(reporter);
    EXPECT_THAT(numbers(*plan(request({""}))), Not(Contains(13)));
}

TEST_F(Split6GHz, TheSecondHalfFollowsTheFirstWithoutAnEventBetween) {
    const sim::Duration both = scan(request({""}));
    EXPECT_EQ(both, 36ms + 6 * 36ms);  // channel 1, then six preferred ones
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "scan-done wlan0"));
}

TEST_F(Split6GHz, WhatTheFirstHalfHearsIsVisitedInTheSecond) {
    Network reporter;
    reporter.with(report(13, address(9), same_ssid()));
    ASSERT_EQ(trigger(request({"net"})), 0);
    run_for(10ms);
    air.send(reporter.beacon(), ghz2(1));
    air.listen({ghz6(13)});
    run_for(1s);
    ASSERT_THAT(air.heard, SizeIs(1));
    EXPECT_EQ(ieee80211::ElementList(air.heard[0].view().body()).get<ieee80211::Ssid>()->text(), "net");
}

TEST_F(Split6GHz, AnAbortEndsBothHalves) {
    ASSERT_EQ(trigger(request({""})), 0);
    run_for(10ms);
    ASSERT_TRUE(wiphy.abort_scan(station));
    run_for(1s);
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "scan-aborted wlan0"));
}

TEST_F(Split6GHz, AScanOf6GHzAloneHasOneHalf) {
    EXPECT_EQ(scan(on({ghz6(5)}, {""})), 36ms);
}

TEST_F(ScanTest, ARadioThatDoesNotSplitVisitsEveryChannelThatWasAskedFor) {
    set_country('D', 'E');
    ScanRequest request = on({ghz6(5), ghz6(9), ghz6(13)}, {""});
    request.flags = {ScanFlag::colocated_6ghz};
    EXPECT_EQ(scan(request), 3 * 36ms);
}

TEST_F(WorldTest, InTheUnitedStates6GHzIsListenedToOnly) {
    set_country('U', 'S');
    Wiphy& wiphy = *add_radio().wiphy;
    for (const phy::RadioChannel& c : wiphy.band(phy::Band::ghz6)->channels) {
        EXPECT_FALSE(c.now.flags.has(phy::ChannelFlag::disabled)) << c.channel.number();
        EXPECT_TRUE(c.now.flags.has(phy::ChannelFlag::no_ir)) << c.channel.number();
    }
}

}  // namespace
}  // namespace mlosim::mld
