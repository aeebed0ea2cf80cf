// Built-in stations and built-in access points with security: both prove themselves, as MLDs and without.

#include <algorithm>

#include <gtest/gtest.h>

#include "mld/key.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "station_fixture.h"

namespace mlosim::agent {
namespace {

class Secured : public StationTest {
protected:
    static NetworkSettings secured(NetworkSettings settings, Security security) {
        settings.security = security;
        if (needs_password(security)) settings.password = "correct horse";
        return settings;
    }
    /// An AP MLD with three links, all on other channels than those of three_links().
    static NetworkSettings other_links() {
        NetworkSettings settings = three_links();
        settings.name = "other";
        settings.links[0].channel = channel(phy::Band::ghz2_4, 6);
        settings.links[1].channel = channel(phy::Band::ghz5, 44);
        settings.links[2].channel = channel(phy::Band::ghz6, 37);
        return settings;
    }
    StationSettings member(Security security) {
        StationSettings settings;
        settings.ssid = name_of("three");
        settings.security = security;
        if (needs_password(security)) settings.password = "correct horse";
        for (const std::uint32_t mhz : {2412, 2437, 5180, 5220, 5975, 6135})
            settings.frequencies.push_back(phy::Frequency::mhz(mhz));
        return settings;
    }
    StationAgent& connect(const StationSettings& settings) {
        StationAgent& out = add_station("client", settings, 3);
        run_for(3s);
        return out;
    }
    /// The access point lets the station's data through, and knows a key for it.
    static bool is_let_in(const AccessPoint& ap, const StationAgent& client) {
        const mld::Sta* sta = ap.wdev().wiphy().stations().find(ap.wdev(), client.wdev().address());
        return sta != nullptr && sta->authorized() && sta->tx_key_index.has_value();
    }
    void roam(StationAgent& client, const AccessPoint& to) {
        ASSERT_TRUE(client.roam({to.wdev().address()}).has_value());
        run_for(3s);
        ASSERT_EQ(client.state(), StationState::connected);
        EXPECT_EQ(client.access_point()->mld, to.wdev().address());
        EXPECT_TRUE(is_let_in(to, client));
    }
};

class SecuredMlds : public Secured, public testing::WithParamInterface<Security> {};

TEST_P(SecuredMlds, HaveAKeyForAllLinksAndGroupKeysForEach) {
    AccessPoint& ap = start(secured(three_links(), GetParam()));
    StationAgent& client = connect(member(GetParam()));
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(client.wdev().valid_links(), 7);
    EXPECT_TRUE(is_let_in(ap, client));
    for (const auto& link : client.wdev().links()) {
        const auto holds = [](const auto& key) { return key != nullptr; };
        EXPECT_TRUE(std::any_of(link->group_keys.begin(), link->group_keys.begin() + 4, holds));
        EXPECT_TRUE(std::any_of(link->group_keys.begin() + 4, link->group_keys.begin() + 6, holds));
    }
}

TEST_P(SecuredMlds, RoamAndComeBackByThePmksaThatTheyKept) {
    AccessPoint& one = start(secured(three_links(), GetParam()));
    StationAgent& client = connect(member(GetParam()));
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    AccessPoint& two = start(secured(other_links(), GetParam()));
    EXPECT_FALSE(client.used_pmksa());
    roam(client, two);
    EXPECT_FALSE(client.used_pmksa());
    roam(client, one);
    EXPECT_TRUE(client.used_pmksa());
    EXPECT_EQ(client.pmksas().size(), 2U);
    EXPECT_EQ(client.counters().roams, 2U);
    EXPECT_EQ(client.counters().failures, 0U);
}

INSTANTIATE_TEST_SUITE_P(Secured, SecuredMlds, testing::Values(Security::wpa3, Security::owe));

TEST_F(Secured, PmksasAreKeptOnlyIfWanted) {
    AccessPoint& one = start(secured(three_links(), Security::wpa3));
    StationSettings settings = member(Security::wpa3);
    settings.caches_pmksa = false;
    StationAgent& client = connect(settings);
    AccessPoint& two = start(secured(other_links(), Security::wpa3));
    roam(client, two);
    roam(client, one);
    EXPECT_FALSE(client.used_pmksa());
    EXPECT_EQ(client.pmksas().size(), 0U);
}

TEST_F(Secured, APmksaThatIsForgottenAtTheOtherEndCostsOneMoreTry) {
    AccessPoint& one = start(secured(three_links(), Security::wpa3));
    StationAgent& client = connect(member(Security::wpa3));
    AccessPoint& two = start(secured(other_links(), Security::wpa3));
    roam(client, two);
    // It begins anew, and remembers nobody.
    ASSERT_TRUE(one.wdev().netdev()->set_up(false).has_value());
    run_for(1s);
    ASSERT_TRUE(one.wdev().netdev()->set_up(true).has_value());
    run_for(1s);
    if (!one.running()) {
        ASSERT_TRUE(access_points.start(one).has_value());
    }
    roam(client, one);
    EXPECT_EQ(client.counters().failures, 0U);
}

TEST_F(Secured, FromAnApMldToWpa3WithoutMldAndBack) {
    AccessPoint& mld = start(secured(three_links(), Security::wpa3));
    StationAgent& client = connect(member(Security::wpa3));
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    NetworkSettings plain = secured(network("three", link(0, phy::Band::ghz5, 44)), Security::wpa3);
    plain.name = "plain";
    AccessPoint& other = start(plain, "ac");
    ASSERT_TRUE(client.roam({other.wdev().address()}).has_value());
    run_for(3s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_FALSE(client.wdev().is_mld());
    EXPECT_TRUE(is_let_in(other, client));
    roam(client, mld);
    EXPECT_EQ(client.wdev().valid_links(), 7);
}

TEST_F(Secured, AWpa2NetworksApMldIsJoinedWithoutMultiLink) {
    NetworkSettings settings = secured(three_links(), Security::wpa2);
    settings.links.pop_back();  // 6 GHz has no WPA2
    start(settings);
    StationAgent& client = connect(member(Security::wpa2));
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_FALSE(client.wdev().is_mld());
}

TEST_F(Secured, AWrongPasswordLetsNobodyIn) {
    start(secured(three_links(), Security::wpa3));
    StationSettings settings = member(Security::wpa3);
    settings.password = "battery staple";
    StationAgent& client = connect(settings);
    EXPECT_NE(client.state(), StationState::connected);
    EXPECT_GT(client.counters().failures, 0U);
    EXPECT_EQ(client.pmksas().size(), 0U);
}

TEST_F(Secured, AKeyThatBothHaveTakesThePlaceOfThePassword) {
    NetworkSettings settings = three_links(Security::wpa3);
    settings.pmk = ieee80211::Bytes(32, 0x5a);
    AccessPoint& ap = start(settings);
    StationSettings wanted = member(Security::wpa3);
    wanted.password.clear();
    wanted.pmk = settings.pmk;
    StationAgent& client = connect(wanted);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_TRUE(client.used_pmksa());
    EXPECT_TRUE(is_let_in(ap, client));
    EXPECT_EQ(client.wdev().valid_links(), 7);
}

TEST_F(Secured, FifteenLinksAreAsManyAsAnMldCanHave) {
    mld::RadioOptions options;
    options.channels = 15;
    mld::RadioSpec spec;
    spec.profile = mld::profile("generic-be").with(options);
    spec.interface_name = "wide";
    add_radio(std::move(spec));
    mld::InterfaceChange change;
    change.type = mld::InterfaceType::ap;
    ASSERT_TRUE(wdev("wide").wiphy().change_interface(wdev("wide"), change).has_value());
    NetworkSettings settings = secured(three_links(), Security::wpa3);
    settings.links.clear();
    StationSettings wanted = member(Security::wpa3);
    wanted.frequencies.clear();
    const auto add = [&](phy::Band band, std::uint16_t number) {
        settings.links.push_back(link(static_cast<unsigned>(settings.links.size()), band, number));
        wanted.frequencies.push_back(settings.links.back().channel.control.center);
    };
    for (const std::uint16_t number : {1, 6, 11})
        add(phy::Band::ghz2_4, number);
    for (const std::uint16_t number : {36, 40, 44, 48})
        add(phy::Band::ghz5, number);
    for (const std::uint16_t number : {1, 5, 9, 13, 17, 21, 25, 29})
        add(phy::Band::ghz6, number);
    AccessPoint& ap = access_points.add(wdev("wide"), settings, {});
    ASSERT_TRUE(access_points.start(ap).has_value());
    StationAgent& client = add_station("client", wanted, 15);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(client.wdev().valid_links(), 0x7fff);
    EXPECT_TRUE(is_let_in(ap, client));
}

}  // namespace
}  // namespace mlosim::agent
