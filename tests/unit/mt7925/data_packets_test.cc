// Packets of the data rings: descriptors of frames to send, reports of what became of them, received frames.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bytes_text.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"

namespace mlosim::mt7925 {
namespace {

using phy::GuardInterval;
using phy::Rate;

// As the real driver sent them; where the frame lies is its own affair.
const std::string authentication =
    "4a000020 01800c80 0b000000 00780010 00000000 03040000 1c000f00 00000000 0080 000000000000 c4f19001 2a80 0000";
const std::string addba_request =
    "44000002 01804c80 0d000000 20780010 00000000 01000000 14000f00 00000000 0080 000000000000 40ec9001 2480 0000";
const std::string data_of_mld =
    "7a000002 01001000 28000000 20780000 00000000 01000000 14000000 00000000 0080 000000000000 c4f19001 5a80 0000";

Bytes descriptor(const std::string& hex) {
    Bytes out = octets(hex);
    out.resize(TxDescriptor::size);
    return out;
}

TEST(ATxDescriptor, IsReadAsTheRealDriverWritesIt) {
    const TxDescriptor d = parse_tx_descriptor(descriptor(authentication)).value();
    EXPECT_EQ(d.wlan_idx, 1);
    EXPECT_EQ(d.queue, tx_queue::alternative);
    EXPECT_EQ(d.header, TxDescriptor::Header::ieee80211);
    EXPECT_EQ(d.header_size, 24);
    EXPECT_EQ(d.frame_subtype, 11);
    EXPECT_TRUE(d.fixed_rate && d.fixed_link && d.wants_status && d.no_block_ack);
    EXPECT_EQ(d.rate_index, 15) << "6 Mb/s";
    EXPECT_EQ(d.pid, packet_id::first);
    EXPECT_EQ(d.frame_bytes, 42);
    EXPECT_FALSE(d.protect);
    EXPECT_EQ(fixed_rate(d.rate_index)->nl80211_bitrate(), 60U);
}

TEST(ATxDescriptor, IsWrittenAsTheRealDriverWritesIt) {
    for (const std::string& golden : {authentication, addba_request}) {
        const TxDescriptor d = parse_tx_descriptor(descriptor(golden)).value();
        EXPECT_EQ(build_tx_descriptor(d), descriptor(golden));
    }
}

TEST(ATxDescriptor, LeavesTheLinkOfAnMldsDataToTheFirmware) {
    const TxDescriptor d = parse_tx_descriptor(descriptor(data_of_mld)).value();
    EXPECT_FALSE(d.fixed_link);
    EXPECT_FALSE(d.fixed_rate);
    EXPECT_EQ(d.header, TxDescriptor::Header::ethernet);
    EXPECT_TRUE(d.ethernet_ii);
    EXPECT_EQ(d.queue, tx_queue::best_effort);
    EXPECT_TRUE(d.aggregates_msdus);
    EXPECT_EQ(build_tx_descriptor(d), descriptor(data_of_mld));
    EXPECT_FALSE(parse_tx_descriptor(descriptor(addba_request))->fixed_link) << "an action frame's neither";
}

TEST(ATxDescriptor, ComesBackAsItWasWritten) {
    TxDescriptor d;
    d.queue = tx_queue::voice;
    d.wlan_idx = 19;
    d.header_size = 26;
    d.tid = 6;
    d.own_mac = 3;
    d.fixed_rate = true;
    d.frame_type = 2;
    d.frame_subtype = 8;
    d.no_acknowledgement = true;
    d.protect = true;
    d.group = true;
    d.attempts = 7;
    d.sequence = 0xabc;
    d.no_block_ack = true;
    d.pid = 0x7f;
    d.wants_status = true;
    d.rate_index = 22;
    d.fixed_link = true;
    d.token = 8191;
    d.buffers = {{{0x12345678, 1000}, {0x1000, 300}, {0x2000, 200}}};
    d.frame_bytes = 1500;
    EXPECT_EQ(parse_tx_descriptor(build_tx_descriptor(d)).value(), d);
}

TEST(ATxDescriptor, OfAFrameInPiecesCountsThemAll) {
    // 54 octets of headers and 1000 of a page, as the kernel gives a segment of TCP.
    Bytes bytes = descriptor(data_of_mld);
    bytes[0] = 0x3e;
    bytes[1] = 0x04;
    const Bytes pieces = octets("00100000 3600 e883 00200000");
    std::ranges::copy(pieces, bytes.begin() + 40);
    const TxDescriptor d = parse_tx_descriptor(bytes).value();
    EXPECT_EQ(d.frame_bytes, 54 + 1000);
    EXPECT_EQ(d.buffers[0], (TxBuffer{0x1000, 54}));
    EXPECT_EQ(d.buffers[1], (TxBuffer{0x2000, 1000}));
    EXPECT_EQ(d.buffers[2], TxBuffer{});
    EXPECT_EQ(build_tx_descriptor(d), bytes);
}

struct BadPacket {
    const char* why;
    std::function<void(Bytes&)> damage;
};

TEST(ATxDescriptor, IsRefusedIfItContradictsItself) {
    const BadPacket table[] = {
        {"too short", [](Bytes& b) { b.pop_back(); }},
        {"too long", [](Bytes& b) { b.push_back(0); }},
        {"a command's format", [](Bytes& b) { b[3] = 0x01; }},
        {"header format 1", [](Bytes& b) { b[5] = 0x40; }},
        {"no token", [](Bytes& b) { b[33] = 0; }},
        {"two tokens", [](Bytes& b) { b[35] = 0x80; }},
        {"no end", [](Bytes& b) { b[45] = 0; }},
        {"an empty buffer",
         [](Bytes& b) {
             b[44] = 0;
             b[0] = 0x20;
         }},
        {"another length than the buffer", [](Bytes& b) { ++b[0]; }},
    };
    for (const BadPacket& bad : table) {
        Bytes bytes = descriptor(authentication);
        bad.damage(bytes);
        EXPECT_FALSE(parse_tx_descriptor(bytes).has_value()) << bad.why;
    }
}

TEST(ARate, ComesBackFromTheChipsCode) {
    const std::optional<Rate> rates[] = {
        Rate::legacy(10),
        Rate::legacy(110, true),
        Rate::legacy(60),
        Rate::legacy(540),
        Rate::ht(15, 40, GuardInterval::us0_4),
        Rate::vht(9, 2, 80, GuardInterval::us0_8),
        Rate::he(11, 2, 160, GuardInterval::us3_2),
        Rate::eht(13, 2, 320, GuardInterval::us1_6),
    };
    for (const std::optional<Rate>& rate : rates) {
        ASSERT_TRUE(rate.has_value());
        EXPECT_EQ(rate_of(rate_code_of(*rate)), rate) << rate->to_string();
    }
}

TEST(ARate, OfTheFixedTableIsTheDriversInitOrder) {
    EXPECT_EQ(basic_rate_index(phy::Band::ghz2_4), 11);
    EXPECT_EQ(basic_rate_index(phy::Band::ghz6), 15);
    for (std::uint8_t index = 11; index <= 22; ++index)
        EXPECT_EQ(fixed_rate_index(fixed_rate(index).value()), index);
    EXPECT_EQ(fixed_rate(10), std::nullopt);
    EXPECT_EQ(fixed_rate(23), std::nullopt);
}

TEST(ATxStatus, ComesBackAsItWasWritten) {
    TxStatusReport report;
    report.wcid = 2;
    report.pid = 5;
    report.acknowledged = true;
    report.rate = rate_code_of(*Rate::eht(9, 2, 160, GuardInterval::us0_8));
    report.attempts = 3;
    report.sequence = 77;
    report.timestamp_us = 123456;
    report.rcpi = rcpi_of(-42);
    TxStatusReport lost = report;
    lost.acknowledged = false;
    lost.rcpi.reset();
    const Bytes packet = build_tx_status({report, lost});
    EXPECT_EQ(packet.size(), (4U + 2 * 12) * 4);
    EXPECT_EQ(packet_type(packet), static_cast<std::uint8_t>(PacketType::tx_status));
    EXPECT_THAT(parse_tx_status(packet).value(), testing::ElementsAre(report, lost));
    EXPECT_EQ(dbm_of(*report.rcpi), -42);
}

TEST(ATxFree, ComesBackAsItWasWritten) {
    const std::vector<FreedFrame> frames = {{1, 17, 1, false}, {1, 18, 4, false}, {2, 8191, 15, true}};
    const Bytes packet = build_tx_free(frames);
    EXPECT_EQ(packet_type(packet), static_cast<std::uint8_t>(PacketType::tx_free));
    EXPECT_THAT(parse_tx_free(packet).value(), testing::ElementsAreArray(frames));
}

TEST(ATxFree, MayHaveTwoTokensInAWord) {
    // Version 5, two frames of WCID 3: tokens 4 and 5.
    const Bytes packet = octets("10000230 00000500 00300080 04800200");
    EXPECT_THAT(parse_tx_free(packet).value(),
                testing::ElementsAre(FreedFrame{3, 4, 1, false}, FreedFrame{3, 5, 1, false}));
}

TEST(ATxFree, IsRefusedIfItContradictsItself) {
    const BadPacket table[] = {
        {"no header", [](Bytes& b) { b.resize(7); }},         {"another kind of packet", [](Bytes& b) { b[3] = 0x10; }},
        {"longer than it is", [](Bytes& b) { b[0] = 0xff; }}, {"shorter than its header", [](Bytes& b) { b[0] = 4; }},
        {"an old version", [](Bytes& b) { b[6] = 3; }},       {"fewer frames than it says", [](Bytes& b) { b[2] = 9; }},
    };
    for (const BadPacket& bad : table) {
        Bytes bytes = build_tx_free({{1, 17, 1, false}});
        bad.damage(bytes);
        EXPECT_FALSE(parse_tx_free(bytes).has_value()) << bad.why;
    }
}

RxDescriptor received() {
    RxDescriptor d;
    d.wlan_idx = 2;
    d.band = 3;
    d.channel = 37;
    d.address = RxDescriptor::AddressType::unicast_to_me;
    d.header_size = 26;
    d.timestamp_us = 4711;
    d.rate = rate_code_of(*Rate::eht(11, 2, 320, GuardInterval::us0_8));
    d.rcpi = rcpi_of(-55);
    return d;
}

TEST(AReceivedFrame, ComesBackAsItWasWritten) {
    const Bytes frame(40, 0x88);
    const RxDescriptor d = received();
    const Bytes packet = build_received(d, frame);
    EXPECT_EQ(packet.size(), 4U * (8 + 4 + 4 + 24) + 40) << "with groups 2, 3 and 5";
    const auto back = parse_received(packet);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->descriptor, d);
    EXPECT_TRUE(std::ranges::equal(back->frame, frame));
}

/// cf. mt7925_mac_fill_rx(): which groups there are, in which order they come, where the frame begins.
TEST(AReceivedFrame, LiesWhereTheRealDriverLooksForIt) {
    RxDescriptor d = received();
    d.security = 4;
    d.key_id = 2;
    d.packet_number = 0xa1a2a3a4a5a6;
    d.fragment = true;
    const Bytes frame(40, 0x88);
    const Bytes packet = build_received(d, frame);
    const auto word = [&](std::size_t index) {
        ieee80211::ByteReader in(ByteView(packet).subspan(4 * index));
        return in.u32le();
    };
    EXPECT_EQ(word(0) & 0xffffU, packet.size());
    EXPECT_EQ(word(0) >> 27U, 2U) << "a frame";
    EXPECT_EQ(word(1) >> 16U & 0x1fU, 0b10111U) << "groups 5, 3, 2, 1";
    EXPECT_EQ(word(1) >> 21U & 3U, 2U) << "the key's id";
    EXPECT_EQ(word(1) >> 23U & 7U, 0U) << "no cipher mismatch, no ICV error";
    EXPECT_EQ(word(2) >> 16U & 0x1fU, 4U) << "CCMP";
    EXPECT_EQ(word(2) >> 27U & 1U, 1U) << "a fragment";
    EXPECT_EQ(word(2) >> 30U & 1U, 1U) << "alone";
    std::size_t at = 8;
    // status->iv[0] is octet 5, the packet number's highest.
    EXPECT_EQ(packet[4 * at + 5], 0xa1);
    EXPECT_EQ(packet[4 * at], 0xa6);
    at += 4;
    EXPECT_EQ(word(at), *d.timestamp_us);
    at += 4;
    EXPECT_EQ(word(at) & 0x7fU, d.rate->index);
    EXPECT_EQ(word(at + 2) >> 11U & 0xfU, static_cast<unsigned>(d.rate->mode));
    EXPECT_EQ(word(at + 3) & 0xffU, d.rcpi);
    at += 4 + 24;
    EXPECT_EQ(Bytes(packet.begin() + static_cast<std::ptrdiff_t>(4 * at), packet.end()), frame);
    EXPECT_EQ(parse_received(packet)->descriptor, d);
}

TEST(AReceivedFrame, TellsItsChannelAsTheRealDriverReadsIt) {
    RxDescriptor d;
    d.band = 3;
    d.channel = 5;
    const Bytes packet = build_received(d, Bytes(24));
    EXPECT_EQ(packet[13], 182);
    EXPECT_EQ(parse_received(packet)->descriptor.channel, 5);
    d.band = 1;
    d.channel = 11;
    EXPECT_EQ(build_received(d, Bytes(24))[13], 11);
}

TEST(AReceivedFrame, IsRefusedIfItContradictsItself) {
    const BadPacket table[] = {
        {"no descriptor", [](Bytes& b) { b.resize(31); }},
        {"another kind of packet", [](Bytes& b) { b[3] = 0x30; }},
        {"longer than it is", [](Bytes& b) { b[1] = 0xff; }},
        {"no frame behind the groups",
         [](Bytes& b) {
             b[0] = 32;
             b[1] = 0;
         }},
        {"a broken A-MSDU", [](Bytes& b) { b[10] |= 0x80; }},
        {"too long a frame", [](Bytes& b) { b[11] |= 0x01; }},
        {"translated headers", [](Bytes& b) { b[8] |= 0x80; }},
        {"an unknown rate", [](Bytes& b) { b[4 * 12] = 0x7f; }},
    };
    for (const BadPacket& bad : table) {
        Bytes bytes = build_received(received(), Bytes(40));
        bad.damage(bytes);
        EXPECT_FALSE(parse_received(bytes).has_value()) << bad.why;
    }
}

}  // namespace
}  // namespace mlosim::mt7925
