#include <gmock/gmock.h>

#include "chip_world.h"
#include "mt7925/event_tlvs.h"

namespace mlosim::mt7925 {
namespace {

using std::chrono::milliseconds;

std::string acquire(std::string_view bss, std::string_view token, std::string_view type = "00",
                    std::string_view interval = "e8030000") {
    return "0000 1800 " + std::string(bss) + std::string(token) + "24 00 02 00 24 00 00 24 00 " + std::string(type) +
           std::string(interval) + " ff 000000";
}
std::string abort_of(std::string_view bss, std::string_view token) {
    return "0100 0c00 " + std::string(bss) + std::string(token) + "ff 0000000000";
}

TEST_F(RunningChip, GrantsARocFiveMillisecondsAfterItsAck) {
    add_interface();
    uni(Cid::roc, "00000000" + acquire("00", "01"));
    const sim::Time acked = queue.now();
    run(milliseconds(10));
    ASSERT_EQ(count_events(Eid::roc), 1U);
    EXPECT_EQ(events[0].at - acked, milliseconds(5));
    EXPECT_EQ(events[0].payload, octets("00000000 0000 1400 00 01 00 24 00 02 00 24 00 00 00 00 e8030000"));
    EXPECT_EQ(radio.away, (RadioChannel{2, 36, 36, 0, 0}));
    uni(Cid::roc, "00000000" + abort_of("00", "01"));
    EXPECT_EQ(radio.away, std::nullopt);
}

TEST_F(RunningChip, LeavesTheAirWhenItCrashesAndWhenItIsReset) {
    add_interface();
    uni(Cid::roc, "00000000" + acquire("00", "01"));
    run(milliseconds(10));
    front.firmware().crash();
    EXPECT_EQ(radio.away, std::nullopt);
    front.reset();
    run(milliseconds(20));
    boot();
    uni(Cid::scan_req, "05 00 0300 0100 1400 00 00 20 00" + zeros(12) + "0c00 8800 04 01 0000 0101" + zeros(126));
    EXPECT_TRUE(radio.away.has_value());
    front.reset();
    EXPECT_EQ(radio.away, std::nullopt);
}

TEST_F(RunningChip, EndsARocByItselfWhenItsTimeIsOver) {
    add_interface();
    uni(Cid::roc, "00000000" + acquire("00", "01", "01", "64000000"));
    run(milliseconds(104));
    EXPECT_TRUE(radio.away.has_value());
    run(milliseconds(2));
    EXPECT_FALSE(radio.away.has_value());
    EXPECT_EQ(front.firmware().roc().expired(), 1U);
}

TEST_F(RunningChip, LetsASecondRocWaitForTheFirst) {
    add_interface();
    uni(Cid::roc, "00000000" + acquire("00", "01"));
    uni(Cid::roc, "00000000" + acquire("00", "02"));
    run(milliseconds(50));
    EXPECT_EQ(count_events(Eid::roc), 1U);
    uni(Cid::roc, "00000000" + abort_of("00", "01"));
    run(milliseconds(10));
    ASSERT_EQ(count_events(Eid::roc), 2U);
    EXPECT_EQ(events[1].payload[9], 2) << "the token";
}

TEST_F(RunningChip, IgnoresAnAbortOfAnotherBssOrToken) {
    add_interface();
    uni(Cid::roc, "00000000" + acquire("00", "01"));
    run(milliseconds(10));
    uni(Cid::roc, "00000000" + abort_of("04", "01"));
    uni(Cid::roc, "00000000" + abort_of("00", "02"));
    EXPECT_TRUE(front.firmware().roc().holds_radio());
}

TEST_F(RunningChip, GrantsBothLinksOfAnMldAtOnce) {
    add_interface();
    uni(Cid::roc, "00000000" + acquire("00", "03", "0a", "05000000") +
                      "0300 1800 01 03 06 00 01 00 06 00 00 06 00 0a 05000000 ff 000000");
    run(milliseconds(6));
    ASSERT_EQ(count_events(Eid::roc), 1U);
    EXPECT_EQ(front.firmware().roc().current()->sub_links.size(), 1U);
    run(milliseconds(6));
    EXPECT_FALSE(front.firmware().roc().current().has_value());
}

// Two channels of 2.4 GHz where sending is allowed, two of 5 GHz where it is not.
const std::string domain =
    "55530000 00 03 03 00 0200 2800 02 02 00 00 0100 0000 00000000 0600 0000 00000000 2400 0000 02000000 "
    "2800 0000 02000000";
const std::string four_channels = "0c00 8800 04 04 0000 0101 0106 0224 0228" + zeros(120);
const std::string wildcard = "0a00 7001 01 00 00 00" + zeros(360);
const std::string elements = "0d00 0b00 0300 01 00 010108";

TEST_F(RunningChip, ScansChannelByChannelAndSaysWhenItIsDone) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    const std::size_t visits_before = radio.visits.size();
    uni(Cid::scan_req, "85 00 0400 0100 1400 01 02 20 00" + zeros(12) + wildcard + four_channels + elements);
    const sim::Time begun = queue.now();
    run(std::chrono::seconds(1));
    ASSERT_EQ(count_events(Eid::scan_done), 1U);
    EXPECT_EQ(events[0].payload, octets("85000000 0000 0800 00000000"));
    EXPECT_EQ(events[0].at - begun, milliseconds(2 * 20 + 2 * 110 + 20));
    EXPECT_EQ(radio.visits.size() - visits_before, 4U);
    ASSERT_EQ(radio.frames.size(), 2U) << "no probe request where only listening is allowed";
    EXPECT_EQ(radio.frames[0].frame, octets("4000 0000 ffffffffffff 02792500aa00 ffffffffffff 0000 0000 010108"));
    EXPECT_EQ(radio.away, std::nullopt);
}

TEST_F(RunningChip, ProbesForEachSsidWithARandomAddressIfAsked) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    uni(Cid::scan_req, "05 00 0500 0100 1400 01 02 01 00" + zeros(12) + "0a00 7001 04 02 00 00 01000000 41" +
                           zeros(31) + "02000000 4242" + zeros(30) + zeros(8 * 36) + "0c00 8800 04 01 0000 0101" +
                           zeros(126) + "0e00 0c00 0a0b0c0d0e0f 0000");
    run(milliseconds(100));
    ASSERT_EQ(radio.frames.size(), 2U);
    EXPECT_EQ(radio.frames[0].frame, octets("4000 0000 ffffffffffff 0a0b0c0d0e0f ffffffffffff 0000 0001 41"));
    EXPECT_EQ(radio.frames[1].frame, octets("4000 0000 ffffffffffff 0a0b0c0d0e0f ffffffffffff 1000 0002 4242"));
}

// As mt7925e of Linux 6.12 asks.
TEST_F(RunningChip, UnderstandsAnOlderDriversScan) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    uni(Cid::scan_req, "05 00 0600 0100 1400 01 02 20 00 3c00 3c00 2409" + zeros(6) +
                           "0a00 9800 04 01 00 00 01000000 41" + zeros(31) + zeros(3 * 36) +
                           "0c00 8800 04 01 0000 0101" + zeros(126) + "0d00 6002 0300 00 00 010108" + zeros(597) +
                           "0e00 0c00 000000000000 0000");
    run(milliseconds(100));
    ASSERT_EQ(radio.frames.size(), 1U);
    EXPECT_EQ(radio.frames[0].frame, octets("4000 0000 ffffffffffff 02792500aa00 ffffffffffff 0000 0001 41 010108"));
    EXPECT_EQ(count_events(Eid::scan_done), 1U);
}

TEST_F(RunningChip, LetsAScanWaitForARoc) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    uni(Cid::scan_req, "05 00 0300 0100 1400 01 02 20 00" + zeros(12) + wildcard + four_channels);
    uni(Cid::roc, "00000000" + acquire("00", "01", "01", "f4010000"));
    run(milliseconds(300));
    EXPECT_TRUE(front.firmware().roc().holds_radio()) << "at the end of the first dwell";
    EXPECT_EQ(radio.away, (RadioChannel{2, 36, 36, 0, 0}));
    EXPECT_EQ(count_events(Eid::scan_done), 0U);
    run(std::chrono::seconds(1));
    EXPECT_EQ(count_events(Eid::scan_done), 1U);
}

TEST_F(RunningChip, EndsACancelledScanAtOnce) {
    add_interface();
    uni(Cid::scan_req, "05 00 0300 0100 1400 00 00 20 00" + zeros(12) + four_channels);
    uni(Cid::scan_req, "05 00 0100 0200 0800 00 000000");
    run(milliseconds(1));
    EXPECT_EQ(count_events(Eid::scan_done), 1U);
    EXPECT_FALSE(front.firmware().scan().scanning());
}

TEST_F(RunningChip, RepeatsAScheduledScanUntilItIsStopped) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    uni(Cid::scan_req, "03 00 0400 0300 1c00 01 00 01 00 0a00" + zeros(18) + wildcard + four_channels);
    uni(Cid::scan_req, "00 00 0100 0400 0800 00 000000");
    EXPECT_EQ(count_events(Eid::scan_done), 0U) << "neither is answered by SCAN_DONE";
    run(std::chrono::seconds(25));
    EXPECT_EQ(count_events(Eid::scan_done), 3U);
    EXPECT_EQ(events[0].payload, octets("03000000 0300 0800 00000000"));
    uni(Cid::scan_req, "00 00 0100 0400 0800 01 000000");
    run(std::chrono::seconds(25));
    EXPECT_EQ(count_events(Eid::scan_done), 3U);
}

TEST_F(RunningChip, AsksNeighborsOn6GHzByName) {
    uni(Cid::set_domain_info, "55530000 00 03 03 00 0200 1800 00 00 02 00 2500 0000 00000000 2900 0000 00000000");
    add_interface();
    uni(Cid::scan_req, "06 00 0600 0100 1400 01 02 28 00" + zeros(12) + wildcard +
                           "0b00 1000 ffffffffffff 00 00 00 00 0000" + "0b00 1000 02aa0000000c 25 0a 00 0a 0000" +
                           "0b00 1000 02aa0000000d 29 0a 00 0a 0000" + "0c00 8800 04 02 0000 0325 0329" + zeros(124));
    run(milliseconds(100));
    ASSERT_EQ(radio.frames.size(), 3U);
    EXPECT_EQ(radio.frames[0].frame, octets("4000 0000 ffffffffffff 02792500aa00 ffffffffffff 0000 0000"));
    EXPECT_EQ(radio.frames[1].frame, octets("4000 0000 02aa0000000c 02792500aa00 02aa0000000c 1000 0000"));
    EXPECT_EQ(radio.frames[2].frame, octets("4000 0000 02aa0000000d 02792500aa00 02aa0000000d 2000 0000"))
        << "channel 41 is no preferred scanning channel";
}

// A beacon of 02:aa:00:00:00:36, its SSID `letter`; the TIM's third octet is `tim`.
Bytes beacon(std::string_view letter = "41", std::string_view tim = "00") {
    return octets("8000 0000 ffffffffffff 02aa00000036 02aa00000036 0000 0102030405060708 6400 0100 0001" +
                  std::string(letter) + "0504 00 02 " + std::string(tim) + " 00");
}

TEST_F(RunningChip, ReportsOnlyRoundsOfAScheduleInWhichSomebodyMatched) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    // "A", at least -60 dBm; ten seconds between rounds.
    uni(Cid::scan_req, "03 00 0500 0300 1c00 01 00 01 00 0a00" + zeros(18) + wildcard + four_channels +
                           "0f00 8802 01 000000 c4ffffff 41" + zeros(31) + "01 000000" + zeros(15 * 40));
    uni(Cid::scan_req, "00 00 0100 0400 0800 00 000000");
    (void)front.firmware().receive_frame({{1, 1, 1, 0, 0}, beacon("42"), -50});
    (void)front.firmware().receive_frame({{1, 1, 1, 0, 0}, beacon("41"), -70});
    run(std::chrono::seconds(5));
    EXPECT_EQ(count_events(Eid::scan_done), 0U) << "another SSID, a weak signal";
    run(milliseconds(5300));
    ASSERT_TRUE(front.firmware().scan().dwelling());
    (void)front.firmware().receive_frame({{1, 1, 1, 0, 0}, beacon("41"), -60});
    run(std::chrono::seconds(5));
    EXPECT_EQ(count_events(Eid::scan_done), 1U);
}

TEST_F(RunningChip, ReportsALostApAfterTenBeacons) {
    connect();
    run(milliseconds(500));
    EXPECT_TRUE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, beacon(), -50}));
    const sim::Time heard = queue.now();
    run(milliseconds(1023));
    EXPECT_EQ(count_events(Eid::beacon_loss), 0U);
    run(milliseconds(2));
    ASSERT_EQ(count_events(Eid::beacon_loss), 1U);
    EXPECT_EQ(events.back().at - heard, 10 * 100 * sim::time_unit);
    EXPECT_EQ(events.back().payload, octets("00000000 0000 0800 00 00 0000"));
    run(std::chrono::seconds(5));
    EXPECT_EQ(count_events(Eid::beacon_loss), 1U) << "once";
}

TEST_F(RunningChip, DoesNotMissBeaconsOnceToldNotTo) {
    connect();
    uni(Cid::bss_info, "00000000 1b00 0400");
    run(std::chrono::seconds(5));
    EXPECT_EQ(count_events(Eid::beacon_loss), 0U);
}

TEST_F(RunningChip, KeepsUnchangedBeaconsFromTheHost) {
    connect();
    EXPECT_TRUE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, beacon(), -50}));
    EXPECT_FALSE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, beacon("41", "01"), -50}));
    EXPECT_TRUE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, beacon("42"), -50}));
}

TEST_F(RunningChip, HearsOthersBeaconsInAScanWhateverTheFilterSays) {
    uni(Cid::set_domain_info, domain);
    add_interface();
    uni(Cid::band_config, "00 000000 0c00 4400 01 000000 00000000 00080000 01" + zeros(51));
    EXPECT_FALSE(front.firmware().receive_frame({{1, 1, 1, 0, 0}, beacon(), -50}));
    uni(Cid::scan_req, "85 00 0400 0100 1400 01 02 20 00" + zeros(12) + wildcard + four_channels + elements);
    run(milliseconds(5));
    EXPECT_TRUE(front.firmware().receive_frame({{1, 1, 1, 0, 0}, beacon(), -50}));
    run(std::chrono::seconds(1));
    EXPECT_FALSE(front.firmware().receive_frame({{1, 1, 1, 0, 0}, beacon(), -50}));
}

TEST_F(RunningChip, ReportsASignalThatCrossesAThreshold) {
    connect();
    uni(Cid::rssi_monitor, "00000000 0000 0800 01 be b6 00");
    const auto hear = [&](int rssi) { (void)front.firmware().receive_frame({{2, 36, 36, 0, 0}, beacon(), rssi}); };
    hear(-70);
    EXPECT_EQ(count_events(Eid::rssi), 0U);
    hear(-80);
    hear(-81);
    run(milliseconds(1));
    ASSERT_EQ(count_events(Eid::rssi), 1U);
    EXPECT_EQ(events.back().payload, octets("00000000 0000 0800 b0ffffff"));
    hear(-60);
    run(milliseconds(1));
    EXPECT_EQ(count_events(Eid::rssi), 2U);
}

}  // namespace
}  // namespace mlosim::mt7925
