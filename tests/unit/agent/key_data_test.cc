#include "agent/rsn/key_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../ieee80211/captured_frames.h"

namespace mlosim::agent::rsn {
namespace {

using ieee80211::LinkId;
using ieee80211::MacAddress;
using ieee80211::testing::from_hex;

const MacAddress somebody{std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, 9}};

KeyData everything() {
    KeyData out;
    out.rsne = {0x30, 2, 1, 0};
    out.second_rsne = {0x30, 2, 1, 0};
    out.rsnxe = {0xf4, 1, 0x20};
    out.mac = somebody;
    out.pmkid.emplace().fill(3);
    out.oci = OperatingChannel{81, 6, 0};
    for (const auto kind : {GroupKeyKind::gtk, GroupKeyKind::igtk, GroupKeyKind::bigtk}) {
        GroupKey key;
        key.kind = kind;
        key.key_id = kind == GroupKeyKind::gtk ? 2 : kind == GroupKeyKind::igtk ? 5 : 6;
        key.tx = kind == GroupKeyKind::gtk;
        key.packet_number = kind == GroupKeyKind::gtk ? 0 : 0x060504030201;
        key.key = Bytes(16, 7);
        out.group_keys.push_back(key);
        key.link = LinkId::from(14);
        key.packet_number = 0x060504030201;
        out.group_keys.push_back(key);
    }
    out.mlo_links.push_back({*LinkId::from(2), somebody, {0x30, 2, 1, 0}, {0xf4, 1, 0x20}});
    out.mlo_links.push_back({*LinkId::from(3), somebody, {}, {}});
    return out;
}

TEST(KeyData_, ReadsWhatItWrote) {
    const auto read = KeyData::parse(everything().octets());
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, everything());
}

TEST(KeyData_, ReadsWhatItWrotePaddedForTheWrap) {
    for (std::size_t more = 0; more < 8; ++more) {
        KeyData data;
        data.group_keys = everything().group_keys;
        data.rsne = Bytes(2 + more, 0);
        data.rsne[0] = 0x30;
        data.rsne[1] = static_cast<std::uint8_t>(more);
        const Bytes padded = padded_for_wrap(data.octets());
        EXPECT_EQ(padded.size() % 8, 0U);
        const auto read = KeyData::parse(padded);
        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(*read, data);
    }
}

// 802.11-2020 Figure 12-35 on, 802.11be Figure 12-39a on
TEST(KeyData_, HasTheStandardsLayout) {
    const auto octets = [](GroupKey key) {
        KeyData data;
        data.group_keys.push_back(std::move(key));
        return data.octets();
    };
    GroupKey key;
    key.key_id = 1;
    key.key = Bytes(5, 0xee);
    EXPECT_EQ(octets(key), from_hex("dd0b000fac010100eeeeeeeeee"));
    key.link = LinkId::from(2);
    key.packet_number = 3;
    EXPECT_EQ(octets(key), from_hex("dd10000fac1021030000000000eeeeeeeeee"));
    key.kind = GroupKeyKind::igtk;
    key.key_id = 4;
    EXPECT_EQ(octets(key), from_hex("dd12000fac11040003000000000020eeeeeeeeee"));
    key.link.reset();
    EXPECT_EQ(octets(key), from_hex("dd11000fac090400030000000000eeeeeeeeee"));
}

TEST(KeyData_, PassesOverWhatItDoesNotKnow) {
    const auto read =
        KeyData::parse(from_hex("7f0101"          // another element
                                "dd04000fac0a"    // nothing in it, KeyID
                                "dd050050f20100"  // another vendor's
                                "dd0a000fac03020000000009"));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->mac, somebody);
}

TEST(KeyData_, RefusesImpossibleContent) {
    struct Bad {
        const char* octets;
        const char* why;
    };
    const Bad table[] = {
        {"30", "an element without a length"},
        {"3014010000", "an element that is cut off"},
        {"dd0a000fac0101", "a KDE that is cut off"},
        {"dd05000fac0101", "a GTK without a key"},
        {"dd0a000fac010100eeeeeeee", "a GTK of four octets"},
        {"dd0a000fac09030000000000", "an IGTK of number 3 without a key"},
        {"dd11000fac090600030000000000eeeeeeeeee", "an IGTK of number 6"},
        {"dd11000fac0e0500030000000000eeeeeeeeee", "a BIGTK of number 5"},
        {"dd10000fac10f1030000000000eeeeeeeeee", "a GTK of link 15"},
        {"dd12000fac110400030000000000f0eeeeeeeeee", "an IGTK of link 15"},
        {"dd09000fac030200000000", "an address of five octets"},
        {"dd05000fac0401", "a PMKID of one octet"},
        {"dd06000fac0d5101", "a channel of two octets"},
        {"dd0b000fac130f020000000009", "a link 15"},
        {"dd0b000fac1312020000000009", "a link that says it has an RSNE and has none"},
        {"dd0a000fac13020200000000", "a link without a whole address"},
    };
    for (const Bad& bad : table)
        EXPECT_FALSE(KeyData::parse(from_hex(bad.octets)).has_value()) << bad.why;
    const std::string long_key = "dd27000fac010100" + std::string(66, 'e');
    EXPECT_FALSE(KeyData::parse(from_hex(long_key)).has_value()) << "a GTK of 33 octets";
}

}  // namespace
}  // namespace mlosim::agent::rsn
