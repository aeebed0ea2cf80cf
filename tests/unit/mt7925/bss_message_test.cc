// BSS_INFO_UPDATE against what the real driver sent for the same networks.

#include "mt7925/host/bss_message.h"

#include <gmock/gmock.h>

#include "mt7925/bss_tlvs.h"
#include "recorded_network.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

/// mlo52's first link before anything is sent on it.
BssUpdate first_link() {
    BssUpdate bss;
    bss.bssid = recorded_link_5;
    bss.group_wcid = bss.peer_wcid = 19;
    bss.beacon_interval = 100;
    bss.generations = all_generations;
    bss.channel = channel_20(phy::Band::ghz5, 36);
    bss.slot_us = 20;
    bss.address = recorded_own;
    bss.mld = BssUpdate::Mld{.primary_bss_idx = 0, .link_id = 0};
    return bss;
}

/// The same, associated.
BssUpdate associated_link() {
    BssUpdate bss = first_link();
    bss.peer_wcid = 1;
    bss.dtim_period = 2;
    bss.qos = true;
    bss.he = BssUpdate::He{.tx_mcs_80 = 0xfffa, .tx_mcs_160 = 0xfffa, .tx_mcs_80p80 = 0};
    bss.he->color_enabled = true;
    bss.he->color = 5;
    return bss;
}

class BssMessage : public ::testing::Test {
protected:
    const std::vector<Bytes> told = recorded_payloads("mlo52", Cid::bss_info);
};

TEST_F(BssMessage, OfALinkThatIsAboutToConnectIsTheRealDrivers) {
    EXPECT_EQ(bss_update_message(first_link()), told.at(2));
    BssUpdate with_peer = first_link();  // nothing is known of the peer yet
    with_peer.enable = false;
    with_peer.peer_wcid = 1;
    with_peer.generations = {};
    EXPECT_EQ(bss_update_message(with_peer), told.at(3));
}

TEST_F(BssMessage, OfAnAssociatedLinkIsTheRealDrivers) {
    EXPECT_EQ(bss_update_message(associated_link()), told.at(4));
    EXPECT_EQ(slot_time_message(LinkNumbers{}, 9), told.at(5));
    EXPECT_EQ(rlm_message(LinkNumbers{}, channel_20(phy::Band::ghz5, 36)), told.at(6));
    EXPECT_EQ(beacon_watch_message(LinkNumbers{}, 0, 0), told.at(7));
    EXPECT_EQ(power_save_message(LinkNumbers{}, true), told.at(8));
}

TEST_F(BssMessage, OfASecondLinkIsTheRealDrivers) {
    const LinkNumbers second{.bss_idx = 1, .link_idx = 1};
    EXPECT_EQ(bss_message(second, ConnectionType::station, 18, true), told.at(9));
    EXPECT_EQ(rlm_message(second, channel_20(phy::Band::ghz2_4, 6)), told.at(10));
    BssUpdate bss = associated_link();
    bss.link = second;
    bss.bssid = recorded_link_2;
    bss.group_wcid = 18;
    bss.peer_wcid = 2;
    bss.generations.vht = bss.generations.he_6ghz = false;
    bss.channel = channel_20(phy::Band::ghz2_4, 6);
    bss.slot_us = 9;
    bss.mld->link_id = 1;
    EXPECT_EQ(bss_update_message(bss), told.at(11));
}

TEST_F(BssMessage, OfASecondLinkIn6GHzIsTheRealDrivers) {
    BssUpdate bss = associated_link();
    bss.link = {.bss_idx = 1, .link_idx = 1};
    bss.bssid = ieee80211::MacAddress({0x02, 0xaa, 0x00, 0x00, 0x0b, 0x05});
    bss.group_wcid = 18;
    bss.peer_wcid = 2;
    bss.generations = {.he = true, .eht = true, .he_6ghz = true};
    bss.channel = channel_20(phy::Band::ghz6, 5);
    bss.slot_us = 9;
    bss.mld->link_id = 1;
    const auto all = recorded_payloads("mlo56", Cid::bss_info);
    EXPECT_EQ(bss_update_message(bss), all.at(9));
    bss.cipher = KeyCipher::ccmp;
    EXPECT_EQ(bss_update_message(bss), all.at(13)) << "with a key";
}

TEST_F(BssMessage, OfATeardownAreTheRealDrivers) {
    const auto down = recorded_payloads("mlo52_deauth", Cid::bss_info);
    BssUpdate first = associated_link();
    first.enable = false;
    first.slot_us = 9;
    EXPECT_EQ(bss_update_message(first), down.at(0));
    const LinkNumbers second{.bss_idx = 1, .link_idx = 1};
    EXPECT_EQ(bss_message(LinkNumbers{}, ConnectionType::station, 1, false), down.at(2)) << "with the peer's entry";
    EXPECT_EQ(bss_message(second, ConnectionType::station, 2, false), down.at(3));
    EXPECT_EQ(legacy_bss_message(LinkNumbers{}), down.at(4));
    EXPECT_EQ(rlm_message(second, channel_20(phy::Band::ghz2_4, 6)), down.at(6));
    EXPECT_EQ(pm_disable_message(LinkNumbers{}), down.at(7));
}

TEST_F(BssMessage, OfAnAccessPointAreTheRealDrivers) {
    const auto up = recorded_payloads("ap", Cid::bss_info);
    BssUpdate bss = associated_link();
    bss.type = ConnectionType::access_point;
    bss.channel = *phy::ChannelDefinition::around(*phy::find_channel(phy::Band::ghz5, 36), phy::ChannelWidth::w80);
    bss.bssid = recorded_own;
    bss.group_wcid = bss.peer_wcid = 19;
    bss.mld.reset();
    bss.he->color_enabled = false;
    bss.he->color = 0x34;
    EXPECT_EQ(rlm_message(LinkNumbers{}, bss.channel), up.at(1));
    EXPECT_EQ(bss_update_message(bss), up.at(2));
    EXPECT_EQ(pm_disable_message(LinkNumbers{}), up.at(3));
    EXPECT_EQ(beacon_watch_message(LinkNumbers{}, 100, 2), up.at(4));
    const auto tlvs = *parse_tlvs(up.at(5), 4);
    const auto content = *decode<BssBeaconContent>(tlvs.at(0));
    const ByteView frame = ByteView(content.pkt).first(content.pkt_len);
    EXPECT_EQ(*beacon_message(LinkNumbers{}, frame, content.tim_pos, 0), up.at(5));
    bss.enable = false;
    bss.slot_us = 9;  // no station without short slots came
    const auto down = recorded_payloads("ap_down", Cid::bss_info);
    EXPECT_EQ(bss_update_message(bss), down.at(3)) << "it is gone, a station's would not be";
}

TEST_F(BssMessage, RefusesABeaconWithoutRoom) {
    const Bytes frame(513);
    EXPECT_EQ(beacon_message(LinkNumbers{}, frame, 0, 0).error().code, EINVAL);
}

TEST_F(BssMessage, SaysWhatAWideChannelIs) {
    struct Case {
        std::uint16_t control;
        phy::ChannelWidth width;
        std::uint8_t bw, center, sco;
    };
    for (const Case& c : {Case{36, phy::ChannelWidth::w40, 1, 38, 1}, Case{48, phy::ChannelWidth::w80, 2, 42, 3},
                          Case{64, phy::ChannelWidth::w160, 3, 50, 3}}) {
        const auto channel = *phy::ChannelDefinition::around(*phy::find_channel(phy::Band::ghz5, c.control), c.width);
        const Bytes message = rlm_message(LinkNumbers{}, channel);
        const auto rlm = *decode<BssRlm>(parse_tlvs(message, 4)->at(0));
        EXPECT_EQ(rlm.bw, c.bw);
        EXPECT_EQ(rlm.center_ch, c.center);
        EXPECT_EQ(rlm.sco, c.sco);
        EXPECT_EQ(rlm.ht_op, 4);
    }
    const auto widest =
        *phy::ChannelDefinition::around(*phy::find_channel(phy::Band::ghz6, 37), phy::ChannelWidth::w320);
    const Bytes message = rlm_message(LinkNumbers{}, widest);
    EXPECT_EQ(decode<BssRlm>(parse_tlvs(message, 4)->at(0))->bw, 7);
    auto punctured = widest;
    punctured.punctured = 0x0030;
    const Bytes puncturing = puncturing_message(LinkNumbers{}, punctured);
    const auto eht = *decode<BssEht>(parse_tlvs(puncturing, 4)->at(0));
    EXPECT_EQ(eht.dscb_present, 1);
    EXPECT_EQ(eht.disabled_subch_bitmap, 0x0030);
}

TEST_F(BssMessage, DerivesSecurityFromTheCipherAlone) {
    for (const auto& [cipher, mode, status] :
         {std::tuple{KeyCipher::none, 0, 1}, std::tuple{KeyCipher::wep40, 1, 0}, std::tuple{KeyCipher::tkip, 7, 4},
          std::tuple{KeyCipher::ccmp, 7, 6}, std::tuple{KeyCipher::gcmp256, 11, 8}}) {
        BssUpdate bss = first_link();
        bss.cipher = cipher;
        const Bytes message = bss_update_message(bss);
        const auto security = *decode<BssSecurity>(parse_tlvs(message, 4)->at(1));
        EXPECT_EQ(security.mode, mode);
        EXPECT_EQ(security.status, status);
        EXPECT_EQ(security.cipher, static_cast<std::uint8_t>(cipher));
    }
}

}  // namespace
}  // namespace mlosim::mt7925::host
