#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "mld/station_mlme.h"

namespace mlosim::agent {
namespace {

/// Built-in stations and access points in one world.
class StationAgents_ : public AccessPointTest {
protected:
    StationAgent& add_station(const std::string& name, std::string_view ssid) {
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be");
        spec.interface_name = name;
        add_radio(std::move(spec));
        StationSettings settings;
        settings.name = name;
        settings.ssid = name_of(ssid);
        settings.frequencies = {phy::Frequency::mhz(2412)};
        settings.start = world.now() + 100ms;
        return agents.add(wdev(name), settings);
    }
    StationAgents agents{world};
};

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

}  // namespace
}  // namespace mlosim::agent
