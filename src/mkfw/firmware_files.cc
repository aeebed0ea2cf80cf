#include "mkfw/firmware_files.h"

#include <cctype>
#include <cstdio>

#include "mt7925/firmware_image.h"

namespace mlosim::mkfw {
namespace {

using mt7925::PatchImage;
using mt7925::RamImage;
using mt7925::RamRegion;

// cf. MT7925_ROM_PATCH and MT7925_FIRMWARE_WM, drivers/net/wireless/mediatek/mt76/mt792x.h
constexpr auto patch_path = "mediatek/mt7925/WIFI_MT7925_PATCH_MCU_1_1_hdr.bin";
constexpr auto ram_path = "mediatek/mt7925/WIFI_RAM_CODE_MT7925_1_1.bin";
constexpr std::size_t version_size = 10;
constexpr std::size_t build_date_size = 15;

std::string hex(std::uint32_t value, int digits) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%0*x", digits, static_cast<unsigned>(value));
    return text;
}

/// As people see it: what ends a line or means nothing is left out.
std::string printable(const std::string& text) {
    std::string shown;
    for (const char c : text)
        if (std::isprint(static_cast<unsigned char>(c)) != 0) shown += c;
    return shown;
}

Result<void> check_text(const char* what, const std::string& text, std::size_t limit) {
    if (text.empty() || text.size() > limit || printable(text) != text)
        return fail(EINVAL, std::string(what) + " '" + printable(text) + "' is not 1 to " + std::to_string(limit) +
                                " printable characters");
    return {};
}

std::string description(const PatchImage& image) {
    std::string text = "patch, built " + printable(image.build_date) + ", platform " + printable(image.platform) +
                       ", hardware and software " + hex(image.hw_sw_ver, 8) + "\n";
    for (const mt7925::PatchSection& section : image.sections)
        text += "section at " + hex(section.address, 8) + ", " + std::to_string(section.data.size()) +
                " octets, security " + hex(section.security, 8) + "\n";
    return text;
}

std::string features_of(const RamRegion& region) {
    std::string text;
    if ((region.feature_set & RamRegion::encrypted) != 0) text += ", encrypted";
    if ((region.feature_set & RamRegion::override_address) != 0) text += ", where the firmware starts";
    if ((region.feature_set & RamRegion::not_downloaded) != 0) text += ", not downloaded";
    if (region.type == RamRegion::type_clc) text += ", country tables";
    return text;
}

std::string description(const RamImage& image) {
    std::string text = "RAM code, version " + printable(image.fw_ver) + ", built " + printable(image.build_date) +
                       ", chip " + hex(image.chip_id, 2) + "\n";
    text += image.has_cnm() ? "channel contexts: yes\n" : "channel contexts: no, so no MLO\n";
    text += image.crc_matches ? "CRC: right\n" : "CRC: wrong\n";
    for (const RamRegion& region : image.regions)
        text += "region at " + hex(region.address, 8) + ", " + std::to_string(region.data.size()) +
                " octets, features " + hex(region.feature_set, 2) + features_of(region) + "\n";
    return text;
}

}  // namespace

Result<std::vector<File>> firmware_files(const Wishes& wishes) {
    if (auto checked = check_text("version", wishes.version, version_size); !checked)
        return fail(std::move(checked.error()));
    if (auto checked = check_text("build date", wishes.build_date, build_date_size); !checked)
        return fail(std::move(checked.error()));

    PatchImage patch = mt7925::synthetic_patch();
    patch.build_date = wishes.build_date + "a";  // as the vendor's: a letter follows the date
    RamImage ram = mt7925::synthetic_ram();
    ram.fw_ver = wishes.version;
    ram.build_date = wishes.build_date;
    ram.features = wishes.cnm ? RamImage::feature_cnm : 0;
    if (wishes.clc) ram.regions.push_back({0, RamRegion::not_downloaded, RamRegion::type_clc, *wishes.clc});
    return std::vector<File>{{patch_path, mt7925::write_patch(patch)}, {ram_path, mt7925::write_ram(ram)}};
}

Result<std::string> describe(mt7925::ByteView file) {
    // Neither form has a magic number. A RAM file may begin like anything, but its end is checked by its CRC.
    const auto ram = mt7925::parse_ram(file);
    if (ram && !ram->regions.empty() && ram->crc_matches) return description(*ram);
    const auto patch = mt7925::parse_patch(file);
    if (patch && !patch->sections.empty()) return description(*patch);
    if (ram && !ram->regions.empty()) return description(*ram);
    return fail(EINVAL, "neither a patch (" + (patch ? std::string("it has no sections") : patch.error().message) +
                            ") nor RAM code (" + (ram ? std::string("it has no regions") : ram.error().message) + ")");
}

}  // namespace mlosim::mkfw
