// The chip's cipher on frames that Linux encrypted (tests/data/protected_frames.txt).

#include "mt7925/chip_crypto.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bytes_text.h"
#include "test_data.h"

namespace mlosim::mt7925 {
namespace {

using ieee80211::FrameControl;
using ieee80211::FrameView;

struct Captured {
    std::string cipher;
    unsigned key_id = 0;
    Bytes key;
    Bytes frame;
    std::optional<MacAddress> mld1;
    std::optional<MacAddress> mld2;
};

MacAddress address(std::string text) {
    std::erase(text, ':');
    const Bytes bytes = octets(text);
    return MacAddress{std::span<const std::uint8_t, 6>{bytes}};
}

/// Those with a cipher for data.
std::vector<Captured> captured() {
    std::vector<Captured> out;
    std::ifstream file(MLOSIM_TEST_DATA "/protected_frames.txt");
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with("#") || line.starts_with("bip")) continue;
        std::istringstream in(line);
        Captured one;
        std::string key;
        std::string frame;
        std::string mld;
        in >> one.cipher >> one.key_id >> key >> frame;
        one.key = octets(key);
        one.frame = octets(frame);
        if (in >> mld) one.mld1 = address(mld);
        if (in >> mld) one.mld2 = address(mld);
        out.push_back(std::move(one));
    }
    return out;
}

/// Tables of who sent the frame (its peer is A1) or got it (its peer is A2).
FirmwareTables tables_of(const Captured& one, bool sender) {
    const FrameView view = *FrameView::parse(one.frame);
    FirmwareTables tables;
    tables.bss[0].active = true;
    WtblEntry& entry = tables.wtbl[1];
    entry.valid = true;
    entry.basic.peer_addr = sender ? view.addr1() : *view.addr2();
    if (one.mld1) {
        tables.bss[0].mld = BssMld{};
        tables.bss[0].mld->group_mld_id = 0;
        tables.bss[0].mld->mac_addr = sender ? *one.mld2 : *one.mld1;
        entry.mld = StaMld{};
        entry.mld->mld_addr = sender ? *one.mld1 : *one.mld2;
    }
    tables.wtbl[19].valid = tables.wtbl[19].self = true;
    KeySlot key;
    key.pairwise = !view.addr1().is_group();
    key.cipher = KeyCipher::ccmp;
    key.key_id = static_cast<std::uint8_t>(one.key_id);
    key.length = static_cast<std::uint8_t>(one.key.size());
    std::ranges::copy(one.key, key.key.begin());
    tables.wtbl[key.pairwise ? 1 : 19].keys.push_back(key);
    return tables;
}

TEST(ChipCryptoOnLinuxFrames, OpensThem) {
    ASSERT_GE(captured().size(), 8U);
    for (const Captured& one : captured()) {
        const FirmwareTables tables = tables_of(one, false);
        ChipCrypto crypto(tables);
        crypto.update();
        const auto opened = crypto.open(*FrameView::parse(one.frame), 1);
        ASSERT_TRUE(opened.has_value());
        EXPECT_FALSE(opened->wrong_mic);
        EXPECT_EQ(opened->frame.size() + 16, one.frame.size());
        EXPECT_TRUE(FrameControl{opened->frame}.has(FrameControl::protected_frame)) << "it tells how it came";
        Bytes damaged = one.frame;
        damaged.back() ^= 1U;
        EXPECT_TRUE(crypto.open(*FrameView::parse(damaged), 1)->wrong_mic);
    }
}

TEST(ChipCryptoOnLinuxFrames, WritesTheSame) {
    for (const Captured& one : captured()) {
        const FirmwareTables there = tables_of(one, false);
        ChipCrypto receiver(there);
        receiver.update();
        Bytes frame = receiver.open(*FrameView::parse(one.frame), 1)->frame;
        const std::uint64_t number = receiver.open(*FrameView::parse(one.frame), 1)->packet_number;
        const FirmwareTables here = tables_of(one, true);
        ChipCrypto sender(here);
        sender.update();
        const std::uint16_t wcid = FrameView::parse(frame)->addr1().is_group() ? 19 : 1;
        for (std::uint64_t earlier = 1; earlier < number; ++earlier) {
            Bytes other = frame;
            ASSERT_TRUE(sender.protect(other, wcid));
        }
        ASSERT_TRUE(sender.protect(frame, wcid));
        EXPECT_EQ(frame, one.frame);
    }
}

TEST(ChipCryptoOnLinuxFrames, HasNoKeyForStrangers) {
    for (const Captured& one : captured()) {
        FirmwareTables tables = tables_of(one, false);
        for (WtblEntry& entry : tables.wtbl)
            for (KeySlot& key : entry.keys)
                key.key_id = static_cast<std::uint8_t>((key.key_id + 1U) % 4U);
        ChipCrypto crypto(tables);
        crypto.update();
        EXPECT_FALSE(crypto.open(*FrameView::parse(one.frame), 1).has_value());
    }
}

}  // namespace
}  // namespace mlosim::mt7925
