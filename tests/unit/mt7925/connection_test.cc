// A station with the chip in it, from the first frame of a connection to the last.

#include <bit>

#include "connected_fixture.h"
#include "mld/sta.h"
#include "mld/stations.h"

namespace mlosim::mt7925::host {
namespace {

using agent::AccessPoint;
using agent::Security;
using agent::StationAgent;
using agent::StationSettings;
using agent::StationState;
using phy::Band;
using testing::ElementsAre;

TEST_F(ChipStations, ConnectToAPlainAccessPointAndLeave) {
    AccessPoint& ap = start(secured("plain", {agent::link(0, Band::ghz5, 36)}));
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(active_bss(), 1U);
    EXPECT_THAT(valid_peers(), ElementsAre(1U));
    EXPECT_THAT(firmware_keys(1), ElementsAre("pairwise 0 ccmp"));
    EXPECT_TRUE(tables().bss[0].connected_station());
    expect_data(ap);
    leave();
    expect_nothing_left();
    expect_no_fault();
}

// cf. mt7925_csa_work()
TEST_F(ChipStations, FollowTheirAccessPointToAnotherChannel) {
    AccessPoint& ap = start(secured("moves", {agent::link(0, Band::ghz5, 36)}));
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    const auto there =
        phy::ChannelDefinition::around(phy::find_channel(Band::ghz5, 44).value(), phy::ChannelWidth::w20);
    ASSERT_TRUE(ap.switch_channel({}, *there, 5).has_value());
    run_for(5s);
    EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(client.counters().connections, 1U) << "it never left";
    EXPECT_EQ(tables().bss[0].rlm->control_ch, 44);
    expect_data(ap);
    leave();
    expect_nothing_left();
    expect_no_fault();
}

class ChipMld : public ChipStations {
protected:
    AccessPoint& start_mld(std::string_view name, std::vector<agent::LinkSettings> links) {
        agent::NetworkSettings settings = secured(name, std::move(links));
        settings.mld = true;
        return start(settings);
    }
};

TEST_F(ChipMld, UsesTwoLinksOfFiveAndSixGigahertz) {
    AccessPoint& ap = start_mld("56", {agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)});
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(sta().active_links(), 0b11);
    EXPECT_EQ(active_bss(), 2U);
    EXPECT_THAT(valid_peers(), ElementsAre(1U, 2U));
    EXPECT_EQ(firmware_keys(1), std::vector<std::string>{"pairwise 0 ccmp"});
    EXPECT_EQ(firmware_keys(2), std::vector<std::string>{"pairwise 0 ccmp"});
    expect_data(ap);
    leave();
    expect_nothing_left();
    expect_no_fault();
}

TEST_F(ChipMld, UsesTwoLinksOfFiveAndTwoPointFourGigahertz) {
    AccessPoint& ap = start_mld("52", {agent::link(0, Band::ghz2_4, 1), agent::link(1, Band::ghz5, 36)});
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(sta().active_links(), 0b11);
    expect_data(ap);
    leave();
    expect_nothing_left();
    expect_no_fault();
}

TEST_F(ChipMld, UsesTwoOfThreeLinks) {
    AccessPoint& ap = start_mld(
        "three", {agent::link(0, Band::ghz2_4, 1), agent::link(1, Band::ghz5, 36), agent::link(2, Band::ghz6, 5)});
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(std::popcount(sta().active_links()), 2);
    EXPECT_EQ(active_bss(), 2U);
    expect_data(ap);
    expect_no_fault();
}

TEST_F(ChipMld, RoamsToAnotherAccessPointMld) {
    AccessPoint& west = start_mld("roam", {agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)});
    AccessPoint& east = start_mld("roam", {agent::link(0, Band::ghz5, 44), agent::link(1, Band::ghz6, 37)});
    StationSettings settings = settings_for(west);
    for (const auto& bss : east.bsses())
        settings.frequencies.push_back(bss.channel.control.center);
    StationAgent& client = connect(west, settings);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    for (unsigned i = 0; i < 6; ++i) {
        AccessPoint& to = client.access_point()->mld == west.wdev().address() ? east : west;
        ASSERT_TRUE(client.roam({to.wdev().address()}).has_value());
        run_for(5s);
        ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
        EXPECT_EQ(client.access_point()->mld, to.wdev().address());
        EXPECT_EQ(sta().active_links(), 0b11);
        EXPECT_EQ(active_bss(), 2U);
        EXPECT_EQ(valid_peers().size(), 2U);
        expect_data(to);
    }
    leave();
    expect_nothing_left();
    expect_no_fault();
}

}  // namespace
}  // namespace mlosim::mt7925::host
