#include "mt7925/firmware_image.h"

#include <algorithm>
#include <array>

namespace mlosim::mt7925 {
namespace {

constexpr std::size_t patch_header_size = 96;
constexpr std::size_t patch_section_size = 64;
constexpr std::uint32_t patch_section_type = 0x00030002;  // the driver looks at the low half: 2
constexpr std::uint32_t patch_subsystem = 4;
constexpr std::size_t trailer_size = 36;
constexpr std::size_t region_record_size = 40;
constexpr std::size_t filler_size = 16;  // between the regions and the release information
constexpr std::uint8_t format_version = 2;
constexpr std::uint8_t format_flag = 1;
constexpr std::uint8_t tag_features = 4;
constexpr std::uint8_t features_segment = 2;
constexpr std::size_t features_size = 16;

void u32be(ieee80211::ByteWriter& out, std::uint32_t value) {
    for (unsigned shift = 32; shift > 0; shift -= 8)
        out.u8(static_cast<std::uint8_t>(value >> (shift - 8)));
}

std::uint32_t u32be_at(ByteView bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at]) << 24U | static_cast<std::uint32_t>(bytes[at + 1]) << 16U |
           static_cast<std::uint32_t>(bytes[at + 2]) << 8U | bytes[at + 3];
}

void padded_text(ieee80211::ByteWriter& out, std::string_view text, std::size_t size) {
    text = text.substr(0, size);
    out.text(text);
    out.zeros(size - text.size());
}

std::string text_of(ByteView bytes) {
    return {bytes.begin(), std::ranges::find(bytes, 0)};
}

/// zlib's.
std::uint32_t crc32(ByteView bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const std::uint8_t octet : bytes) {
        crc ^= octet;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

/// The features octet of the release information, 0 where there is none.
std::uint8_t find_features(ByteView after_regions) {
    if (after_regions.size() < filler_size) return 0;
    ieee80211::ByteReader in(after_regions.subspan(filler_size));
    ieee80211::ByteReader inner(in.take(0));
    const std::uint16_t outer_length = in.u16le();
    in.skip(2);
    inner = ieee80211::ByteReader(in.take(outer_length));
    while (inner.ok() && inner.remaining() > 0) {
        const std::uint16_t length = inner.u16le();
        const std::uint8_t padding = inner.u8();
        const std::uint8_t tag = inner.u8();
        const ByteView data = inner.take(length);
        if (tag == tag_features && data.size() >= 2) return data[1];
        inner.skip(padding);
    }
    return 0;
}

}  // namespace

Bytes write_patch(const PatchImage& image) {
    Bytes file;
    ieee80211::ByteWriter out(file);
    padded_text(out, image.build_date, 16);
    padded_text(out, image.platform, 4);
    u32be(out, image.hw_sw_ver);
    u32be(out, image.patch_ver);
    out.zeros(4);
    u32be(out, 0);
    u32be(out, patch_subsystem);
    u32be(out, 0);
    u32be(out, static_cast<std::uint32_t>(image.sections.size()));
    u32be(out, 0xffff);
    out.zeros(44);
    std::size_t offset = patch_header_size + image.sections.size() * patch_section_size;
    for (const PatchSection& section : image.sections) {
        const auto size = static_cast<std::uint32_t>(section.data.size());
        u32be(out, patch_section_type);
        u32be(out, static_cast<std::uint32_t>(offset));
        u32be(out, size);
        u32be(out, section.address);
        u32be(out, size);
        u32be(out, section.security);
        u32be(out, 0x100);
        out.zeros(36);
        offset += size;
    }
    for (const PatchSection& section : image.sections)
        out.bytes(section.data);
    return file;
}

Result<PatchImage> parse_patch(ByteView file) {
    if (file.size() < patch_header_size) return fail(EINVAL, "a patch file is shorter than its header");
    PatchImage image;
    image.build_date = text_of(file.first(16));
    image.platform = text_of(file.subspan(16, 4));
    image.hw_sw_ver = u32be_at(file, 20);
    image.patch_ver = u32be_at(file, 24);
    const std::uint32_t count = u32be_at(file, 44);
    if (count > (file.size() - patch_header_size) / patch_section_size)
        return fail(EINVAL, "a patch file names " + std::to_string(count) + " sections and has no room for them");
    for (std::size_t i = 0; i < count; ++i) {
        const ByteView record = file.subspan(patch_header_size + i * patch_section_size, patch_section_size);
        if ((u32be_at(record, 0) & 0xffffU) != 2)
            return fail(EINVAL, "section " + std::to_string(i) + " is of an unknown type");
        const std::uint32_t offset = u32be_at(record, 4);
        const std::uint32_t length = u32be_at(record, 16);
        if (offset > file.size() || length > file.size() - offset)
            return fail(EINVAL, "section " + std::to_string(i) + " lies outside the file");
        const ByteView data = file.subspan(offset, length);
        image.sections.push_back({u32be_at(record, 12), u32be_at(record, 20), Bytes(data.begin(), data.end())});
    }
    return image;
}

Bytes write_ram(const RamImage& image) {
    Bytes file;
    ieee80211::ByteWriter out(file);
    for (const RamRegion& region : image.regions)
        out.bytes(region.data);
    for (std::size_t i = 0; i < filler_size; ++i)
        out.u8('#');
    out.u16le(4 + features_size);  // all of the release information
    out.zeros(2);
    out.u16le(features_size);
    out.u8(0);
    out.u8(tag_features);
    out.u8(features_segment);
    out.u8(image.features);
    out.zeros(features_size - 2);
    for (const RamRegion& region : image.regions) {
        out.zeros(16);
        out.u32le(region.address);
        out.u32le(static_cast<std::uint32_t>(region.data.size()));
        out.u8(region.feature_set);
        out.u8(region.type);
        out.zeros(14);
    }
    out.u8(image.chip_id);
    out.u8(image.eco);
    out.u8(static_cast<std::uint8_t>(image.regions.size()));
    out.u8(format_version);
    out.u8(format_flag);
    out.zeros(2);
    padded_text(out, image.fw_ver, 10);
    padded_text(out, image.build_date, 15);
    out.u32le(crc32(file));
    return file;
}

Result<RamImage> parse_ram(ByteView file) {
    if (file.size() < trailer_size) return fail(EINVAL, "a RAM file is shorter than its trailer");
    ieee80211::ByteReader trailer(file.last(trailer_size));
    RamImage image;
    image.chip_id = trailer.u8();
    image.eco = trailer.u8();
    const std::size_t count = trailer.u8();
    trailer.skip(4);
    image.fw_ver = text_of(trailer.take(10));
    image.build_date = text_of(trailer.take(15));
    image.crc_matches = trailer.u32le() == crc32(file.first(file.size() - 4));
    if (file.size() < trailer_size + count * region_record_size)
        return fail(EINVAL, "a RAM file names " + std::to_string(count) + " regions and has no room for them");
    const std::size_t records_at = file.size() - trailer_size - count * region_record_size;
    std::size_t offset = 0;
    for (std::size_t i = 0; i < count; ++i) {
        ieee80211::ByteReader record(file.subspan(records_at + i * region_record_size, region_record_size));
        record.skip(16);
        RamRegion region;
        region.address = record.u32le();
        const std::uint32_t length = record.u32le();
        region.feature_set = record.u8();
        region.type = record.u8();
        if (length > records_at - offset) return fail(EINVAL, "region " + std::to_string(i) + " lies outside the file");
        const ByteView data = file.subspan(offset, length);
        region.data.assign(data.begin(), data.end());
        image.regions.push_back(std::move(region));
        offset += length;
    }
    image.features = find_features(file.subspan(offset, records_at - offset));
    return image;
}

PatchImage synthetic_patch() {
    PatchImage image;
    image.build_date = "20260101000000a\n";
    image.platform = "SYNT";
    image.sections.push_back({0x900000, PatchSection::plain, Bytes(16)});
    return image;
}

RamImage synthetic_ram() {
    RamImage image;
    image.chip_id = 0x18;
    image.fw_ver = "____000000";
    image.build_date = "20260101000000";
    image.regions.push_back({0x0090d000, RamRegion::override_address, 0, Bytes(64)});
    return image;
}

}  // namespace mlosim::mt7925
