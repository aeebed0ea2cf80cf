#include <bit>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "station_fixture.h"

namespace mlosim::agent {
namespace {

using StationAgents_ = StationTest;

TEST_F(StationAgents_, ConnectToAnOpenNetwork) {
    start(network("home", link(0, phy::Band::ghz2_4, 1)));
    StationAgent& client = add_station("client", "home");
    EXPECT_EQ(client.state(), StationState::idle);
    run_for(3s);
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_TRUE(client.wdev().mlme()->connection() != nullptr);
}

TEST_F(StationAgents_, WaitLongerAfterEachScanThatDoesNotFindTheNetwork) {
    StationAgent& client = add_station("client", "home");
    run_for(100s);
    EXPECT_THAT(client.counters().failures, testing::AllOf(testing::Ge(6U), testing::Le(8U)));
    EXPECT_EQ(client.counters().connections, 0U);
}

TEST_F(StationAgents_, DoNotTakeANetworkOfOtherSecurity) {
    start(network("home", link(0, phy::Band::ghz2_4, 1), Security::wpa2));
    StationAgent& client = add_station("client", "home");
    run_for(3s);
    EXPECT_EQ(client.state(), StationState::idle);
    EXPECT_FALSE(client.access_point());
}

TEST_F(StationAgents_, ConnectAgainAfterTheAccessPointSentThemAway) {
    AccessPoint& home = start(network("home", link(0, phy::Band::ghz2_4, 1)));
    StationAgent& client = add_station("client", "home");
    run_for(3s);
    Bytes goodbye;
    ByteWriter w(goodbye);
    const MacAddress& ap = home.wdev().address();
    FrameHeader::management(ManagementSubtype::deauthentication, client.wdev().address(), ap, ap).append_to(w);
    w.u16le(1);
    ASSERT_TRUE(home.wdev().wiphy().send_frame(home.wdev(), std::nullopt, goodbye).has_value());
    run_for(10ms);
    EXPECT_EQ(client.state(), StationState::idle);
    EXPECT_EQ(client.counters().disconnections, 1U);
    run_for(5s);
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.counters().connections, 2U);
}

TEST_F(StationAgents_, StopWhenTheInterfaceGoesDownAndBeginAgainWhenItComesUp) {
    start(network("home", link(0, phy::Band::ghz2_4, 1)));
    StationAgent& client = add_station("client", "home");
    run_for(3s);
    ASSERT_TRUE(client.wdev().netdev()->set_up(false).has_value());
    run_for(60s);
    EXPECT_EQ(client.state(), StationState::idle);
    ASSERT_TRUE(client.wdev().netdev()->set_up(true).has_value());
    run_for(3s);
    EXPECT_EQ(client.state(), StationState::connected);
}

TEST_F(StationAgents_, EndWithTheirInterface) {
    start(network("home", link(0, phy::Band::ghz2_4, 1)));
    StationAgent& client = add_station("client", "home");
    run_for(3s);
    ASSERT_TRUE(client.wdev().wiphy().remove_interface(client.wdev()).has_value());
    EXPECT_EQ(agents.size(), 0U);
    run_for(3s);
}

TEST_F(StationAgents_, BecomeStationMldsWithAllLinks) {
    AccessPoint& ap = start(three_links(Security::open));
    StationAgent& client = add_mld("client", ap);
    run_for(3s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.access_point()->mld, ap.wdev().address());
    EXPECT_EQ(client.wdev().valid_links(), 7);
    ASSERT_EQ(client.access_point()->links.size(), 3U);
    for (const Bss& bss : ap.bsses())
        EXPECT_TRUE(client.access_point()->has(bss.bssid));
    EXPECT_EQ(client.wdev().mlme()->connection()->ap, ap.wdev().address());
}

TEST_F(StationAgents_, AskForNoMoreLinksThanTheRadioHasChannels) {
    AccessPoint& ap = start(three_links(Security::open));
    StationAgent& two = add_mld("two", ap, 2);
    StationSettings settings = settings_for(ap);
    settings.max_links = 1;
    StationAgent& one = add_station("one", settings, 3);
    run_for(3s);
    ASSERT_EQ(two.state(), StationState::connected);
    EXPECT_EQ(two.access_point()->links.size(), 2U);
    EXPECT_EQ(std::popcount(two.wdev().valid_links()), 2);
    ASSERT_EQ(one.state(), StationState::connected);
    EXPECT_EQ(std::popcount(one.wdev().valid_links()), 1);
}

TEST_F(StationAgents_, AreNoMldsWhereTheyAreToldSo) {
    AccessPoint& ap = start(three_links(Security::open));
    StationSettings settings = settings_for(ap);
    settings.multi_link = false;
    StationAgent& client = add_station("client", settings, 3);
    run_for(3s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_FALSE(client.access_point()->mld);
    EXPECT_FALSE(client.wdev().is_mld());
}

TEST_F(StationAgents_, TakeUpTheLinksOfTheirBandsOnly) {
    AccessPoint& ap = start(three_links(Security::open));
    StationSettings settings = settings_for(ap);
    settings.frequencies.erase(settings.frequencies.begin());
    StationAgent& client = add_station("client", settings, 3);
    run_for(3s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.wdev().valid_links(), 6);
}

}  // namespace
}  // namespace mlosim::agent
