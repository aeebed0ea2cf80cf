// The 4-way and the group key handshake: both halves against each other, and what each refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/rsn/authenticator.h"
#include "agent/rsn/supplicant.h"
#include "ieee80211/rsn.h"

namespace mlosim::agent::rsn {
namespace {

using ieee80211::LinkId;
using ieee80211::MacAddress;
using testing::ElementsAre;
using testing::SizeIs;

MacAddress address(std::uint8_t last) {
    return MacAddress{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, last}};
}

Bytes rsne(std::uint8_t akm) {
    return {0x30, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, akm, 0, 0};
}

GroupKey group_key(GroupKeyKind kind, std::uint8_t id, std::uint8_t fill, std::optional<LinkId> link = {}) {
    GroupKey out;
    out.kind = kind;
    out.key_id = id;
    out.link = link;
    out.packet_number = 7;
    out.key = Bytes(16, fill);
    return out;
}

/// A station and an access point that agree on everything, unless a test makes them differ.
struct Pair {
    SupplicantSettings station;
    AuthenticatorSettings access_point;
    std::vector<GroupKey> group_keys{group_key(GroupKeyKind::gtk, 1, 0x11)};
    std::uint8_t next_nonce = 1;

    explicit Pair(ieee80211::Suite akm = ieee80211::akm::psk) {
        station.akm = access_point.akm = find_akm(akm);
        station.pmk = access_point.pmk = Bytes(32, 0xaa);
        station.pairwise_cipher = access_point.pairwise_cipher = ieee80211::cipher::ccmp128;
        station.ends = access_point.ends = {address(1), address(2)};
        station.own_rsne = access_point.station_rsne = rsne(2);
        station.access_point_rsne = access_point.own_rsne = rsne(4);
    }
    NonceSource nonces() {
        return [this] {
            Nonce out{};
            out.fill(next_nonce++);
            return out;
        };
    }
    Supplicant supplicant() { return {station, nonces()}; }
    Authenticator authenticator() {
        return {access_point, nonces(), [this] { return group_keys; }};
    }
    void make_mlds() {
        for (const std::uint8_t id : {std::uint8_t{0}, std::uint8_t{2}}) {
            const LinkId link = *LinkId::from(id);
            station.links.push_back({link, address(0x20 + id), address(0x10 + id), rsne(8), {0xf4, 1, 0x20}});
            access_point.links.push_back({link, address(0x10 + id), rsne(8), {0xf4, 1, 0x20}});
            access_point.station_links.push_back({link, address(0x20 + id), id == 0});
        }
        group_keys.clear();
        for (const MloLink& link : access_point.links)
            group_keys.push_back(group_key(GroupKeyKind::gtk, 1, 0x11, link.link));
    }
};

/// Runs the 4-way handshake to its end.
struct Outcome {
    SupplicantStep station;
    AuthenticatorStep access_point;
};
Outcome shake_hands(Supplicant& station, Authenticator& access_point) {
    const auto first = access_point.start();
    const auto second = station.receive(*first.send);
    const auto third = access_point.receive(*second.send);
    Outcome out;
    out.station = station.receive(third.send.value());
    out.access_point = access_point.receive(out.station.send.value());
    return out;
}

class EveryAkm : public testing::TestWithParam<ieee80211::Suite> {};

TEST_P(EveryAkm, GivesBothEndsTheSameKeys) {
    Pair pair(GetParam());
    pair.station.mfp = pair.access_point.mfp = true;
    pair.group_keys = {group_key(GroupKeyKind::gtk, 2, 0x11), group_key(GroupKeyKind::igtk, 4, 0x22),
                       group_key(GroupKeyKind::bigtk, 6, 0x33)};
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto out = shake_hands(station, access_point);
    EXPECT_TRUE(out.station.completed);
    EXPECT_TRUE(out.access_point.authorized);
    ASSERT_TRUE(out.station.install && out.access_point.install);
    EXPECT_THAT(*out.station.install, SizeIs(16));
    EXPECT_EQ(*out.station.install, *out.access_point.install);
    EXPECT_EQ(out.station.group_keys, pair.group_keys);
}

INSTANTIATE_TEST_SUITE_P(Handshake, EveryAkm,
                         testing::Values(ieee80211::akm::psk, ieee80211::akm::psk_sha256, ieee80211::akm::sae,
                                         ieee80211::akm::sae_ext_key, ieee80211::akm::owe));

TEST(Handshake, OfMldsBringsTheGroupKeysOfEachLink) {
    Pair pair(ieee80211::akm::sae);
    pair.make_mlds();
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto out = shake_hands(station, access_point);
    EXPECT_TRUE(out.access_point.authorized);
    EXPECT_EQ(out.station.group_keys, pair.group_keys);
}

TEST(Handshake, OfMldsFailsWhereALinkHasAnotherAddress) {
    Pair pair(ieee80211::akm::sae);
    pair.make_mlds();
    pair.station.links[1].access_point = address(0x77);
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const auto third = access_point.receive(*second.send);
    EXPECT_EQ(station.receive(*third.send).leave, 17);
}

TEST(Supplicant_, NamesInMessage2AllLinksThatItAskedForButThatOfTheAssociation) {
    Pair pair(ieee80211::akm::sae);
    pair.make_mlds();
    pair.station.association_link = LinkId::from(0);
    pair.station.links[1].accepted = false;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = EapolKey::parse(*station.receive(*access_point.start().send).send);
    const auto data = KeyData::parse(second->key_data);
    ASSERT_TRUE(data.has_value());
    EXPECT_EQ(data->mac, pair.station.ends.supplicant);
    EXPECT_THAT(data->mlo_links, ElementsAre(MloLink{*LinkId::from(2), address(0x22), {}, {}}));
}

TEST(Handshake, OfMldsNeedsKeysOfTheAcceptedLinksOnly) {
    Pair pair(ieee80211::akm::sae);
    pair.make_mlds();
    pair.station.links[1].accepted = false;
    pair.access_point.links.pop_back();
    pair.group_keys.pop_back();
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    EXPECT_TRUE(shake_hands(station, access_point).station.completed);
}

TEST(Handshake, LeavesGroupKeysOfManagementFramesOutWithoutProtection) {
    Pair pair;
    pair.group_keys.push_back(group_key(GroupKeyKind::igtk, 4, 0x22));
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    EXPECT_THAT(shake_hands(station, access_point).station.group_keys, SizeIs(1));
}

TEST(Supplicant_, RefusesAMessage3WithoutTheKeyForManagementFramesThatItNeeds) {
    Pair pair(ieee80211::akm::sae);
    pair.station.mfp = true;  // the access point does not know
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const auto third = access_point.receive(*second.send);
    const auto step = station.receive(*third.send);
    EXPECT_FALSE(step.send || step.completed);
    EXPECT_EQ(station.dropped(), 1U);
}

TEST(Supplicant_, LeavesWhenTheBeaconSaidSomethingElse) {
    Pair pair;
    pair.station.access_point_rsne = rsne(2);
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const auto third = access_point.receive(*second.send);
    const auto step = station.receive(*third.send);
    EXPECT_EQ(step.leave, 17);
    EXPECT_FALSE(step.install);
}

TEST(Supplicant_, DoesNotInstallAKeyTwice) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const auto third = access_point.receive(*second.send);
    EXPECT_TRUE(station.receive(*third.send).install);
    const auto again = access_point.timeout();  // message 4 was lost
    const auto step = station.receive(*again.send);
    EXPECT_TRUE(step.send && step.completed);
    EXPECT_FALSE(step.install);
    EXPECT_THAT(step.group_keys, SizeIs(0));
    EXPECT_TRUE(access_point.receive(*step.send).authorized);
}

TEST(Supplicant_, DropsAReplayedMessage) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const auto third = access_point.receive(*second.send);
    EXPECT_TRUE(station.receive(*third.send).completed);
    EXPECT_FALSE(station.receive(*third.send).send);
}

TEST(Supplicant_, DropsAMessage3WhoseNonceIsNotThatOfMessage1) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const auto third = access_point.receive(*second.send);
    EXPECT_TRUE(station.receive(*access_point.start().send).send);  // a new handshake begins
    EXPECT_FALSE(station.receive(*third.send).completed);
}

TEST(Supplicant_, DropsEveryFrameThatWasChanged) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    const Bytes third = *access_point.receive(*second.send).send;
    for (std::size_t at = 4; at < third.size(); ++at) {
        // The first octet is the version, of no importance; 2 and 3 are the length of the packet.
        Bytes broken = third;
        broken[at] ^= 0x04;
        const auto step = station.receive(broken);
        EXPECT_FALSE(step.install || step.completed) << at;
    }
    EXPECT_TRUE(station.receive(third).completed);
}

TEST(Supplicant_, TakesAnotherPmkidForAnotherPmk) {
    Pair pair(ieee80211::akm::sae);
    pair.station.pmkid.emplace().fill(1);
    pair.access_point.pmkid.emplace().fill(2);
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    EXPECT_FALSE(station.receive(*access_point.start().send).send);
}

TEST(Authenticator_, GivesUpAfterFourTries) {
    Pair pair;
    auto access_point = pair.authenticator();
    auto step = access_point.start();
    unsigned sent = 0;
    while (step.send) {
        ++sent;
        EXPECT_TRUE(step.wait);
        step = access_point.timeout();
    }
    EXPECT_EQ(sent, 4U);
    EXPECT_EQ(step.disconnect, 15);
}

TEST(Authenticator_, DoesNotLetInWhoHasAnotherPassphrase) {
    Pair pair;
    pair.station.pmk = Bytes(32, 0xbb);
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    EXPECT_FALSE(access_point.receive(*second.send).send);
    EXPECT_EQ(access_point.dropped(), 1U);
}

TEST(Authenticator_, SendsAwayWhoSaidSomethingElseWhenItAssociated) {
    Pair pair;
    pair.station.own_rsne = rsne(6);
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    EXPECT_EQ(access_point.receive(*second.send).disconnect, 17);
}

TEST(Authenticator_, TakesTheAnswerToAnEarlierTry) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    const auto second = station.receive(*access_point.start().send);
    EXPECT_TRUE(access_point.timeout().send);
    EXPECT_TRUE(access_point.receive(*second.send).send);
}

TEST(GroupHandshake, BringsTheNewKey) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    (void)shake_hands(station, access_point);
    pair.group_keys = {group_key(GroupKeyKind::gtk, 2, 0x44)};
    const auto first = access_point.rekey_group();
    const auto step = station.receive(first.send.value());
    EXPECT_EQ(step.group_keys, pair.group_keys);
    EXPECT_FALSE(step.completed);
    EXPECT_TRUE(access_point.receive(step.send.value()).group_done);
}

TEST(GroupHandshake, DoesNotInstallAKeyAgain) {
    Pair pair;
    auto station = pair.supplicant();
    auto access_point = pair.authenticator();
    (void)shake_hands(station, access_point);
    const auto step = station.receive(access_point.rekey_group().send.value());
    EXPECT_TRUE(step.send);
    EXPECT_THAT(step.group_keys, SizeIs(0));
}

TEST(GroupHandshake, DoesNotBeginBeforeThe4WayHandshakeIsDone) {
    Pair pair;
    auto access_point = pair.authenticator();
    EXPECT_FALSE(access_point.rekey_group().send);
    EXPECT_TRUE(access_point.start().send);
    EXPECT_FALSE(access_point.rekey_group().send);
}

}  // namespace
}  // namespace mlosim::agent::rsn
