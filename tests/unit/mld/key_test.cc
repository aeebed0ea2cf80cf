// Keys: how they are installed, and what they do to frames.

#include "mld/key.h"

#include "connected_fixture.h"

namespace mlosim::mld {
namespace {

namespace cipher = ieee80211::cipher;
using ieee80211::Bytes;
using ieee80211::FrameControl;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint16_t eapol = 0x888e;

KeyParameters key_of(ieee80211::Suite suite, std::size_t size, std::uint8_t fill, Bytes sequence = {}) {
    KeyParameters out;
    out.cipher = suite;
    out.data = Bytes(size, fill);
    out.sequence = std::move(sequence);
    return out;
}

class KeyTest : public ConnectedTest {
protected:
    explicit KeyTest(StaFlags more = {}) : ConnectedTest(more) {}

    int add(Wdev& at, const KeyName& name, const KeyParameters& key) {
        return error_of(at.wiphy().data_path().add_key(at, name, key));
    }
    KeyName pairwise(const Wdev& at, std::uint8_t index = 0) const {
        return {index, true, &at == &ap ? sta.address() : ap.address(), std::nullopt};
    }
    static KeyName group(std::uint8_t index) { return {index, false, std::nullopt, std::nullopt}; }

    void use_pairwise(const KeyParameters& key) {
        EXPECT_EQ(add(ap, pairwise(ap), key), 0);
        EXPECT_EQ(add(sta, pairwise(sta), key), 0);
    }
    void use_group(const KeyParameters& key, std::uint8_t index, KeyPurpose purpose) {
        EXPECT_EQ(add(ap, group(index), key), 0);
        EXPECT_EQ(error_of(wiphy.data_path().set_default_key(ap, group(index), purpose)), 0);
        EXPECT_EQ(add(sta, group(index), key), 0);
    }
};

class ProtectedManagementTest : public KeyTest {
protected:
    ProtectedManagementTest() : KeyTest(StaFlag::mfp) {
        StaParameters mfp;
        mfp.flags_mask = mfp.flags_set = StaFlag::mfp;
        // The station's MLME set it from the request; what counts is that both sides agree.
        EXPECT_TRUE(at_sta().flags.has(StaFlag::mfp));
        EXPECT_TRUE(at_ap().flags.has(StaFlag::mfp));
    }
};

// Installing

TEST_F(KeyTest, WhatCannotBeInstalledIsRefused) {
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::ccmp128, 15, 1)), EINVAL);
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::tkip, 32, 1)), EOPNOTSUPP);
    EXPECT_EQ(add(ap, {0, true, address(9), std::nullopt}, key_of(cipher::ccmp128, 16, 1)), ENOENT);
    EXPECT_EQ(add(ap, group(4), key_of(cipher::ccmp128, 16, 1)), EINVAL);
    EXPECT_EQ(add(ap, group(1), key_of(cipher::bip_cmac128, 16, 1)), EINVAL);
    EXPECT_EQ(add(ap, {1, false, std::nullopt, ieee80211::LinkId::from(3)}, key_of(cipher::ccmp128, 16, 1)), ENOLINK);
    ASSERT_TRUE(sta.netdev()->set_up(false));
    EXPECT_EQ(add(sta, group(1), key_of(cipher::ccmp128, 16, 1)), ENETDOWN);
}

TEST_F(KeyTest, ARekeyKeepsItsCipher) {
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::ccmp128, 16, 1)), 0);
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::gcmp128, 16, 2)), EOPNOTSUPP);
    EXPECT_EQ(add(ap, pairwise(ap, 1), key_of(cipher::gcmp128, 16, 2)), EOPNOTSUPP);
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::ccmp128, 16, 2)), 0);
}

TEST_F(KeyTest, InstallingTheSameKeyAgainDoesNotResetItsCounter) {
    authorize();
    const auto key = key_of(cipher::ccmp128, 16, 1);
    use_pairwise(key);
    send(ap, sta.address(), "x");
    EXPECT_EQ(wiphy.data_path().key(ap, pairwise(ap))->sequence, (Bytes{1, 0, 0, 0, 0, 0}));
    EXPECT_EQ(add(ap, pairwise(ap), key), 0);
    EXPECT_EQ(wiphy.data_path().key(ap, pairwise(ap))->sequence, (Bytes{1, 0, 0, 0, 0, 0}));
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::ccmp128, 16, 2)), 0);
    EXPECT_EQ(wiphy.data_path().key(ap, pairwise(ap))->sequence, Bytes(6));
}

TEST_F(KeyTest, RemovedKeysAreGone) {
    use_group(key_of(cipher::ccmp128, 16, 1), 1, KeyPurpose::data_multicast);
    EXPECT_EQ(ap.default_link().default_multicast_key, 1);
    EXPECT_EQ(error_of(wiphy.data_path().remove_key(ap, group(1))), 0);
    EXPECT_EQ(ap.default_link().default_multicast_key, std::nullopt);
    EXPECT_EQ(error_of(wiphy.data_path().remove_key(ap, group(1))), ENOENT);
    EXPECT_EQ(error_of(wiphy.data_path().key(ap, group(1))), ENOENT);
}

// Data

struct CipherRow {
    ieee80211::Suite suite;
    std::size_t size;
};
class EveryCipher : public KeyTest, public testing::WithParamInterface<CipherRow> {};

TEST_P(EveryCipher, DataIsEncryptedOnTheAirAndReadableBehindIt) {
    authorize();
    use_pairwise(key_of(GetParam().suite, GetParam().size, 1));
    use_group(key_of(GetParam().suite, GetParam().size, 2), 1, KeyPurpose::data_multicast);
    send(sta, ap.address(), "a secret");
    send(ap, sta.address(), "an answer");
    send(ap, MacAddress::broadcast(), "news");
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 a secret", "netdev sta an answer", "netdev sta news"));
    const auto frames = data_on_air();
    ASSERT_THAT(frames, SizeIs(3));
    for (const Bytes& frame : frames) {
        EXPECT_TRUE(FrameView::parse(frame)->frame_control().has(FrameControl::protected_frame));
        const std::string text(frame.begin(), frame.end());
        EXPECT_EQ(text.find("secret"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(OfTheProfile, EveryCipher,
                         testing::Values(CipherRow{cipher::ccmp128, 16}, CipherRow{cipher::ccmp256, 32},
                                         CipherRow{cipher::gcmp128, 16}, CipherRow{cipher::gcmp256, 32}));

TEST_F(KeyTest, AWrongKeyIsHeardAsNothing) {
    authorize();
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::ccmp128, 16, 1)), 0);
    EXPECT_EQ(add(sta, pairwise(sta), key_of(cipher::ccmp128, 16, 2)), 0);
    send(sta, ap.address(), "x");
    EXPECT_THAT(told.take(), IsEmpty());
    EXPECT_EQ(at_ap().pairwise_keys[0]->statistics().wrong_mics, 1U);
}

TEST_F(KeyTest, AReplayedFrameIsDropped) {
    authorize();
    use_pairwise(key_of(cipher::ccmp128, 16, 1));
    send(sta, ap.address(), "x");
    const auto frames = data_on_air();
    ASSERT_THAT(frames, SizeIs(1));
    told.take();
    air.send(frames[0], network.channel);
    run_for(10ms);
    EXPECT_THAT(told.take(), IsEmpty());
    EXPECT_EQ(at_ap().pairwise_keys[0]->statistics().replays, 1U);
}

TEST_F(KeyTest, AGroupKeyBeginsAtTheCounterThatItCameWith) {
    authorize();
    EXPECT_EQ(add(ap, group(1), key_of(cipher::ccmp128, 16, 2)), 0);
    EXPECT_EQ(error_of(wiphy.data_path().set_default_key(ap, group(1), KeyPurpose::data_multicast)), 0);
    EXPECT_EQ(add(sta, group(1), key_of(cipher::ccmp128, 16, 2, {2, 0, 0, 0, 0, 0})), 0);
    for (const char* text : {"one", "two", "three"})
        send(ap, MacAddress::broadcast(), text);
    EXPECT_THAT(told.take(), ElementsAre("netdev sta three"));
}

TEST_F(KeyTest, InTheClearOnlyTheHandshakePassesWhereThereIsAKey) {
    authorize();
    EXPECT_EQ(add(ap, pairwise(ap), key_of(cipher::ccmp128, 16, 1)), 0);
    send(sta, ap.address(), "x");  // the station has no key yet
    EXPECT_THAT(told.take(), IsEmpty());
    send(sta, ap.address(), "key", eapol);
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 key"));
}

TEST_F(KeyTest, WhoHadAKeySendsNoDataWithoutOne) {
    authorize();
    use_pairwise(key_of(cipher::ccmp128, 16, 1));
    EXPECT_EQ(error_of(client.data_path().remove_key(sta, pairwise(sta))), 0);
    send(sta, ap.address(), "x");
    EXPECT_THAT(data_on_air(), IsEmpty());
}

TEST_F(KeyTest, WithExtendedKeyIdsANewKeyIsHeardBeforeItIsUsed) {
    authorize();
    use_pairwise(key_of(cipher::ccmp128, 16, 1));
    KeyParameters next = key_of(cipher::ccmp128, 16, 2);
    next.mode = KeyMode::no_tx;
    EXPECT_EQ(add(ap, pairwise(ap, 1), next), 0);
    EXPECT_EQ(at_ap().tx_key_index, 0);
    next.mode = KeyMode::rx_tx;
    EXPECT_EQ(add(sta, pairwise(sta, 1), next), 0);
    send(sta, ap.address(), "with the new key");
    send(ap, sta.address(), "with the old key");
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 with the new key", "netdev sta with the old key"));
    next.mode = KeyMode::set_tx;
    EXPECT_EQ(add(ap, pairwise(ap, 1), next), 0);
    EXPECT_EQ(at_ap().tx_key_index, 1);
    send(ap, sta.address(), "now too");
    EXPECT_THAT(told.take(), ElementsAre("netdev sta now too"));
}

// Management frames

TEST_F(ProtectedManagementTest, RobustFramesAreEncryptedForTheStation) {
    use_pairwise(key_of(cipher::ccmp128, 16, 1));
    air.heard.clear();
    send_from_ap(ManagementSubtype::deauthentication, {3, 0});
    run_for(10ms);
    bool found = false;
    for (const auto& heard : air.heard) {
        if (!heard.view().frame_control().is(ManagementSubtype::deauthentication)) continue;
        found = true;
        EXPECT_TRUE(heard.view().frame_control().has(FrameControl::protected_frame));
        EXPECT_EQ(heard.view().body().size(), 8U + 2U + 8U);
    }
    EXPECT_TRUE(found);
    EXPECT_THAT(told.take(), ElementsAre("deauth sta"));
}

TEST_F(ProtectedManagementTest, UnprotectedOnesAreDroppedAndReported) {
    use_pairwise(key_of(cipher::ccmp128, 16, 1));
    Bytes frame;
    ieee80211::ByteWriter w(frame);
    ieee80211::FrameHeader::management(ManagementSubtype::deauthentication, sta.address(), ap.address(), ap.address())
        .append_to(w);
    w.u16le(7);
    air.send(frame, network.channel);
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("unprot-deauth sta"));
    EXPECT_NE(sta.mlme()->connection(), nullptr);
}

TEST_F(ProtectedManagementTest, GroupOnesCarryAMicAndCannotBeReplayed) {
    use_pairwise(key_of(cipher::ccmp128, 16, 1));
    use_group(key_of(cipher::bip_cmac128, 16, 3), 4, KeyPurpose::management);
    Bytes frame;
    ieee80211::ByteWriter w(frame);
    ieee80211::FrameHeader::management(ManagementSubtype::disassociation, MacAddress::broadcast(), ap.address(),
                                       ap.address())
        .append_to(w);
    w.u16le(8);
    air.send(frame, network.channel);  // without one
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("unprot-disassoc sta"));
    air.heard.clear();
    wiphy.data_path().send_management(ap, &ap.default_link(), frame, {});
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("disassoc sta"));
    bool found = false;
    for (const auto& heard : air.heard) {
        if (!heard.view().frame_control().is(ManagementSubtype::disassociation)) continue;
        found = true;
        EXPECT_EQ(heard.bytes.size(), frame.size() + 18);
    }
    EXPECT_TRUE(found);
}

TEST_F(ProtectedManagementTest, BeaconsAreProtectedAndTheirLackOfItIsReported) {
    use_group(key_of(cipher::bip_cmac128, 16, 5), 6, KeyPurpose::beacon);
    air.heard.clear();
    run_for(300ms);
    ASSERT_THAT(air.heard, testing::Not(IsEmpty()));
    const Bytes& beacon = air.heard.back().bytes;
    EXPECT_EQ(beacon[beacon.size() - 18], 76);
    EXPECT_THAT(told.take(), IsEmpty());
    air.send(network.beacon(), network.channel);
    air.send(network.beacon(), network.channel);
    run_for(20ms);
    EXPECT_THAT(told.take(), ElementsAre("unprot-beacon sta"));  // once in ten seconds
    client.data_path().forget_keys(sta);                         // as the end of a connection does
    use_group(key_of(cipher::bip_cmac128, 16, 5), 6, KeyPurpose::beacon);
    air.send(network.beacon(), network.channel);
    run_for(20ms);
    EXPECT_THAT(told.take(), ElementsAre("unprot-beacon sta")) << "each connection counts by itself";
}

}  // namespace
}  // namespace mlosim::mld
