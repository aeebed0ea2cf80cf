// Frames through the firmware half: bytes on the data rings, frames on the air.

#include <gmock/gmock.h>

#include "data_path_fixture.h"

namespace mlosim::mt7925 {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST_F(DataPathTest, AFrameGoesOutOnItsBsssChannelAndItsBufferComesBack) {
    associate();
    TxDescriptor d = describe(1, 77, data_frame(ap36, own36));
    d.pid = 5;
    d.wants_status = true;
    send(d, data_frame(ap36, own36));
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(radio.frames[0].channel.control, 36);
    EXPECT_EQ(data().frames(), 1U);
    EXPECT_THAT(freed(), IsEmpty());
    report(true, 3);
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{1, 77, 3, false}));
    ASSERT_THAT(statuses(), SizeIs(1));
    EXPECT_TRUE(statuses()[0].acknowledged);
    EXPECT_EQ(statuses()[0].pid, 5);
    EXPECT_EQ(statuses()[0].rate.mode, RateMode::ofdm);
    EXPECT_EQ(data().frames(), 0U);
    EXPECT_EQ(data().counters(1).tx_retries, 2U);
    EXPECT_GT(data().register_word(1, 22), 0U) << "air time of best effort";
}

TEST_F(DataPathTest, WhatNobodyAcknowledgedIsFreedAsFailed) {
    associate();
    send(1, 4, data_frame(ap36, own36));
    report(false, 15);
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{1, 4, 15, true}));
    EXPECT_EQ(data().counters(1).tx_failed, 1U);
}

TEST_F(DataPathTest, AFrameForAnEntryThatIsNotThereComesBackAtOnce) {
    associate();
    send(9, 4, data_frame(ap36, own36));
    run(1ms);
    EXPECT_THAT(radio.frames, IsEmpty());
    ASSERT_THAT(freed(), SizeIs(1));
    EXPECT_TRUE(freed()[0].failed);
    EXPECT_EQ(data().counts().without_entry, 1U);
}

TEST_F(DataPathTest, AProtectedFrameNeedsTheLinksKey) {
    associate();
    TxDescriptor d = describe(1, 4, data_frame(ap36, own36));
    d.protect = true;
    send(d, data_frame(ap36, own36));
    run(1ms);
    EXPECT_THAT(radio.frames, IsEmpty());
    EXPECT_EQ(data().counters(1).tx_without_key, 1U);
    uni(Cid::sta_rec, "00 01 0100 01 00 00 00 2700 4400 01 01 01 00" + ap36 + "00 04 00 10 01 01" + zeros(48));
    send(d, data_frame(ap36, own36));
    EXPECT_THAT(radio.frames, SizeIs(1));
}

TEST_F(DataPathTest, DescriptorsThatContradictThemselvesAreCountedAndNotSent) {
    associate();
    TxDescriptor d = describe(1, 4, data_frame(ap36, own36));
    d.frame_bytes = 7;
    send(d, data_frame(ap36, own36));
    EXPECT_THAT(radio.frames, IsEmpty());
    EXPECT_EQ(data().counts().malformed, 1U);
    // Data, says the descriptor, and it is an Ack.
    const Bytes acknowledgement = octets("d400 0000" + ap36);
    send(1, 5, acknowledgement);
    EXPECT_THAT(radio.frames, IsEmpty());
    EXPECT_EQ(data().counts().malformed, 2U);
}

TEST_F(DataPathTest, AReceivedFrameNamesItsSendersEntry) {
    associate();
    packets.clear();
    const Bytes frame = octets("8802 0000" + own36 + ap36 + "02bb00000001 1000 0000" + zeros(20));
    EXPECT_TRUE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, frame, -61, *phy::Rate::legacy(540), queue.now()}));
    run(1ms);
    ASSERT_THAT(packets, SizeIs(1));
    const auto received = parse_received(packets[0]);
    ASSERT_TRUE(received.has_value());
    EXPECT_EQ(received->descriptor.wlan_idx, 1);
    EXPECT_EQ(received->descriptor.channel, 36);
    EXPECT_EQ(received->descriptor.address, RxDescriptor::AddressType::unicast_to_me);
    EXPECT_EQ(dbm_of(received->descriptor.rcpi), -61);
    EXPECT_TRUE(std::ranges::equal(received->frame, frame));
    EXPECT_EQ(data().counters(1).rx_frames, 1U);
}

TEST_F(DataPathTest, FramesForOthersStayOutside) {
    associate();
    packets.clear();
    const Bytes others = octets("8802 0000 0299000000aa" + ap36 + "02bb00000001 1000 0000" + zeros(20));
    EXPECT_FALSE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, others, -61}));
    const Bytes stranger = octets("0802 0000 ffffffffffff 02cc00000001 02bb00000001 1000" + zeros(20));
    EXPECT_FALSE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, stranger, -61})) << "group data of another BSS";
    const Bytes probe = octets("4000 0000 ffffffffffff 02cc00000001 ffffffffffff 1000 0000");
    EXPECT_TRUE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, probe, -61}));
    run(1ms);
    EXPECT_EQ(parse_received(packets.at(0))->descriptor.wlan_idx, RxDescriptor::nobody);
}

TEST_F(DataPathTest, AScanHearsWhatIsForTheAddressThatItMadeUp) {
    add_interface();
    const std::string random_address = "0a0b0c0d0e0f";
    // A random address (func bit 0), channel 6.
    uni(Cid::scan_req, "01 00 0000 0100 1400 01 02 01 00 0000 0000 0000 0000 00000000 0c00 8800 04 01 0000 01 06" +
                           zeros(126) + "0e00 0c00 " + random_address + "0000");
    const Bytes response = octets("5000 0000" + random_address + ap6 + ap6 + "1000" + zeros(12) + "0001 41");
    EXPECT_TRUE(front.firmware().receive_frame({{1, 6, 6, 0, 0}, response, -61}));
    const Bytes for_others = octets("5000 0000 0a0b0c0d0eff" + ap6 + ap6 + "1000" + zeros(12) + "0001 41");
    EXPECT_FALSE(front.firmware().receive_frame({{1, 6, 6, 0, 0}, for_others, -61}));
}

TEST_F(DataPathTest, AScanTellsTheApAndHoldsTheData) {
    associate();
    // One channel of 2.4 GHz.
    uni(Cid::scan_req,
        "01 00 0000 0100 1400 01 02 00 00 0000 0000 0000 0000 00000000 0c00 8800 04 01 0000 01 06" + zeros(126));
    ASSERT_THAT(radio.frames, testing::Not(IsEmpty()));
    EXPECT_TRUE(is_null(radio.frames[0].frame));
    EXPECT_TRUE(says_asleep(radio.frames[0].frame));
    EXPECT_THAT(radio.visits, IsEmpty()) << "only when the AP knows";
    report(true);
    run(1ms);
    ASSERT_THAT(radio.visits, SizeIs(1));
    radio.frames.clear();
    send(1, 4, data_frame(ap36, own36));
    EXPECT_THAT(radio.frames, IsEmpty()) << "it waits";
    EXPECT_EQ(data().frames(), 1U);
    while (radio.away && queue.step()) {
    }
    run(1ms);
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_TRUE(is_null(radio.frames[0].frame));
    EXPECT_FALSE(says_asleep(radio.frames[0].frame)) << "back";
    report_all();
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{1, 4, 1, false}));
}

TEST_F(DataPathTest, MldDataGetsTheLinksAddresses) {
    associate_mld();
    send(1, 4, data_frame(ap_mld, own_mld));
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(radio.frames[0].channel.control, 36);
    EXPECT_EQ(address1(radio.frames[0].frame), octets(ap36));
    EXPECT_EQ(address2(radio.frames[0].frame), octets(own36));
    EXPECT_TRUE(radio.resting[1]) << "one radio, one link";
}

TEST_F(DataPathTest, TheWeakerLinkOfAnMldIsLeft) {
    associate_mld();
    // The first link gets hard to hear: its rates go; the second one is loud.
    const auto hear = [&](const std::string& from, std::uint8_t band, std::uint8_t channel, int rssi) {
        const Bytes frame = octets("8802 0000" + own36 + from + "02bb00000001 1000 0000" + zeros(20));
        front.firmware().receive_frame({{band, channel, channel, 0, 0}, frame, rssi});
    };
    hear(ap36, 2, 36, -105);
    hear(ap6, 1, 6, -40);
    while (radio.frames.empty() && queue.now() < sim::Time{2s} && queue.step()) {
    }
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_TRUE(says_asleep(radio.frames.back().frame)) << "on the link that it leaves";
    EXPECT_EQ(address1(radio.frames.back().frame), octets(ap36));
    report(true);
    EXPECT_FALSE(says_asleep(radio.frames.back().frame)) << "on the other one";
    EXPECT_EQ(address1(radio.frames.back().frame), octets(ap6));
    EXPECT_EQ(address2(radio.frames.back().frame), octets(own6));
    report(true);
    EXPECT_EQ(front.firmware().time().link_switches(), 1U);
    EXPECT_TRUE(radio.resting[0]);
    EXPECT_FALSE(radio.resting[1]);
    send(1, 9, data_frame(ap_mld, own_mld));
    EXPECT_EQ(address1(radio.frames.back().frame), octets(ap6));
    report(true);
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{2, 9, 1, false})) << "the link's own entry";
}

TEST_F(DataPathTest, AManagementFrameTakesItsOwnLink) {
    associate_mld();
    Bytes action = octets("d000 0000" + ap6 + own6 + ap6 + "1000 0300");
    TxDescriptor d = describe(2, 4, action);
    d.frame_type = 0;
    d.frame_subtype = 13;
    d.header_size = 24;
    send(d, action);
    report(true);  // asleep on 36
    report(true);  // awake on 6
    ASSERT_THAT(radio.frames, SizeIs(3));
    EXPECT_EQ(radio.frames[2].channel.control, 6);
    EXPECT_EQ(address1(radio.frames[2].frame), octets(ap6));
}

TEST_F(DataPathTest, ALinkWithoutTheAgreementAsksAfterEveryFrame) {
    associate_mld();
    const std::string agreement = "0600 1000 00 01 00 01 0000 4000 00 000000";
    EXPECT_EQ(uni(Cid::sta_rec, "00 01 0100 01 00 00 00" + agreement).status, 0U);
    Bytes action = octets("d000 0000" + ap6 + own6 + ap6 + "1000 0300");
    TxDescriptor there = describe(2, 1, action);
    there.frame_type = 0;
    there.frame_subtype = 13;
    there.header_size = 24;
    send(there, action);
    report_all();  // the radio is on the second link now
    radio.frames.clear();
    const auto asked = [&] {
        return std::ranges::count_if(radio.frames, [](const auto& sent) { return sent.frame[0] == 0x84; });
    };
    send(1, 4, data_frame(ap_mld, own_mld));
    report_all();
    EXPECT_EQ(asked(), 1);
    EXPECT_EQ(data().counts().block_ack_requests, 1U);
    EXPECT_EQ(uni(Cid::sta_rec, "01 02 0100 01 00 00 00" + agreement).status, 0U);
    send(1, 5, data_frame(ap_mld, own_mld));
    report_all();
    EXPECT_EQ(asked(), 1) << "both know it";
}

TEST_F(DataPathTest, SleepsBetweenBeaconsAndWakesForTraffic) {
    associate();
    uni(Cid::bss_info, "00000000 1500 0800 02 000000");
    const auto beacon = [&](bool traffic) {
        const Bytes frame = octets("8000 0000 ffffffffffff" + ap36 + ap36 + "0000" + zeros(8) +
                                   "6400 1100 0504 00 02 00 " + (traffic ? "02" : "00"));
        front.firmware().receive_frame({{2, 36, 36, 0, 0}, frame, -50, *phy::Rate::legacy(60), queue.now()});
    };
    beacon(false);
    const sim::Time first = queue.now();
    run(250ms);
    ASSERT_THAT(radio.frames, testing::Not(IsEmpty()));
    EXPECT_TRUE(is_null(radio.frames[0].frame) && says_asleep(radio.frames[0].frame));
    report_all();
    EXPECT_TRUE(front.firmware().time().dozing(0));
    EXPECT_TRUE(radio.resting[0]);
    // Just before the fourth beacon.
    queue.run_until(first + sim::time_unit * 400);
    EXPECT_FALSE(radio.resting[0]) << "it listens for the beacon";
    beacon(false);
    EXPECT_TRUE(radio.resting[0]);
    queue.run_until(first + sim::time_unit * 500);
    radio.frames.clear();
    beacon(true);
    EXPECT_FALSE(front.firmware().time().dozing(0));
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_FALSE(says_asleep(radio.frames[0].frame));
    report_all();
    EXPECT_FALSE(radio.resting[0]);
}

TEST_F(DataPathTest, FaultsLoseReportsAndGarbleEntries) {
    associate();
    front.faults().add({.match = {.token = 4}, .effect = FaultEffect::lost_tx_free, .times = 1});
    send(1, 4, data_frame(ap36, own36));
    report(true);
    EXPECT_THAT(freed(), IsEmpty());
    front.faults().add({.effect = FaultEffect::event_wcid, .value = 700, .times = 1});
    send(1, 5, data_frame(ap36, own36));
    report(true);
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{700, 5, 1, false}));
    front.faults().add({.effect = FaultEffect::drop_txs, .times = 1});
    TxDescriptor d = describe(1, 6, data_frame(ap36, own36));
    d.pid = 3;
    d.wants_status = true;
    send(d, data_frame(ap36, own36));
    report(true);
    EXPECT_THAT(statuses(), IsEmpty());
    front.faults().add({.effect = FaultEffect::irq_lost, .times = 1});
    send(1, 7, data_frame(ap36, own36));
    report(true);
    EXPECT_EQ(front.packets(), 1U) << "it lies there";
    send(1, 8, data_frame(ap36, own36));
    report(true);
    EXPECT_EQ(front.packets(), 0U);
}

TEST_F(DataPathTest, AResetForgetsTheFrames) {
    associate();
    send(1, 4, data_frame(ap36, own36));
    front.reset();
    EXPECT_EQ(data().frames(), 0U);
    run(100ms);
    EXPECT_THAT(freed(), IsEmpty());
}

}  // namespace
}  // namespace mlosim::mt7925
