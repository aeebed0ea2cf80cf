#include "station_fixture.h"

namespace mlosim::mld {
namespace {

using testing::ElementsAre;

TEST_F(StationTest, AuthenticatesThenAssociates) {
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    EXPECT_THAT(events.take(), ElementsAre("new-station"));
    EXPECT_EQ(station.default_link().channel()->control, network.channel);
    run_for(20ms);
    EXPECT_THAT(events.take(), ElementsAre("auth"));
    EXPECT_TRUE(mlme().access_point()->flags.has(StaFlag::authenticated));
    EXPECT_EQ(mlme().connection(), nullptr);

    ASSERT_EQ(error_of(mlme().associate(association())), 0);
    run_for(50ms);
    EXPECT_THAT(events.take(), ElementsAre("assoc", "connect 0"));
    ASSERT_NE(mlme().connection(), nullptr);
    EXPECT_EQ(mlme().connection()->ap, network.bssid);
    EXPECT_EQ(mlme().connection()->aid, 1);
    EXPECT_TRUE(mlme().access_point()->authorized());
    EXPECT_TRUE(station.netdev()->carrier());
    EXPECT_EQ(station.netdev()->operational_state(), OperationalState::up);
    EXPECT_NE(mlme().bss(station.default_link()), nullptr);
}

TEST_F(StationTest, AnUnknownNetworkIsNotThere) {
    auto request = authentication();
    request.ssid = *ieee80211::Ssid::from("other");
    EXPECT_EQ(error_of(mlme().authenticate(request)), ENOENT);
}

TEST_F(StationTest, AssociatesOnlyAfterItsAuthenticationIsDone) {
    hostapd->silent = true;
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    EXPECT_EQ(error_of(mlme().associate(association())), EBUSY);
}

TEST_F(StationTest, TriesThreeTimesThenGivesUpAndForgetsTheNetwork) {
    hostapd->silent = true;
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    run_for(2s);
    EXPECT_EQ(hostapd->heard.size(), 3U);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "del-station", "auth-timeout"));
    EXPECT_FALSE(station.default_link().channel());
}

TEST_F(StationTest, AnAuthenticationThatIsNotFollowedUpEnds) {
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    run_for(6s);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "del-station"));
    EXPECT_EQ(mlme().access_point(), nullptr);
}

TEST_F(StationTest, ARefusedAssociationIsToldAndLeavesNothing) {
    hostapd->status = 17;
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    run_for(20ms);
    ASSERT_EQ(error_of(mlme().associate(association())), 0);
    run_for(50ms);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "del-station", "assoc", "connect 17"));
    EXPECT_EQ(mlme().connection(), nullptr);
    EXPECT_FALSE(station.default_link().channel());
}

TEST_F(StationTest, ComesBackWhenTheAccessPointSaysSo) {
    hostapd->status = 30;
    hostapd->more = {56, 5, 3, 200, 0, 0, 0};  // Timeout Interval: association comeback, 200 TU
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    run_for(20ms);
    ASSERT_EQ(error_of(mlme().associate(association())), 0);
    run_for(50ms);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "comeback 200"));
    hostapd->status = 0;
    hostapd->more.clear();
    run_for(250ms);
    EXPECT_THAT(events.take(), ElementsAre("assoc", "connect 0"));
}

TEST_F(StationTest, LeavesByItself) {
    connect();
    ASSERT_EQ(error_of(mlme().deauthenticate(goodbye(3))), 0);
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "disconnect 3"));
    EXPECT_EQ(mlme().connection(), nullptr);
    EXPECT_FALSE(station.netdev()->carrier());
    EXPECT_EQ(error_of(mlme().deauthenticate(goodbye(3))), ENOTCONN);
}

TEST_F(StationTest, IsSentAway) {
    connect();
    hostapd->send(ieee80211::ManagementSubtype::deauthentication, station.address(), {2, 0});
    run_for(5ms);
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "disconnect 2 by-ap"));
}

TEST_F(StationTest, SaysGoodbyeWhenItGoesDown) {
    connect();
    ASSERT_TRUE(station.netdev()->set_up(false).has_value());
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "disconnect 3"));
}

TEST_F(StationTest, EndsWithTheProgramThatOwnsIt) {
    ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
    run_for(20ms);
    auto request = association();
    request.owner = OwnerId{7};
    request.owner_ends_it = true;
    ASSERT_EQ(error_of(mlme().associate(request)), 0);
    run_for(50ms);
    events.take();
    world.release(OwnerId{8});
    EXPECT_NE(mlme().connection(), nullptr);
    world.release(OwnerId{7});
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "disconnect 3"));
}

TEST_F(StationTest, NoticesThatTheAccessPointIsGone) {
    connect();
    ASSERT_TRUE(ap.netdev()->set_up(false).has_value());
    run_for(5s);
    EXPECT_THAT(events.take(), ElementsAre("beacon-loss", "del-station", "deauth", "disconnect 4"));
}

TEST_F(StationTest, StaysWhileBeaconsCome) {
    connect();
    run_for(60s);
    EXPECT_THAT(events.take(), ElementsAre());
    EXPECT_NE(mlme().connection(), nullptr);
}

TEST_F(StationTest, CountsBeaconsAndTheirStrength) {
    dynamic_cast<hwsim::Driver&>(ap_wiphy.driver()).set_rx_rssi(-40);
    connect();
    run_for(3s);
    const Sta* peer = wiphy.stations().find(station, ap.address());
    ASSERT_NE(peer, nullptr);
    const StaStatistics& statistics = peer->default_link().statistics;
    EXPECT_NEAR(static_cast<double>(statistics.beacons), 29.0, 2.0);
    EXPECT_EQ(statistics.beacon_signal_average_dbm, -40.0);
}

TEST_F(StationTest, TellsAtOnceOnWhichSideOfItsThresholdTheSignalIsAndOfEachStep) {
    auto& radio = dynamic_cast<hwsim::Driver&>(ap_wiphy.driver());
    radio.set_rx_rssi(-40);
    connect();
    ASSERT_EQ(error_of(mlme().set_cqm_rssi({-60}, 5)), 0);
    EXPECT_EQ(error_of(mlme().set_cqm_rssi({-30, -40}, 2)), EINVAL);
    EXPECT_EQ(error_of(mlme().set_cqm_rssi({5}, 2)), EINVAL);
    run_for(2s);
    EXPECT_THAT(events.take(), ElementsAre("rssi-high"));
    run_for(5s);
    EXPECT_THAT(events.take(), ElementsAre());
    radio.set_rx_rssi(-80);
    run_for(5s);
    const auto told = events.take();
    EXPECT_GE(told.size(), 2U);
    EXPECT_THAT(told, testing::Each("rssi-low"));
}

TEST_F(StationTest, TellsOfTheSignalOnceItHasCrossedOneOfSeveralThresholds) {
    auto& radio = dynamic_cast<hwsim::Driver&>(ap_wiphy.driver());
    radio.set_rx_rssi(-40);
    connect();
    ASSERT_EQ(error_of(mlme().set_cqm_rssi({-90, -60}, 2)), 0);
    run_for(2s);
    EXPECT_THAT(events.take(), ElementsAre());
    radio.set_rx_rssi(-80);
    run_for(5s);
    EXPECT_THAT(events.take(), ElementsAre("rssi-low"));
    radio.set_rx_rssi(-30);
    run_for(5s);
    EXPECT_THAT(events.take(), ElementsAre("rssi-high"));
}

TEST_F(StationTest, AnotherConnectionEndsTheOneThatIs) {
    connect();
    EXPECT_EQ(error_of(mlme().authenticate(authentication())), EALREADY);
    EXPECT_EQ(error_of(mlme().associate(association())), EALREADY);
}

// CONNECT

class ConnectTest : public StationTest {
protected:
    ConnectRequest request() const {
        ConnectRequest out;
        out.ssid = *ieee80211::Ssid::from(network.ssid);
        return out;
    }
};

TEST_F(ConnectTest, FindsTheNetworkThatItKnows) {
    ASSERT_EQ(error_of(mlme().connect(request())), 0);
    run_for(100ms);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "assoc", "connect 0"));
    EXPECT_EQ(error_of(mlme().connect(request())), EALREADY);
    ASSERT_EQ(error_of(mlme().disconnect(3)), 0);
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "disconnect 3"));
    EXPECT_FALSE(station.ssid());
}

TEST_F(ConnectTest, MovesOnToAnotherAccessPointWithoutSayingThatTheFirstConnectionEnds) {
    ASSERT_EQ(error_of(mlme().connect(request())), 0);
    run_for(100ms);
    Wdev& second = **add_radio(RadioOptions{.channels = 2}).wiphy->add_interface({"ap1", InterfaceType::ap});
    ASSERT_TRUE(second.netdev()->set_up(true).has_value());
    Network other = network;
    other.bssid = second.address();
    ASSERT_TRUE(second.wiphy().start_ap(second, std::nullopt, ap_settings(other)).has_value());
    OpenNetwork answers(second);
    ScanRequest scan;
    scan.frequencies.push_back(network.channel.center);
    ASSERT_TRUE(wiphy.trigger_scan(station, std::move(scan)).has_value());
    run_for(1s);
    events.take();

    auto roam = request();
    roam.bssid = other.bssid;
    EXPECT_EQ(error_of(mlme().connect(roam)), EALREADY);
    roam.previous_bssid = other.bssid;
    EXPECT_EQ(error_of(mlme().connect(roam)), ENOTCONN);
    roam.previous_bssid = network.bssid;
    ASSERT_EQ(error_of(mlme().connect(roam)), 0);
    EXPECT_TRUE(station.ssid());
    run_for(100ms);
    EXPECT_THAT(events.take(), ElementsAre("del-station", "deauth", "new-station", "auth", "assoc", "connect 0"));
    EXPECT_EQ(mlme().connection()->ap, other.bssid);
}

TEST_F(StationTest, JoinsNetworksWhoseMembershipSelectorsTheProgramKnows) {
    Network strict;
    strict.bssid = network.bssid;
    strict.with(*ieee80211::SupportedRates::from(
        std::vector<ieee80211::RateOctet>{ieee80211::RateOctet::rate(2, true), ieee80211::RateOctet::rate(4, true),
                                          ieee80211::RateOctet::rate(124, true)}));
    ASSERT_TRUE(ap_wiphy.stop_ap(ap, std::nullopt).has_value());
    ASSERT_TRUE(ap_wiphy.start_ap(ap, std::nullopt, ap_settings(strict)).has_value());
    wiphy.bss_table().clear();
    ScanRequest scan;
    scan.frequencies.push_back(network.channel.center);
    ASSERT_TRUE(wiphy.trigger_scan(station, std::move(scan)).has_value());
    run_for(1s);

    auto request = authentication();
    EXPECT_EQ(error_of(mlme().authenticate(request)), EINVAL);
    request.supported_selectors = ieee80211::Bytes{123};
    EXPECT_EQ(error_of(mlme().authenticate(request)), EINVAL);
    request.supported_selectors = ieee80211::Bytes{123, 124};
    EXPECT_EQ(error_of(mlme().authenticate(request)), 0);
}

TEST_F(ConnectTest, ScansForANetworkThatItDoesNotKnow) {
    wiphy.bss_table().clear();
    ASSERT_EQ(error_of(mlme().connect(request())), 0);
    run_for(30s);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "assoc", "connect 0"));
}

TEST_F(ConnectTest, ScansForAnAccessPointThatItDoesNotKnow) {
    wiphy.bss_table().clear();
    auto exact = request();
    exact.bssid = network.bssid;
    exact.frequency = network.channel.center;
    ASSERT_EQ(error_of(mlme().connect(exact)), 0);
    run_for(1s);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "assoc", "connect 0"));
}

TEST_F(ConnectTest, SaysThatThereIsNoSuchNetwork) {
    auto unknown = request();
    unknown.ssid = *ieee80211::Ssid::from("nowhere");
    ASSERT_EQ(error_of(mlme().connect(unknown)), 0);
    run_for(30s);
    EXPECT_THAT(events.take(), ElementsAre("connect timeout"));
    EXPECT_FALSE(station.ssid());
}

TEST_F(ConnectTest, IsToldOfARefusal) {
    hostapd->status = 17;
    ASSERT_EQ(error_of(mlme().connect(request())), 0);
    run_for(1s);
    EXPECT_THAT(events.take(), ElementsAre("new-station", "auth", "del-station", "assoc", "connect 17"));
}

}  // namespace
}  // namespace mlosim::mld
