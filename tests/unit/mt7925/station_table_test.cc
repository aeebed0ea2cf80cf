#include "chip_world.h"

namespace mlosim::mt7925 {
namespace {

const std::string sta_header = "00 01 0100 01 00 00 00";

TEST_F(RunningChip, GivesAnActiveBssItsOwnEntry) {
    add_interface(0);
    add_interface(1);
    EXPECT_TRUE(tables().wtbl[19].self);
    EXPECT_TRUE(tables().wtbl[18].self);
    EXPECT_EQ(tables().wtbl[18].bss_idx, 1);
    EXPECT_EQ(uni(Cid::bss_info, "01000000" + basic(false, false, 1)).status, 0U);
    EXPECT_FALSE(tables().wtbl[18].valid);
}

TEST_F(RunningChip, RefusesToDeactivateABssTwice) {
    add_interface();
    EXPECT_EQ(uni(Cid::bss_info, "00000000" + basic(false, false)).status, 0U);
    EXPECT_EQ(uni(Cid::bss_info, "00000000" + basic(false, false)).status, 0xc0000001U);
}

TEST_F(RunningChip, AnswersOtherCommandsToAnInactiveBssAndCountsThem) {
    EXPECT_EQ(uni(Cid::bss_info, "01 00 0100" + rlm()).status, 0U);
    EXPECT_EQ(uni(Cid::bss_info, "01000000 1b00 0400").status, 0U);
    EXPECT_EQ(uni(Cid::offload, "01000000 0000 0800 01 00 0000").status, 0U);
    EXPECT_EQ(counts().inactive_references, 3U);
    EXPECT_FALSE(tables().bss[1].active);
}

TEST_F(RunningChip, HasFiveBssIndexesAndNoMore) {
    EXPECT_EQ(
        uni(Cid::bss_info, "04000000 0000 2000 01 04 04 ff 02000200 01 00 000000000000 0f00 0000 00 00 0f00 0000 00 00")
            .status,
        0U);
    EXPECT_TRUE(tables().wtbl[15].self) << "the P2P device's";
    EXPECT_EQ(uni(Cid::bss_info, "05000000" + basic(true, false)).status, 0xc0000001U);
}

TEST_F(RunningChip, TellsTheRadioWhereABssLives) {
    connect();
    EXPECT_EQ(radio.homes[0], (RadioChannel{2, 36, 36, 0, 0}));
    uni(Cid::bss_info, "00000000" + basic(false, false));
    EXPECT_EQ(radio.homes[0], std::nullopt);
}

TEST_F(RunningChip, RefusesAStationOfAnInactiveBss) {
    EXPECT_EQ(uni(Cid::sta_rec, sta_header + sta_basic()).status, 0x10003U);
    EXPECT_EQ(counts().refused_commands, 1U);
}

TEST_F(RunningChip, LosesBeaconsOfABssThatThereIsNotWhileItsHostSleeps) {
    EXPECT_EQ(uni(Cid::hif_ctrl, "02 000000 0000 0c00 01 00000000000000").status, 0U);
    ASSERT_TRUE(tables().chip.suspended);
    front.firmware().lose_beacons(200);
    run(std::chrono::milliseconds(1));
    EXPECT_EQ(count_events(Eid::beacon_loss), 1U);
}

TEST_F(RunningChip, RefusesAStationInAnotherBssesOwnEntry) {
    add_interface(0);
    add_interface(1);
    EXPECT_EQ(uni(Cid::sta_rec, "00 12 0100 01 00 00 00" + sta_basic()).status, 0xc0000001U);
}

TEST_F(RunningChip, RefusesAWcidOutOfRange) {
    add_interface();
    EXPECT_EQ(uni(Cid::sta_rec, "00 14 0100 01 00 00 00" + sta_basic()).status, 0x10003U);
    EXPECT_EQ(uni(Cid::sta_rec, "00 01 0100 01 00 01 00" + sta_basic()).status, 0x10003U);
}

TEST_F(RunningChip, AddsAndRemovesAStation) {
    add_interface();
    add_peer();
    EXPECT_TRUE(tables().wtbl[1].valid);
    EXPECT_EQ(tables().wtbl[1].basic.peer_addr.to_string(), "02:aa:00:00:00:36");
    EXPECT_EQ(uni(Cid::sta_rec, sta_header + "2500 0800 00000000 2300 0400").status, 0U);
    EXPECT_FALSE(tables().wtbl[1].valid);
}

TEST_F(RunningChip, AnswersTheRemovalOfAStationThatIsNotThere) {
    add_interface();
    EXPECT_EQ(uni(Cid::sta_rec, sta_header + "2500 0800 00000000 2300 0400").status, 0U);
    EXPECT_EQ(counts().inactive_references, 1U);
}

TEST_F(RunningChip, RefusesALinkWhosePrimaryIsNotThere) {
    add_interface(0);
    add_interface(1);
    const std::string mld = "2000 1c00 02aa00000a00 0100 0200 0200 02 000000 0100 00 00 0200 01 00";
    EXPECT_EQ(uni(Cid::sta_rec, "01 02 0200 01 00 00 00" + sta_basic() + mld).status, 0x10003U);
    EXPECT_FALSE(tables().wtbl[2].valid) << "a message that is refused changes nothing";
    add_peer();
    EXPECT_EQ(uni(Cid::sta_rec, "01 02 0200 01 00 00 00" + sta_basic() + mld).status, 0U);
    EXPECT_TRUE(tables().wtbl[2].valid);
}

TEST_F(RunningChip, ShowsTheLinksOfAnMldAsOneGroup) {
    add_interface(0);
    add_interface(1);
    uni(Cid::bss_info, "00 00 0200" + basic(true, true, 0) + "1a00 1400 00 20 02792500aa01 ff 00 00 00 00 000000");
    uni(Cid::bss_info, "01 00 0200" + basic(true, true, 1) + "1a00 1400 00 21 02792500aa01 ff 01 00 00 00 000000");
    uni(Cid::sta_rec,
        sta_header + sta_basic() + "2000 1c00 02aa00000a00 0100 0000 0100 01 000000 0100 00 00 0000 00 00");
    uni(Cid::sta_rec, "01 02 0200 01 00 00 00" + sta_basic() +
                          "2000 1c00 02aa00000a00 0100 0200 0200 02 000000 0100 00 00 0200 01 00");
    const std::vector<MldGroup> groups = tables().mld_groups();
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].bss_indexes, (std::vector<std::uint8_t>{0, 1}));
    ASSERT_EQ(groups[0].peers.size(), 1U);
    EXPECT_EQ(groups[0].peers[0].wcids, (std::vector<std::uint16_t>{1, 2}));
    const DecodedMessage message = front.firmware().describe(
        Direction::command, build_command(Cid::edca, 1, option::set_ack, octets("01 00 0000")));
    EXPECT_EQ(message.link, 1U);
}

std::string key(std::string_view add, std::string_view type, std::string_view cipher, std::string_view id,
                std::string_view wcid) {
    return "2700 4400 " + std::string(add) + " 01 " + std::string(type) + " 00 02aa00000036 00 " + std::string(cipher) +
           std::string(id) + " 10 " + std::string(wcid) + " 01 000102030405060708090a0b0c0d0e0f" + zeros(32);
}

TEST_F(RunningChip, KeepsAPairwiseKeyAGroupKeyAndAnIgtkApart) {
    connect();
    uni(Cid::sta_rec, sta_header + key("01", "01", "04", "00", "01"));
    EXPECT_EQ(tables().wtbl[1].keys.size(), 1U);
    uni(Cid::sta_rec, "00 13 0100 01 0e 00 00" + key("01", "00", "04", "01", "13"));
    uni(Cid::sta_rec, "00 13 0100 01 0e 00 00" + key("01", "00", "06", "01", "13"));
    uni(Cid::sta_rec, "00 13 0100 01 0e 00 00" + key("01", "00", "04", "01", "13"));
    EXPECT_EQ(tables().wtbl[19].keys.size(), 2U) << "the same slot is written again";
    uni(Cid::sta_rec, "00 13 0100 01 0e 00 00" + key("00", "00", "04", "01", "13"));
    EXPECT_EQ(tables().wtbl[19].keys.size(), 1U);
}

TEST_F(RunningChip, RefusesAKeyOfAnEntryThatIsNotThere) {
    add_interface();
    EXPECT_EQ(uni(Cid::sta_rec, sta_header + key("01", "01", "04", "00", "01")).status, 0x10003U);
}

TEST_F(RunningChip, TakesAwayKeysOfWhatIsGone) {
    connect();
    uni(Cid::bss_info, "00 00 0100" + basic(false, false));
    const std::uint64_t before = counts().inactive_references;
    EXPECT_EQ(uni(Cid::sta_rec, "00 13 0100 01 0e 00 00" + key("00", "00", "00", "00", "13")).status, 0U);
    EXPECT_EQ(uni(Cid::sta_rec, "00 13 0100 01 0e 00 00" + key("01", "00", "04", "01", "13")).status, 0x10003U);
    EXPECT_EQ(counts().inactive_references, before + 1);
    add_interface();
    EXPECT_EQ(uni(Cid::sta_rec, "00 02 0100 01 00 00 00" + key("00", "01", "00", "00", "02")).status, 0U)
        << "an entry that is not there";
    EXPECT_EQ(counts().inactive_references, before + 2);
}

class ChipWithoutCrypto : public RunningChip {
protected:
    static FirmwareConfig config() {
        FirmwareConfig config;
        config.refuse_keys = true;
        return config;
    }
    ChipWithoutCrypto() : RunningChip(config()) {}
};

TEST_F(ChipWithoutCrypto, AnswersAKeyWithOneAndKeepsNone) {
    connect();
    EXPECT_EQ(uni(Cid::sta_rec, sta_header + key("01", "01", "04", "00", "01")).status, 1U);
    EXPECT_TRUE(tables().wtbl[1].keys.empty());
}

TEST_F(RunningChip, StartsAndStopsBlockAck) {
    connect();
    uni(Cid::sta_rec, sta_header + "0600 1000 05 01 01 20 0100 4000 00 000000");
    ASSERT_TRUE(tables().wtbl[1].originator[5].has_value());
    EXPECT_EQ(tables().wtbl[1].originator[5]->win_size, 64);
    EXPECT_FALSE(tables().wtbl[1].recipient[5].has_value());
    uni(Cid::sta_rec, sta_header + "0600 1000 05 01 00 00 0000 0000 00 000000");
    EXPECT_FALSE(tables().wtbl[1].originator[5].has_value());
}

TEST_F(RunningChip, ShowsItsWcidTable) {
    connect();
    uni(Cid::sta_rec, sta_header + key("01", "01", "04", "00", "01"));
    uni(Cid::sta_rec, sta_header + "0600 1000 05 02 00 20 0000 4000 00 000000");
    const std::vector<WcidRow> rows = tables().wcid_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].wcid, 1);
    EXPECT_FALSE(rows[0].self);
    EXPECT_EQ(rows[0].aid, 1);
    EXPECT_EQ(rows[0].keys, (std::vector<std::string>{"pairwise 0 ccmp"}));
    EXPECT_EQ(rows[0].recipient_tids, 0x20);
    EXPECT_EQ(rows[1].wcid, 19);
    EXPECT_TRUE(rows[1].self);
    EXPECT_EQ(rows[1].address.to_string(), "02:aa:00:00:00:36");
}

struct BadPayload {
    Cid cid;
    std::string hex;
    std::string why;
};

class BadPayloads : public RunningChip, public testing::WithParamInterface<BadPayload> {};

TEST_P(BadPayloads, ChangeNothingAndAreCounted) {
    connect();
    const auto refused = counts().refused_commands;
    uni(GetParam().cid, GetParam().hex);
    EXPECT_EQ(counts().refused_commands, refused + 1) << GetParam().why;
    EXPECT_TRUE(tables().bss[0].active);
    EXPECT_TRUE(tables().wtbl[1].valid);
    EXPECT_EQ(tables().bss[0].rlm->control_ch, 36);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadPayloads,
    testing::Values(
        BadPayload{Cid::bss_info, "00", "no header"},
        BadPayload{Cid::bss_info, "00 00 0100 0200 1000 01", "RLM longer than the message"},
        BadPayload{Cid::bss_info, "00 00 0100 0200 0500 01", "RLM too short"},
        BadPayload{Cid::bss_info,
                   "00 00 0200" + ("0200 1000 01 01 00 00 02 02 00 00 01 000000" + std::string("1000 0500 01")),
                   "a good RLM before a bad SEC"},
        BadPayload{Cid::sta_rec, "00 01 0000", "no header"},
        BadPayload{Cid::sta_rec, "00 01 0100 01 00 00 00 2500 0400 0000 0300", "REMOVE too short"},
        BadPayload{Cid::sta_rec, "00 01 0100 01 00 00 00 0600 1000 08 01 00 00 0000 0000 00 000000", "TID 8"},
        BadPayload{Cid::dev_info, "05ff0000 0000 0c00 01 00 02792500aa01", "no such own MAC"},
        BadPayload{Cid::dev_info, "00ff0000 0000 0c00 01 04 02792500aa01", "no such link"},
        BadPayload{Cid::edca, "00 00 0100 0000 0c00 04 0f 04 0a 0000 02 00", "no such access category"},
        BadPayload{Cid::offload, "05000000 0000 0800 01 00 0000", "no such BSS"},
        BadPayload{Cid::offload, "00000000 0000 0a00 01 01 0000 0a09", "half an address"},
        BadPayload{Cid::set_domain_info, "55530000 00030300 0200 1000 02 00 00 00 0100 0000 00000000", "counts lie"},
        BadPayload{Cid::set_power_limit, "00000000 0100 3000 00 000000 01 02 01 00 55530000" + zeros(32), "counts lie"},
        BadPayload{Cid::scan_req, "01 00 0100 0a00 0800 01 0b 0000", "SSID cut short"},
        BadPayload{Cid::scan_req, "01 00 0100 0a00 7001 04 0b 0000" + zeros(360), "eleven SSIDs"},
        BadPayload{Cid::scan_req, "01 00 0100 0c00 8800 04 41 0000" + zeros(128), "65 channels"},
        BadPayload{Cid::scan_req, "01 00 0100 0f00 8802 11 000000" + zeros(640), "17 match sets"},
        BadPayload{Cid::roc, "00000000 0000 0800 00000000", "ACQUIRE too short"},
        BadPayload{Cid::roc, "00000000 0000 1800 05" + zeros(19), "no such BSS"},
        BadPayload{Cid::band_config, "02000000 0800 0c00 00000000 00000000", "no such band"},
        BadPayload{Cid::sniffer, "00000000 0100 1000 0000 02 07 24 00 24 00 01 000000", "no such width"},
        BadPayload{Cid::txpower, "00000000 0700 0500 00", "SHOW_INFO too short"}));

TEST_F(RunningChip, AcknowledgesWhatNobodyKnows) {
    EXPECT_EQ(uni(static_cast<Cid>(0x6f), "00000000").error, 0);
    EXPECT_EQ(counts().unknown_commands, 1U);
}

}  // namespace
}  // namespace mlosim::mt7925
