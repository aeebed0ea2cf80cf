// What built-in stations ask an AP MLD about its links: those that they have not heard, and those that have changed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "mld/bss_table.h"
#include "mld/wiphy.h"

namespace mlosim::agent {
namespace {

using ieee80211::LinkId;

class StationProbes : public AccessPointTest {
protected:
    AccessPoint& start_three() {
        NetworkSettings settings = three_links();
        settings.password = "12345678";
        return start(settings);
    }
    StationAgent& add_client(const AccessPoint& ap, bool asks, std::size_t links_that_it_scans, unsigned channels = 3) {
        StationSettings settings;
        settings.name = "client" + std::to_string(agents.size());
        settings.ssid = ap.settings().ssid;
        settings.security = ap.settings().security;
        settings.password = ap.settings().password;
        settings.asks_for_links = asks;
        for (const Bss& bss : ap.bsses().first(links_that_it_scans))
            settings.frequencies.push_back(bss.channel.control.center);
        mld::RadioOptions options;
        options.channels = channels;
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = settings.name;
        add_radio(std::move(spec));
        return agents.add(wdev(settings.name), settings);
    }
    StationAgents agents{world};
};

TEST_F(StationProbes, FindLinksThatTheyHaveNotHeard) {
    AccessPoint& ap = start_three();
    StationAgent& asks = add_client(ap, true, 1);
    StationAgent& does_not = add_client(ap, false, 1);
    StationAgent& has_room_for_two = add_client(ap, true, 1, 2);
    run_for(5s);
    ASSERT_EQ(asks.state(), StationState::connected);
    EXPECT_EQ(asks.wdev().valid_links(), 7);
    EXPECT_EQ(asks.access_point()->main_link().id, *LinkId::from(0)) << "the one that it heard";
    EXPECT_EQ(asks.counters().failures, 0U);
    EXPECT_EQ(does_not.wdev().valid_links(), 1);
    EXPECT_EQ(std::popcount(has_room_for_two.wdev().valid_links()), 2);
    EXPECT_EQ(ap.counters().multi_link_probe_responses, 2U);
}

TEST_F(StationProbes, AskNothingWhereTheyHeardAll) {
    AccessPoint& ap = start_three();
    StationAgent& client = add_client(ap, true, 3);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.wdev().valid_links(), 7);
    EXPECT_EQ(ap.counters().multi_link_probe_responses, 0U);
}

TEST_F(StationProbes, LearnWhatChangedOnALinkThatTheyDoNotListenOn) {
    AccessPoint& ap = start_three();
    StationAgent& client = add_client(ap, false, 3);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    ASSERT_TRUE(client.wdev().wiphy().set_active_links(client.wdev(), 1).has_value());
    ASSERT_TRUE(ap.change_color(*LinkId::from(0), ap.bsses()[0].color % 63 + 1, 2).has_value());
    run_for(2s);
    EXPECT_EQ(ap.counters().multi_link_probe_responses, 0U) << "its beacons say it";
    ASSERT_TRUE(ap.change_color(*LinkId::from(2), ap.bsses()[2].color % 63 + 1, 2).has_value());
    run_for(3s);
    EXPECT_GE(ap.counters().multi_link_probe_responses, 1U);
    EXPECT_LE(ap.counters().multi_link_probe_responses, 2U) << "announced, and done";
    EXPECT_EQ(client.state(), StationState::connected);
    const std::uint64_t asked = ap.counters().multi_link_probe_responses;
    run_for(5s);
    EXPECT_EQ(ap.counters().multi_link_probe_responses, asked) << "it knows by now";
}

}  // namespace
}  // namespace mlosim::agent
