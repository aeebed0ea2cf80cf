#include "mt7925/firmware_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::mt7925 {
namespace {

using testing::HasSubstr;

TEST(ASyntheticPatch, IsReadBack) {
    const Bytes file = write_patch(synthetic_patch());
    EXPECT_EQ(file.size(), 176U);
    EXPECT_EQ(parse_patch(file).value(), synthetic_patch());
}

TEST(ASyntheticRamFile, IsReadBackWithItsCrc) {
    const Bytes file = write_ram(synthetic_ram());
    EXPECT_EQ(file.size(), 180U);
    const RamImage image = parse_ram(file).value();
    EXPECT_EQ(image, synthetic_ram());
    EXPECT_TRUE(image.crc_matches);
    EXPECT_TRUE(image.has_cnm());
}

TEST(ARamFile, HasItsRegionRecordsBeforeTheTrailer) {
    const Bytes file = write_ram(synthetic_ram());
    // 64 octets of region, 16 of filler, 4 + 4 + 16 of release information, then the record.
    const std::size_t record = 64 + 16 + 24;
    EXPECT_EQ(file[record + 16], 0x00);
    EXPECT_EQ(file[record + 17], 0xd0);
    EXPECT_EQ(file[record + 18], 0x90);
    EXPECT_EQ(file[record + 20], 64);
    EXPECT_EQ(file[record + 24], RamRegion::override_address);
    EXPECT_EQ(file[record + 40 + 2], 1) << "n_region, third octet of the trailer";
}

TEST(ARamFile, OfSeveralRegionsIsReadBack) {
    RamImage image = synthetic_ram();
    image.features = 0;
    image.regions.push_back({0x02212800, 0, 0, Bytes(10, 7)});
    image.regions.push_back({0, RamRegion::not_downloaded, RamRegion::type_clc, Bytes(3, 9)});
    EXPECT_EQ(parse_ram(write_ram(image)).value(), image);
}

TEST(ARamFile, WithAChangedOctetHasAnotherCrc) {
    Bytes file = write_ram(synthetic_ram());
    file[5] ^= 1U;
    EXPECT_FALSE(parse_ram(file).value().crc_matches);
}

TEST(BadFiles, AreErrorsThatSayWhy) {
    const auto patch_error = [](Bytes file) { return parse_patch(file).error().message; };
    const auto ram_error = [](Bytes file) { return parse_ram(file).error().message; };
    Bytes patch = write_patch(synthetic_patch());
    Bytes ram = write_ram(synthetic_ram());
    EXPECT_THAT(patch_error({}), HasSubstr("shorter than its header"));
    Bytes many = patch;
    many[44] = 0xff;
    EXPECT_THAT(patch_error(many), HasSubstr("no room"));
    Bytes type = patch;
    type[96 + 3] = 1;
    EXPECT_THAT(patch_error(type), HasSubstr("unknown type"));
    Bytes outside = patch;
    outside[96 + 4 + 2] = 1;
    EXPECT_THAT(patch_error(outside), HasSubstr("outside the file"));
    EXPECT_THAT(ram_error(Bytes(35)), HasSubstr("shorter than its trailer"));
    Bytes regions = ram;
    regions[ram.size() - 36 + 2] = 200;
    EXPECT_THAT(ram_error(regions), HasSubstr("no room"));
    Bytes length = ram;
    length[ram.size() - 36 - 40 + 21] = 0xff;
    EXPECT_THAT(ram_error(length), HasSubstr("outside the file"));
}

TEST(AnyPrefixOfAFile, IsReadOrRefused) {
    const Bytes patch = write_patch(synthetic_patch());
    const Bytes ram = write_ram(synthetic_ram());
    for (std::size_t n = 0; n < patch.size(); ++n)
        EXPECT_FALSE(parse_patch(ByteView(patch).first(n)));
    for (std::size_t n = 0; n < ram.size(); ++n)
        (void)parse_ram(ByteView(ram).first(n));
}

}  // namespace
}  // namespace mlosim::mt7925
