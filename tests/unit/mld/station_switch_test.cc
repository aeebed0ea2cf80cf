#include "station_fixture.h"

namespace mlosim::mld {
namespace {

using testing::ElementsAre;

class StationSwitchTest : public StationTest {
protected:
    /// The access point announces `channel`, `count` beacons ahead, and goes there.
    void access_point_goes_to(std::uint16_t channel, std::uint8_t count) {
        ChannelSwitch request;
        request.channel = *phy::ChannelDefinition::around(ghz2(channel), phy::ChannelWidth::w20);
        request.count = count;
        request.beacon_during.tail = {37, 3, 0, static_cast<std::uint8_t>(channel), count};
        request.beacon_during.probe_response = request.beacon_during.tail;
        Network after = network;
        after.channel = ghz2(channel);
        request.beacon_after.head = after.beacon();
        request.beacon_counter_offsets = {4};
        request.probe_response_counter_offsets = {4};
        ASSERT_EQ(error_of(ap_wiphy.switch_channel(ap, std::nullopt, request)), 0);
    }
};

TEST_F(StationSwitchTest, FollowsItsAccessPointToAnotherChannel) {
    connect();
    access_point_goes_to(6, 5);
    run_for(300ms);
    EXPECT_THAT(events.take(), ElementsAre("switch-announced 2437"));
    EXPECT_EQ(station.default_link().channel()->control, ghz2(1));
    run_for(1s);
    EXPECT_THAT(events.take(), ElementsAre("switched 2437"));
    EXPECT_EQ(station.default_link().channel()->control, ghz2(6));
    ASSERT_NE(mlme().bss(station.default_link()), nullptr);
    EXPECT_EQ(mlme().bss(station.default_link())->channel, ghz2(6));
    EXPECT_EQ(mlme().bss(station.default_link())->hold, 1U);
    run_for(30s);
    EXPECT_THAT(events.take(), ElementsAre());
    EXPECT_NE(mlme().connection(), nullptr);
}

TEST_F(StationSwitchTest, LosesAnAccessPointThatGoesWhereItCannot) {
    connect();
    Aerial impostor(medium);
    Network announcing = network;
    announcing.extra.insert(announcing.extra.end(), {37, 3, 0, 200, 3});  // no channel of 2.4 GHz
    impostor.send(announcing.beacon(), network.channel);
    run_for(5ms);
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "disconnect 4"));
}

TEST_F(StationSwitchTest, NobodyJoinsANetworkThatIsAboutToSwitch) {
    access_point_goes_to(6, 40);
    ScanRequest request;
    request.frequencies.push_back(network.channel.center);
    ASSERT_EQ(error_of(wiphy.trigger_scan(station, std::move(request))), 0);
    run_for(500ms);
    EXPECT_EQ(error_of(mlme().authenticate(authentication())), EINVAL);
}

}  // namespace
}  // namespace mlosim::mld
