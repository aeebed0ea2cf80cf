#include "agent/association.h"

#include <algorithm>

#include "access_point_fixture.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/rsn.h"
#include "mld/sta.h"
#include "mld/stations.h"

namespace mlosim::agent {
namespace {

using ieee80211::AssociationResponseBody;
using ieee80211::AuthenticationBody;
using phy::Band;
using testing::IsEmpty;
using testing::SizeIs;
namespace element = ieee80211::element;

class Associations : public AccessPointTest {
protected:
    std::vector<Bytes> authenticate(const Bss& bss, std::uint16_t algorithm = AuthenticationBody::open_system,
                                    std::uint16_t transaction = 1, const Bytes& rest = {}) {
        station.tune(bss.channel.control);
        run_for(1us);
        AuthenticationBody body;
        body.algorithm = algorithm;
        body.transaction = transaction;
        body.rest = rest;
        Bytes bytes;
        ByteWriter w(bytes);
        body.append_to(w);
        return station.ask(ManagementSubtype::authentication, bss.bssid, bss.bssid, bytes,
                           ManagementSubtype::authentication);
    }
    std::vector<Bytes> authenticate_as_mld(const Bss& bss, std::string_view mld_addr = "02:00:00:00:66:00") {
        ieee80211::BasicMultiLink element;
        element.mld_addr = *MacAddress::parse(mld_addr);
        Bytes rest;
        ByteWriter w(rest);
        element.append_to(w);
        return authenticate(bss, AuthenticationBody::open_system, 1, rest);
    }
    static AuthenticationBody authentication_in(const Bytes& frame) {
        return *AuthenticationBody::parse(FrameView::parse(frame)->body());
    }
    /// SSID and the rates of 2.4 GHz, then `more`.
    static Bytes request(std::string_view ssid, const Bytes& more = {}) {
        Bytes out{0x01, 0x00, 0x05, 0x00};
        ByteWriter w(out);
        name_of(ssid).append_to(w);
        w.bytes(Bytes{1, 8, 0x82, 0x84, 0x8b, 0x96, 12, 18, 24, 36});
        w.bytes(more);
        return out;
    }
    std::vector<Bytes> associate(const Bss& bss, const Bytes& body) {
        return station.ask(ManagementSubtype::association_request, bss.bssid, bss.bssid, body,
                           ManagementSubtype::association_response);
    }
    static AssociationResponseBody response_in(const Bytes& frame) {
        return *AssociationResponseBody::parse(FrameView::parse(frame)->body());
    }
    /// A station MLD's element with a complete profile for `links`.
    static Bytes station_mld(const std::vector<unsigned>& links) {
        ieee80211::BasicMultiLink element;
        element.mld_addr = *MacAddress::parse("02:00:00:00:66:00");
        element.mld_capabilities = ieee80211::MldCapabilities{};
        for (const unsigned id : links) {
            ieee80211::BasicPerStaProfile profile;
            profile.link = *ieee80211::LinkId::from(id);
            profile.complete = true;
            profile.sta_addr = *MacAddress::parse("02:00:00:00:66:1" + std::to_string(id));
            // Capabilities, the rates of 5 and 6 GHz, HE capabilities: not looked into.
            profile.profile = {0x01, 0x00, 1, 8, 0x8c, 0x12, 0x98, 0x24, 0xb0, 0x48, 0x60, 0x6c, 255, 1, 35};
            element.profiles.push_back(profile);
        }
        // EHT capabilities: not looked into.
        Bytes out{255, 1, 108};
        ByteWriter w(out);
        element.append_to(w);
        return out;
    }
    static NetworkSettings open_mld() { return three_links(Security::open); }
};

TEST_F(Associations, OpenSystemAuthenticationSucceeds) {
    const AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const auto answers = authenticate(ap.bsses().front());
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(authentication_in(answers[0]).status, 0);
    EXPECT_EQ(authentication_in(answers[0]).transaction, 2);
    EXPECT_EQ(FrameView::parse(answers[0])->addr1(), station.address);
}

TEST_F(Associations, OtherAlgorithmsAndStepsAreRefused) {
    const AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    EXPECT_EQ(authentication_in(authenticate(ap.bsses().front(), AuthenticationBody::sae).at(0)).status, 13);
    EXPECT_EQ(authentication_in(authenticate(ap.bsses().front(), AuthenticationBody::shared_key).at(0)).status, 13);
    EXPECT_EQ(authentication_in(authenticate(ap.bsses().front(), AuthenticationBody::open_system, 3).at(0)).status, 14);
    EXPECT_EQ(ap.stations().size(), 0U);
}

TEST_F(Associations, AStationGetsAnIdentifierAndTheCapabilities) {
    const AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    (void)authenticate(bss);
    const auto answers = associate(bss, request("home"));
    ASSERT_THAT(answers, SizeIs(1));
    const auto response = response_in(answers[0]);
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(response.aid_field, 0xc001);
    for (const auto type :
         {element::supported_rates, element::ht_capabilities, element::ht_operation, element::he_capabilities,
          element::he_operation, element::eht_capabilities, element::eht_operation, element::extended_capabilities})
        EXPECT_TRUE(response.elements.find(type).has_value()) << unsigned{type.id};
    EXPECT_FALSE(response.elements.find(element::multi_link).has_value());
    EXPECT_EQ(ap.stations().find(station.address)->aid->value(), 1);
}

TEST_F(Associations, WithoutAuthenticationEndInDeauthentication) {
    const AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    station.tune(bss.channel.control);
    run_for(1us);
    EXPECT_THAT(associate(bss, request("home")), IsEmpty());
    const auto told = station.of(ManagementSubtype::deauthentication);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(ieee80211::DeauthenticationBody::parse(FrameView::parse(told[0])->body())->reason, 6);
}

TEST_F(Associations, TheWrongNameOrTooFewRatesAreRefused) {
    const AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    (void)authenticate(bss);
    EXPECT_EQ(response_in(associate(bss, request("other")).at(0)).status, 1);
    const Bytes slow{0x01, 0x00, 0x05, 0x00, 0, 4, 'h', 'o', 'm', 'e', 1, 1, 0x82};
    EXPECT_EQ(response_in(associate(bss, slow).at(0)).status, 18);
    EXPECT_EQ(response_in(associate(bss, {0x01, 0x00, 0x05, 0x00}).at(0)).status, 1);
    EXPECT_THAT(associate(bss, {0x01}), IsEmpty());
    EXPECT_FALSE(ap.stations().find(station.address)->aid.has_value());
}

// Design rule 8: 802.11be 35.3.5.1.
TEST_F(Associations, WithoutAMultiLinkElementAreSingleLinkAlsoOnAnApMld) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate(bss);
    const auto answers = associate(bss, request("three", {255, 1, 108}));
    ASSERT_THAT(answers, SizeIs(1));
    const auto response = response_in(answers[0]);
    EXPECT_EQ(response.status, 0);
    EXPECT_FALSE(response.elements.find(element::multi_link).has_value());
    EXPECT_TRUE(response.elements.find(element::eht_capabilities).has_value());
    EXPECT_FALSE(ap.stations().find(station.address)->mld_addr.has_value());
    EXPECT_EQ(ap.stations().find(station.address)->links, 1);
}

TEST_F(Associations, OfAnMldGetAProfileForEachLinkThatWasAskedFor) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate_as_mld(bss);
    const auto answers = associate(bss, request("three", station_mld({1, 2})));
    ASSERT_THAT(answers, SizeIs(1));
    const auto response = response_in(answers[0]);
    EXPECT_EQ(response.status, 0);
    const auto multi_link =
        ieee80211::BasicMultiLink::parse(ieee80211::ElementBody(*response.elements.find(element::multi_link)));
    ASSERT_TRUE(multi_link.has_value());
    EXPECT_EQ(multi_link->mld_addr, ap.wdev().address());
    ASSERT_THAT(multi_link->profiles, SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& profile = multi_link->profiles[i];
        EXPECT_EQ(profile.sta_addr, ap.bsses()[i + 1].bssid);
        EXPECT_TRUE(profile.complete);
        ieee80211::ByteReader in(profile.profile);
        (void)in.u16le();
        EXPECT_EQ(in.u16le(), 0) << "the link's status";
    }
    EXPECT_EQ(ap.stations().find(station.address)->links, 7);
}

TEST_F(Associations, OfAnMldForALinkThatThereIsNotGetTheOthers) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate_as_mld(bss);
    (void)associate(bss, request("three", station_mld({1, 7})));
    EXPECT_EQ(ap.stations().find(station.address)->links, 3);
}

TEST_F(Associations, WithABrokenMultiLinkElementAreRefused) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate_as_mld(bss);
    EXPECT_EQ(response_in(associate(bss, request("three", {255, 1, 108, 255, 4, 107, 0, 0, 200})).at(0)).status, 40);
    Bytes without_eht = station_mld({1});
    without_eht.erase(without_eht.begin(), without_eht.begin() + 3);
    EXPECT_EQ(response_in(associate(bss, request("three", without_eht)).at(0)).status, 135);
}

TEST_F(Associations, OfAnMldThatContradictsItselfAreRefused) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    const auto status_of = [&](const Bytes& more) {
        (void)authenticate_as_mld(bss);
        return response_in(associate(bss, request("three", more)).at(0)).status;
    };
    EXPECT_EQ(status_of(station_mld({1, 1})), 40) << "a link twice";
    EXPECT_EQ(status_of(station_mld({0})), 40) << "the link that the request came on";
    EXPECT_EQ(status_of({255, 1, 108}), 1) << "no MLD any more";
    Bytes same_address = station_mld({1, 2});
    const Bytes second{0x02, 0x00, 0x00, 0x00, 0x66, 0x12};
    const auto at = std::search(same_address.begin(), same_address.end(), second.begin(), second.end());
    ASSERT_NE(at, same_address.end());
    at[5] = 0x11;
    EXPECT_EQ(status_of(same_address), 40) << "one address on two links";
    EXPECT_FALSE(ap.stations().find(station.address)->aid.has_value());
    EXPECT_EQ(ap.wdev().wiphy().stations().size(), 0U);
}

TEST_F(Associations, OfAnotherMldThanAuthenticatedAreRefused) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate_as_mld(bss, "02:00:00:00:66:07");
    EXPECT_EQ(response_in(associate(bss, request("three", station_mld({1}))).at(0)).status, 1);
    (void)authenticate(bss);
    EXPECT_EQ(response_in(associate(bss, request("three", station_mld({1}))).at(0)).status, 1);
}

TEST_F(Associations, OfAnMldWithAnAddressThatNoMldHasAreNotBegun) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    EXPECT_THAT(authenticate_as_mld(bss, "03:00:00:00:66:00"), IsEmpty()) << "a group's";
    EXPECT_THAT(authenticate_as_mld(bss, "00:00:00:00:00:00"), IsEmpty());
    EXPECT_THAT(authenticate_as_mld(bss, bss.mld->mld_addr.to_string()), IsEmpty()) << "the access point's own";
    EXPECT_EQ(ap.stations().size(), 0U);
}

TEST_F(Associations, OfAnMldWithoutALinkProfileHaveOneLink) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate_as_mld(bss);
    EXPECT_EQ(response_in(associate(bss, request("three", station_mld({}))).at(0)).status, 0);
    EXPECT_EQ(ap.stations().find(station.address)->links, 1);
    const mld::Sta* sta = ap.wdev().wiphy().stations().find(ap.wdev(), *MacAddress::parse("02:00:00:00:66:00"));
    ASSERT_NE(sta, nullptr);
    EXPECT_TRUE(sta->is_mld());
    EXPECT_THAT(sta->links(), SizeIs(1));
}

TEST_F(Associations, OfAnMldGetALinkOnlyWithItsRates) {
    const AccessPoint& ap = start(open_mld());
    const Bss& bss = ap.bsses().front();
    (void)authenticate_as_mld(bss);
    Bytes slow = station_mld({1, 2});
    const Bytes rates{1, 8, 0x8c, 0x12, 0x98};
    const auto at = std::search(slow.begin(), slow.end(), rates.begin(), rates.end());
    ASSERT_NE(at, slow.end());
    at[2] = 0x02;
    const auto answers = associate(bss, request("three", slow));
    const auto response = response_in(answers.at(0));
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(ap.stations().find(station.address)->links, 5);
    const auto multi_link =
        ieee80211::BasicMultiLink::parse(ieee80211::ElementBody(*response.elements.find(element::multi_link)));
    ASSERT_THAT(multi_link->profiles, SizeIs(2));
    EXPECT_EQ(multi_link->profiles[0].profile[2], 18) << "the refused link's status";
    EXPECT_EQ(multi_link->profiles[1].profile[2], 0);
}

TEST_F(Associations, WithSecuredNetworksAreRefusedForTheirReason) {
    const AccessPoint& ap = start(network("psk", link(0, Band::ghz2_4, 6), Security::wpa2));
    const Bss& bss = ap.bsses().front();
    EXPECT_EQ(authentication_in(authenticate(bss).at(0)).status, 0);
    EXPECT_EQ(response_in(associate(bss, request("psk")).at(0)).status, 40) << "no RSN element";
    const auto with = [](ieee80211::Suite akm, ieee80211::Suite pairwise) {
        ieee80211::Rsn rsn;
        rsn.group_data_cipher = ieee80211::cipher::ccmp128;
        rsn.pairwise_ciphers = std::vector{pairwise};
        rsn.akms = std::vector{akm};
        rsn.capabilities = ieee80211::RsnCapabilities{};
        Bytes out;
        ByteWriter w(out);
        rsn.append_to(w);
        return out;
    };
    namespace akm = ieee80211::akm;
    namespace cipher = ieee80211::cipher;
    EXPECT_EQ(response_in(associate(bss, request("psk", with(akm::sae, cipher::ccmp128))).at(0)).status, 43);
    EXPECT_EQ(response_in(associate(bss, request("psk", with(akm::psk, cipher::tkip))).at(0)).status, 42);
    EXPECT_EQ(response_in(associate(bss, request("psk", with(akm::psk, cipher::ccmp128))).at(0)).status, 12);
    EXPECT_FALSE(ap.stations().find(station.address)->aid.has_value());
}

TEST_F(Associations, EndWithDisassociationAndDeauthentication) {
    const AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    (void)authenticate(bss);
    (void)associate(bss, request("home"));
    (void)station.ask(ManagementSubtype::disassociation, bss.bssid, bss.bssid, {8, 0}, ManagementSubtype::beacon);
    EXPECT_FALSE(ap.stations().find(station.address)->aid.has_value());
    (void)station.ask(ManagementSubtype::deauthentication, bss.bssid, bss.bssid, {3, 0}, ManagementSubtype::beacon);
    EXPECT_EQ(ap.stations().find(station.address), nullptr);
}

TEST(StationTable, GivesTheLowestFreeIdentifier) {
    Stations stations;
    const auto address = [](unsigned i) {
        return MacAddress{
            std::array<std::uint8_t, 6>{2, 0, 0, 0, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}};
    };
    for (unsigned i = 1; i <= 3; ++i) {
        EXPECT_TRUE(stations.authenticate(address(i)));
        EXPECT_EQ(stations.associate(address(i), std::nullopt, 0)->value(), i);
    }
    stations.remove(address(2));
    EXPECT_TRUE(stations.authenticate(address(9)));
    EXPECT_EQ(stations.associate(address(9), std::nullopt, 0)->value(), 2);
    EXPECT_FALSE(stations.associate(address(100), std::nullopt, 0).has_value()) << "not authenticated";
}

TEST(StationTable, HoldsNoMoreThanThereAreIdentifiers) {
    Stations stations;
    for (unsigned i = 0; i < 3000; ++i) {
        const MacAddress address{
            std::array<std::uint8_t, 6>{2, 0, 0, 0, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}};
        EXPECT_EQ(stations.authenticate(address), i < ieee80211::Aid::max);
    }
    EXPECT_EQ(stations.size(), std::size_t{ieee80211::Aid::max});
}

}  // namespace
}  // namespace mlosim::agent
