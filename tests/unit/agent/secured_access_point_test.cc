// Built-in access points with keys: stations of this room get in with what they have to know, and keep what they got.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "mld/driver.h"
#include "mld/key.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"

namespace mlosim::agent {
namespace {

using testing::SizeIs;

class SecuredAccessPoints : public AccessPointTest {
protected:
    static NetworkSettings with_password(NetworkSettings settings, std::string password = "12345678") {
        if (needs_password(settings.security)) settings.password = std::move(password);
        return settings;
    }
    StationAgent& add_station(const std::string& name, const AccessPoint& ap, unsigned channels = 3,
                              const std::string& password = "12345678") {
        StationSettings settings;
        settings.name = name;
        settings.ssid = ap.settings().ssid;
        settings.security = ap.settings().security;
        if (needs_password(settings.security)) settings.password = password;
        for (const Bss& bss : ap.bsses())
            settings.frequencies.push_back(bss.channel.control.center);
        settings.start = world.now() + 100ms;
        mld::RadioOptions options;
        options.channels = channels;
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = name;
        add_radio(std::move(spec));
        return agents.add(wdev(name), settings);
    }
    static mld::Sta* sta_of(const AccessPoint& ap, const StationAgent& station) {
        return ap.wdev().wiphy().stations().find(ap.wdev(), station.wdev().address());
    }
    static bool share_a_key(const AccessPoint& ap, const StationAgent& station) {
        const mld::Sta* sta = sta_of(ap, station);
        const mld::Sta* peer = station.wdev().mlme()->access_point();
        return sta != nullptr && peer != nullptr && sta->pairwise_keys[0] != nullptr &&
               peer->pairwise_keys[0] != nullptr && sta->pairwise_keys[0]->is_same_as(*peer->pairwise_keys[0]);
    }
    StationAgents agents{world};
};

struct Case {
    const char* name;
    Security security;
    bool mld;
    unsigned links;
};
class EverySecurity : public SecuredAccessPoints, public testing::WithParamInterface<Case> {};

TEST_P(EverySecurity, LetsStationsIn) {
    const Case& c = GetParam();
    const NetworkSettings plain = network("home", link(0, phy::Band::ghz5, 36), c.security);
    NetworkSettings mld = three_links(c.security);
    mld.links.resize(c.links);
    AccessPoint& ap = start(with_password(c.mld ? mld : plain));
    StationAgent& client = add_station("client", ap);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    const mld::Sta* sta = sta_of(ap, client);
    ASSERT_NE(sta, nullptr);
    EXPECT_TRUE(sta->authorized());
    EXPECT_EQ(sta->is_mld(), c.mld && c.links > 1);
    EXPECT_EQ(sta->links().size(), c.links);
    EXPECT_TRUE(share_a_key(ap, client));
    EXPECT_EQ(sta->flags.has(mld::StaFlag::mfp), c.security != Security::wpa2);
    EXPECT_EQ(ap.stations().find(client.wdev().address())->mld_addr.has_value(), c.mld && c.links > 1);
}

INSTANTIATE_TEST_SUITE_P(Networks, EverySecurity,
                         testing::Values(Case{"psk", Security::wpa2, false, 1},
                                         Case{"either", Security::wpa2_wpa3, false, 1},
                                         Case{"sae", Security::wpa3, false, 1}, Case{"two", Security::wpa3, true, 2},
                                         Case{"three", Security::wpa3, true, 3}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(SecuredAccessPoints, LetNobodyInWithAnotherPassword) {
    for (const Security security : {Security::wpa2, Security::wpa3}) {
        AccessPoint& ap = start(
            with_password(network(security == Security::wpa2 ? "psk" : "sae", link(0, phy::Band::ghz5, 36), security)));
        StationAgent& client = add_station("client" + std::to_string(agents.size()), ap, 1, "123456789");
        run_for(10s);
        EXPECT_NE(client.state(), StationState::connected);
        EXPECT_EQ(client.counters().connections, 0U);
        const mld::Sta* sta = sta_of(ap, client);
        EXPECT_TRUE(sta == nullptr || !sta->authorized());
    }
}

TEST_F(SecuredAccessPoints, GiveNewGroupKeysToAllAndGoOn) {
    NetworkSettings settings = with_password(three_links());
    settings.group_rekey = 10s;
    AccessPoint& ap = start(settings);
    std::vector<StationAgent*> clients;
    for (const char* name : {"one", "two", "three"})
        clients.push_back(&add_station(name, ap));
    run_for(8s);
    for (const StationAgent* client : clients)
        ASSERT_EQ(client->state(), StationState::connected);
    const auto key = [&](const mld::Wdev& wdev, unsigned index) { return wdev.links()[2]->group_keys[index]; };
    ASSERT_NE(key(ap.wdev(), 1), nullptr);
    EXPECT_EQ(key(ap.wdev(), 2), nullptr);
    run_for(5s);
    EXPECT_EQ(key(ap.wdev(), 1), nullptr) << "the old one is gone";
    ASSERT_NE(key(ap.wdev(), 2), nullptr);
    EXPECT_EQ(*ap.wdev().links()[2]->default_multicast_key, 2);
    EXPECT_EQ(*ap.wdev().links()[2]->default_management_key, 5);
    EXPECT_EQ(*ap.wdev().links()[2]->default_beacon_key, 7);
    for (const StationAgent* client : clients) {
        ASSERT_NE(key(client->wdev(), 2), nullptr);
        EXPECT_TRUE(key(client->wdev(), 2)->is_same_as(*key(ap.wdev(), 2)));
        EXPECT_EQ(client->counters().disconnections, 0U);
    }
    run_for(30s);
    for (const StationAgent* client : clients)
        EXPECT_EQ(client->state(), StationState::connected);
}

TEST_F(SecuredAccessPoints, DoAHandshakeAnewAndGoOn) {
    NetworkSettings settings = with_password(three_links());
    settings.pairwise_rekey = 3s;
    AccessPoint& ap = start(settings);
    StationAgent& client = add_station("client", ap);
    run_for(4s);
    ASSERT_EQ(client.state(), StationState::connected);
    const auto before = sta_of(ap, client)->pairwise_keys[0];
    run_for(4s);
    const auto after = sta_of(ap, client)->pairwise_keys[0];
    ASSERT_NE(after, nullptr);
    EXPECT_FALSE(after->is_same_as(*before));
    EXPECT_TRUE(share_a_key(ap, client));
    EXPECT_EQ(client.counters().disconnections, 0U);
}

TEST_F(SecuredAccessPoints, SendAStationAwaySoThatItBelievesIt) {
    AccessPoint& ap = start(with_password(three_links()));
    StationAgent& client = add_station("client", ap);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_FALSE(ap.send_away(*MacAddress::parse("02:00:00:00:99:99"), 3));
    EXPECT_TRUE(ap.send_away(client.wdev().address(), 3));
    run_for(10ms);
    EXPECT_EQ(client.counters().disconnections, 1U) << "its deauthentication is protected";
    EXPECT_EQ(sta_of(ap, client), nullptr);
    run_for(10s);
    EXPECT_EQ(client.state(), StationState::connected);
}

/// What a stranger sends in a station's name: an authentication and an association request.
class Impostors : public SecuredAccessPoints {
protected:
    std::uint16_t associate_as(const Bss& bss, const MacAddress& address) {
        station.address = address;
        station.tune(bss.channel.control);
        run_for(1us);
        (void)station.ask(ManagementSubtype::authentication, bss.bssid, bss.bssid, {0, 0, 1, 0, 0, 0},
                          ManagementSubtype::authentication);
        Bytes body{0x11, 0x00, 0x05, 0x00};
        ByteWriter w(body);
        bss.ssid.append_to(w);
        w.bytes(Bytes{1, 8, 0x8c, 0x12, 0x98, 0x24, 0xb0, 0x48, 0x60, 0x6c});
        w.bytes(Bytes{48, 20, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 2, 0x80, 0});
        const auto answers = station.ask(ManagementSubtype::association_request, bss.bssid, bss.bssid, body,
                                         ManagementSubtype::association_response);
        if (answers.empty()) return 0xffff;
        return ieee80211::AssociationResponseBody::parse(FrameView::parse(answers[0])->body())->status;
    }
};

TEST_F(Impostors, DoNotEndAProtectedAssociation) {
    AccessPoint& ap = start(with_password(network("home", link(0, phy::Band::ghz5, 36), Security::wpa2_wpa3)));
    StationAgent& client = add_station("client", ap, 1);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(associate_as(ap.bsses().front(), client.wdev().address()), 30) << "to come back later";
    run_for(3s);
    EXPECT_EQ(client.counters().disconnections, 0U) << "it said that it is there";
    EXPECT_EQ(associate_as(ap.bsses().front(), client.wdev().address()), 30);
    EXPECT_TRUE(share_a_key(ap, client));
}

TEST_F(Impostors, AreStationsWhoseOldSelfIsSilent) {
    AccessPoint& ap = start(with_password(network("home", link(0, phy::Band::ghz5, 36), Security::wpa2_wpa3)));
    StationAgent& client = add_station("client", ap, 1);
    run_for(5s);
    const MacAddress address = client.wdev().address();
    ASSERT_EQ(client.state(), StationState::connected);
    medium.listen(client.wdev().wiphy().driver().port(), {});
    EXPECT_EQ(associate_as(ap.bsses().front(), address), 30);
    run_for(2s);
    EXPECT_EQ(associate_as(ap.bsses().front(), address), 0);
}

TEST_F(SecuredAccessPoints, HaveAStationOnlyOnceInANetwork) {
    AccessPoint& one = start(with_password(network("home", link(0, phy::Band::ghz2_4, 1), Security::wpa2)));
    StationAgent& client = add_station("client", one, 1);
    run_for(5s);
    ASSERT_NE(sta_of(one, client), nullptr);
    one.moved_away(client.wdev().address());
    EXPECT_EQ(sta_of(one, client), nullptr);
    EXPECT_EQ(one.stations().size(), 0U);
    one.moved_away(client.wdev().address());  // twice is once
}

TEST_F(SecuredAccessPoints, ForgetAllWhenTheyStop) {
    AccessPoint& ap = start(with_password(network("home", link(0, phy::Band::ghz5, 36), Security::wpa2)));
    StationAgent& client = add_station("client", ap, 1);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    ASSERT_TRUE(ap.wdev().netdev()->set_up(false).has_value());
    run_for(1s);
    EXPECT_EQ(ap.stations().size(), 0U);
    ASSERT_TRUE(ap.wdev().netdev()->set_up(true).has_value());
    run_for(60s);
    EXPECT_EQ(client.state(), StationState::connected);
    ASSERT_NE(sta_of(ap, client), nullptr);
    EXPECT_TRUE(sta_of(ap, client)->authorized());
}

}  // namespace
}  // namespace mlosim::agent
