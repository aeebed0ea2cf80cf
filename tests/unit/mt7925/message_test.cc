#include "mt7925/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "bytes_text.h"
#include "mt7925/decoded_message.h"
#include "mt7925/event_tlvs.h"

namespace mlosim::mt7925 {
namespace {

using testing::HasSubstr;

// As the real driver sent it: DEV_INFO of a P2P device.
const std::string dev_info_packet = "40000041 00400000" + zeros(24) + "2000 0100 00 a0 00 0b 0000 00 07 00000000" +
                                    "04ff0000 0000 0c00 01 00 06792500aa01";
const std::string rom_packet =
    "44000041 00400000" + zeros(24) + "2400 0080 10 a0 03 02 0000 0000" + zeros(20) + "01000000";

TEST(ACommand, IsReadFromTheRingsBytes) {
    const Bytes packet = octets(dev_info_packet);
    const CommandView command = parse_command(packet).value();
    EXPECT_TRUE(command.uni);
    EXPECT_TRUE(command.is(Cid::dev_info));
    EXPECT_EQ(command.seq, 11);
    EXPECT_TRUE(command.wants_ack());
    EXPECT_FALSE(command.is_query());
    EXPECT_EQ(command.payload.size(), 16U);
}

TEST(ACommand, IsBuiltAsTheRealDriverBuildsIt) {
    const Bytes packet = octets(dev_info_packet);
    EXPECT_EQ(build_command(Cid::dev_info, 11, option::set_ack, ByteView(packet).subspan(48)), packet);
}

TEST(ABootRomCommand, HasItsPayloadAtOctet64) {
    const Bytes packet = octets(rom_packet);
    const CommandView command = parse_command(packet).value();
    EXPECT_TRUE(command.is(RomCid::patch_sem_control));
    EXPECT_EQ(command.seq, 2);
    EXPECT_EQ(Bytes(command.payload.begin(), command.payload.end()), octets("01000000"));
    EXPECT_EQ(build_command(RomCid::patch_sem_control, 2, command.payload), packet);
}

TEST(AnEvent, IsBuiltAndReadBack) {
    const Bytes packet = octets("34000038" + zeros(28) + "1400 00e0 01 05 02 00 00 000000 02000000 03000100");
    const EventView event = parse_event(packet).value();
    EXPECT_TRUE(event.is(Eid::result));
    EXPECT_EQ(event.seq, 5);
    EXPECT_FALSE(event.is_unsolicited());
    EXPECT_EQ(build_event(event), packet);
    const DecodedMessage message = decode_event(packet);
    EXPECT_EQ(message.status, 0x10003U);
    EXPECT_EQ(to_text(message), "event RESULT seq 5 for BSS_INFO status 65539");
}

struct BadCommand {
    std::string hex;
    std::string error;
    std::string why;
};

class BadCommands : public testing::TestWithParam<BadCommand> {};

TEST_P(BadCommands, AreErrorsThatSayWhatAndWhere) {
    const Result<CommandView> command = parse_command(octets(GetParam().hex));
    ASSERT_FALSE(command) << GetParam().why;
    EXPECT_THAT(command.error().message, HasSubstr(GetParam().error)) << GetParam().why;
}

std::string with(std::string packet, std::size_t at, std::string_view octet) {
    std::string flat;
    for (const char c : packet) {
        if (c != ' ') flat += c;
    }
    flat.replace(at * 2, 2, octet);
    return flat;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadCommands,
    testing::Values(BadCommand{"", "no whole header", "nothing"}, BadCommand{zeros(47), "no whole header", "one short"},
                    BadCommand{with(dev_info_packet, 37, "a1"), "octet 37", "not a command's packet type"},
                    BadCommand{with(dev_info_packet, 0, "41"), "descriptor says", "descriptor's length"},
                    BadCommand{with(dev_info_packet, 32, "21"), "header's length", "header's length"},
                    BadCommand{with(dev_info_packet, 35, "01"), "no known form", "number beyond UNI"},
                    BadCommand{with(dev_info_packet, 43, "05"), "UNI bit", "neither UNI nor boot ROM"},
                    BadCommand{"34000041" + zeros(28) + "1400 0080 10 a0 03 02" + zeros(12), "boot ROM command",
                               "boot ROM command cut in its header"}));

struct BadTlvs {
    std::string hex;
    std::string error;
};

class BadTlvLists : public testing::TestWithParam<BadTlvs> {};

TEST_P(BadTlvLists, AreErrorsThatCarryThePlace) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(octets(GetParam().hex), 4);
    ASSERT_FALSE(tlvs);
    EXPECT_THAT(tlvs.error().message, HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(Table, BadTlvLists,
                         testing::Values(BadTlvs{"000000", "shorter than its header"},
                                         BadTlvs{"00000000 010203", "TLV at byte 4: cut off"},
                                         BadTlvs{"00000000 0100 0300", "length 3 is less than its own header"},
                                         BadTlvs{"00000000 0100 0000", "length 0"},
                                         BadTlvs{"00000000 0100 0500", "(tag 1): length 5, 4 left"},
                                         BadTlvs{"00000000 0000 0400 0200 ffff 00", "TLV at byte 8 (tag 2)"}));

TEST(ATlvList, EndsWhereOnlyZerosFollow) {
    const auto tlvs = parse_tlvs(octets("00000000 0000 0c00 01000000 02000000 00000000"), 4).value();
    ASSERT_EQ(tlvs.size(), 1U);
    EXPECT_EQ(tlvs[0].offset, 4U);
}

TEST(ADecodedMessage, IsOneJsonObject) {
    const Bytes packet = build_command(Cid::sta_rec, 3, option::set_ack,
                                       octets("01 02 0100 01 00 00 00 0600 1000 00 01 00 01 0000 4000 00 000000"));
    const auto json = nlohmann::json::parse(to_json(decode_command(packet), sim::Time(std::chrono::milliseconds(2))));
    EXPECT_EQ(json["t"], 2000000);
    EXPECT_EQ(json["dir"], "cmd");
    EXPECT_EQ(json["cid"], 3);
    EXPECT_EQ(json["seq"], 3);
    EXPECT_EQ(json["opt"], 7);
    EXPECT_EQ(json["wcid"], 2);
    EXPECT_EQ(json["bss"], 1);
    EXPECT_EQ(json["tlvs"][0]["name"], "BA");
    EXPECT_EQ(json["tlvs"][0]["fields"]["win_size"], 64);
}

TEST(ADecodedMessage, OfABssNamesItsLink) {
    const Bytes packet = build_command(Cid::bss_info, 3, option::set_ack,
                                       octets("01 00 0100 1a00 1400 00 21 02792500aa01 ff 01 00 00 00 000000"));
    EXPECT_EQ(decode_command(packet).link, 1U);
}

TEST(ADecodedMessage, KeepsWhatItCannotRead) {
    const Bytes packet = build_command(Cid::bss_info, 3, option::set_ack, octets("01 00 0100 0200 0500 ff"));
    const DecodedMessage message = decode_command(packet);
    EXPECT_THAT(message.fault, HasSubstr("RLM"));
    EXPECT_EQ(to_text(message), "cmd BSS_INFO seq 3 bss_idx 1 tlv_count 1 | RLM octets ff ! " + message.fault);
}

}  // namespace
}  // namespace mlosim::mt7925
