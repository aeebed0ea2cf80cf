#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mt7925/message.h"
#include "sim/result.h"

/// The two files that the driver downloads. The real ones are the vendor's; ours have the same form and no content.
namespace mlosim::mt7925 {

struct PatchSection {
    static constexpr std::uint32_t plain = 0;
    static constexpr std::uint32_t no_security = 0xffffffff;
    std::uint32_t address = 0;
    std::uint32_t security = plain;  ///< bits 31:24: 0 plain, 1 AES, 2 scrambled
    Bytes data;
    friend bool operator==(const PatchSection&, const PatchSection&) = default;
};

/// WIFI_MT7925_PATCH_MCU_*.bin: big-endian, sections follow the table that names them.
struct PatchImage {
    std::string build_date;         ///< up to 16 octets
    std::string platform = "ALPS";  ///< 4 octets
    std::uint32_t hw_sw_ver = 0x8a108a10;
    std::uint32_t patch_ver = 0xffffffff;
    std::vector<PatchSection> sections;
    friend bool operator==(const PatchImage&, const PatchImage&) = default;
};

struct RamRegion {
    // feature_set:
    static constexpr std::uint8_t encrypted = 1U << 0U;
    static constexpr std::uint8_t override_address = 1U << 5U;
    static constexpr std::uint8_t not_downloaded = 1U << 6U;
    static constexpr std::uint8_t type_clc = 2;
    std::uint32_t address = 0;
    std::uint8_t feature_set = 0;
    std::uint8_t type = 0;
    Bytes data;
    friend bool operator==(const RamRegion&, const RamRegion&) = default;
};

/// WIFI_RAM_CODE_MT7925_*.bin: little-endian, read from its end.
struct RamImage {
    static constexpr std::uint8_t feature_cnm = 1U << 7U;
    std::uint8_t chip_id = 0;
    std::uint8_t eco = 0;
    std::string fw_ver;      ///< 10 octets
    std::string build_date;  ///< 15 octets
    std::uint8_t features = feature_cnm;
    std::vector<RamRegion> regions;
    bool crc_matches = true;  ///< the driver does not look

    /// Channel contexts and ROC (so MLO) need it.
    [[nodiscard]] bool has_cnm() const noexcept { return (features & feature_cnm) != 0; }
    friend bool operator==(const RamImage&, const RamImage&) = default;
};

[[nodiscard]] Bytes write_patch(const PatchImage& image);
[[nodiscard]] Result<PatchImage> parse_patch(ByteView file);
[[nodiscard]] Bytes write_ram(const RamImage& image);
[[nodiscard]] Result<RamImage> parse_ram(ByteView file);

/// One plain section of zeros; one region of zeros. They boot in three downloads.
[[nodiscard]] PatchImage synthetic_patch();
[[nodiscard]] RamImage synthetic_ram();

}  // namespace mlosim::mt7925
