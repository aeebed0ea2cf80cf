#include "mkfw/firmware_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mt7925/firmware_image.h"

namespace mlosim::mkfw {
namespace {

using mt7925::Bytes;
using mt7925::RamRegion;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<File> made(const Wishes& wishes = {}) {
    return firmware_files(wishes).value();
}

mt7925::PatchImage patch_of(const std::vector<File>& files) {
    return mt7925::parse_patch(files.at(0).content).value();
}

mt7925::RamImage ram_of(const std::vector<File>& files) {
    return mt7925::parse_ram(files.at(1).content).value();
}

TEST(TheFiles, HaveTheNamesThatTheDriverAsksFor) {
    const auto files = made();
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].path, "mediatek/mt7925/WIFI_MT7925_PATCH_MCU_1_1_hdr.bin");
    EXPECT_EQ(files[1].path, "mediatek/mt7925/WIFI_RAM_CODE_MT7925_1_1.bin");
}

TEST(TheFiles, AreReadBackAsWhatWasWished) {
    Wishes wishes;
    wishes.version = "7.2.13";
    wishes.build_date = "20270203040506";
    wishes.clc = Bytes{1, 2, 3, 4};
    const auto files = made(wishes);
    EXPECT_EQ(patch_of(files).build_date, "20270203040506a");
    const auto ram = ram_of(files);
    EXPECT_EQ(ram.fw_ver, "7.2.13");
    EXPECT_EQ(ram.build_date, "20270203040506");
    EXPECT_TRUE(ram.crc_matches);
    EXPECT_TRUE(ram.has_cnm());
    EXPECT_EQ(ram.regions.back(), (RamRegion{0, RamRegion::not_downloaded, RamRegion::type_clc, Bytes{1, 2, 3, 4}}));
}

TEST(TheFiles, HaveNoCountryTablesUnlessSomeAreGiven) {
    for (const RamRegion& region : ram_of(made()).regions)
        EXPECT_NE(region.type, RamRegion::type_clc);
}

TEST(TheFiles, MayPromiseNoChannelContexts) {
    Wishes wishes;
    wishes.cnm = false;
    EXPECT_FALSE(ram_of(made(wishes)).has_cnm());
}

TEST(Wishes, ThatHaveNoRoomInTheFilesAreRefused) {
    Wishes version;
    version.version = "12345678901";
    EXPECT_THAT(firmware_files(version).error().message, HasSubstr("1 to 10 printable"));
    Wishes date;
    date.build_date = "1234567890123456";
    EXPECT_THAT(firmware_files(date).error().message, HasSubstr("1 to 15 printable"));
    Wishes line;
    line.version = "a\nb";
    EXPECT_FALSE(firmware_files(line));
    Wishes nothing;
    nothing.version = "";
    EXPECT_FALSE(firmware_files(nothing));
}

TEST(ADescription, NamesWhatAFileHolds) {
    Wishes wishes;
    wishes.clc = Bytes(5);
    const auto files = made(wishes);
    const std::string patch = describe(files[0].content).value();
    EXPECT_THAT(patch, StartsWith("patch, built 20260101000000a, platform SYNT"));
    EXPECT_THAT(patch, HasSubstr("section at 0x00900000, 16 octets"));
    const std::string ram = describe(files[1].content).value();
    EXPECT_THAT(ram, StartsWith("RAM code, version ____000000, built 20260101000000"));
    EXPECT_THAT(ram, HasSubstr("channel contexts: yes"));
    EXPECT_THAT(ram, HasSubstr("CRC: right"));
    EXPECT_THAT(ram, HasSubstr("where the firmware starts"));
    EXPECT_THAT(ram, HasSubstr("5 octets, features 0x40, not downloaded, country tables"));
}

TEST(ADescription, OfADamagedFileSaysThatItsCrcIsWrong) {
    Bytes ram = made()[1].content;
    ram[0] ^= 1U;
    EXPECT_THAT(describe(ram).value(), HasSubstr("CRC: wrong"));
}

TEST(ADescription, OfSomethingElseIsAnErrorThatSaysWhy) {
    EXPECT_THAT(describe({}).error().message, HasSubstr("shorter than its header"));
    EXPECT_THAT(describe(Bytes(300)).error().message, HasSubstr("it has no regions"));
}

}  // namespace
}  // namespace mlosim::mkfw
