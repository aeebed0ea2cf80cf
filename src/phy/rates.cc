#include "phy/rates.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/invariant.h"

namespace mlosim::phy {

namespace {

constexpr std::array<std::uint16_t, 12> legacy_list = {10, 20, 55, 110, 60, 90, 120, 180, 240, 360, 480, 540};
constexpr unsigned dsss_count = 4;

/// Modulation and coding: coded bits per subcarrier and the code rate.
struct Scheme {
    std::uint8_t bits;
    std::uint8_t numerator;
    std::uint8_t denominator;
};

// 802.11be Table 36-71 ff.; HT and VHT use its beginning.
constexpr Scheme schemes[] = {{1, 1, 2}, {2, 1, 2}, {2, 3, 4}, {4, 1, 2},  {4, 3, 4},  {6, 2, 3},  {6, 3, 4},
                              {6, 5, 6}, {8, 3, 4}, {8, 5, 6}, {10, 3, 4}, {10, 5, 6}, {12, 3, 4}, {12, 5, 6}};

// 802.11 Table 17-4, for 6, 9 … 54 Mb/s.
constexpr std::array<std::uint16_t, 8> ofdm_bits_per_symbol = {24, 36, 48, 72, 96, 144, 192, 216};

/// Data subcarriers by width.
struct Tones {
    unsigned mhz;
    unsigned ht_vht;  // 312.5 kHz spacing
    unsigned he_eht;  // 78.125 kHz spacing
};
constexpr Tones tones[] = {{20, 52, 234}, {40, 108, 468}, {80, 234, 980}, {160, 468, 1960}, {320, 0, 3920}};

unsigned data_tones(PpduFormat format, unsigned mhz) {
    for (const Tones& row : tones) {
        if (row.mhz == mhz) return format >= PpduFormat::he ? row.he_eht : row.ht_vht;
    }
    return 0;
}

/// Symbol with guard interval, in ns.
unsigned symbol_ns(PpduFormat format, GuardInterval gi) {
    constexpr std::array<unsigned, 4> gi_ns = {400, 800, 1600, 3200};
    const unsigned base = format >= PpduFormat::he ? 12800 : 3200;
    return base + gi_ns[static_cast<std::size_t>(gi)];
}

bool is_one_of(unsigned value, std::initializer_list<unsigned> allowed) {
    return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

// Coded bits times code rate: numerator and denominator, so that nothing is rounded before it must be.
struct BitsPerSymbol {
    std::uint64_t numerator;
    std::uint64_t denominator;
};

BitsPerSymbol bits_per_symbol(PpduFormat format, unsigned mcs, unsigned streams, unsigned mhz) {
    std::uint64_t carriers = data_tones(format, mhz);
    unsigned index = mcs;
    std::uint64_t divisor = 1;
    if (format == PpduFormat::eht && mcs >= 14) {  // BPSK 1/2 with DCM; 14 duplicates it, 80 MHz in two 484-tone RUs
        if (mcs == 14) carriers = mhz == 80 ? data_tones(format, 40) : carriers / 2;
        index = 0;
        divisor = 2;
    }
    const Scheme& scheme = schemes[index];
    return {carriers * scheme.bits * scheme.numerator * streams, std::uint64_t{scheme.denominator} * divisor};
}

// --- the kernel's integers, cf. net/wireless/util.c ---

std::uint32_t kernel_ht(unsigned mcs, unsigned mhz, bool short_gi) {
    constexpr std::array<std::uint32_t, 8> multiple = {1, 2, 3, 4, 6, 8, 9, 10};
    std::uint32_t rate = (mhz == 40 ? 13'500'000U : 6'500'000U) * multiple[mcs & 7U] * ((mcs >> 3U) + 1);
    if (short_gi) rate = rate / 9 * 10;
    return (rate + 50'000) / 100'000;
}

std::uint32_t kernel_vht(unsigned mcs, unsigned streams, unsigned mhz, bool short_gi) {
    // 100 kb/s for one stream with the long guard interval, each rounded on its own
    static constexpr std::uint32_t table[4][12] = {
        {65, 130, 195, 260, 390, 520, 585, 650, 780, 867, 975, 1083},
        {135, 270, 405, 540, 810, 1080, 1215, 1350, 1620, 1800, 2025, 2250},
        {293, 585, 878, 1170, 1755, 2340, 2633, 2925, 3510, 3900, 4388, 4875},
        {585, 1170, 1755, 2340, 3510, 4680, 5265, 5850, 7020, 7800, 8775, 9750},
    };
    const unsigned row = mhz == 160 ? 3 : mhz == 80 ? 2 : mhz == 40 ? 1 : 0;
    std::uint32_t rate = table[row][mcs] * 100'000U * streams;  // wraps as the kernel's u32 does
    if (short_gi) rate = rate / 9 * 10;
    return (rate + 50'000U) / 100'000U;
}

std::uint32_t kernel_he_eht(PpduFormat format, unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi) {
    // 6144 times the rate of MCS 11 over that of the MCS
    static constexpr std::array<std::uint32_t, 16> divisor = {
        102399, 51201, 34134, 25599, 17067, 12801, 11377, 10239, 8532, 7680, 6828, 6144, 5690, 5120, 409600, 204800};
    // eight streams of MCS 11 in bits per second, for the three guard intervals
    static constexpr std::uint32_t at_20[] = {114711111, 108333333, 97500000};
    static constexpr std::uint32_t at_40[] = {229411111, 216666666, 195000000};
    static constexpr std::uint32_t at_80[] = {480388888, 453700000, 408333333};
    static constexpr std::uint32_t he_160[] = {960777777, 907400000, 816666666};
    const std::size_t column = static_cast<std::size_t>(gi) - static_cast<std::size_t>(GuardInterval::us0_8);
    std::uint64_t rate = 0;
    switch (mhz) {
        case 20:
            rate = at_20[column];
            break;
        case 40:
            rate = at_40[column];
            break;
        case 80:
            rate = at_80[column];
            break;
        case 160:
            rate = format == PpduFormat::he ? he_160[column] : 2U * at_80[column];
            break;
        default:
            rate = 4U * at_80[column];
            break;
    }
    rate = rate * 6144 / divisor[mcs];
    rate = rate * streams / 8;
    return static_cast<std::uint32_t>(rate) / 10'000U;
}

}  // namespace

std::span<const std::uint16_t> legacy_rates() {
    return legacy_list;
}

std::optional<Rate> Rate::legacy(std::uint32_t hundreds_of_kbps, bool short_preamble) {
    const auto it = std::find(legacy_list.begin(), legacy_list.end(), hundreds_of_kbps);
    if (it == legacy_list.end()) return std::nullopt;
    Rate out;
    out.mcs_ = static_cast<std::uint8_t>(it - legacy_list.begin());
    out.format_ = out.mcs_ < dsss_count ? PpduFormat::dsss : PpduFormat::ofdm;
    out.short_preamble_ = short_preamble && out.format_ == PpduFormat::dsss && hundreds_of_kbps != 10;
    return out;
}

std::optional<Rate> Rate::ht(unsigned mcs, unsigned mhz, GuardInterval gi) {
    if (mcs > 31 || !is_one_of(mhz, {20, 40}) || gi > GuardInterval::us0_8) return std::nullopt;
    Rate out;
    out.format_ = PpduFormat::ht;
    out.mcs_ = static_cast<std::uint8_t>(mcs);
    out.streams_ = static_cast<std::uint8_t>((mcs >> 3U) + 1);
    out.mhz_ = static_cast<std::uint16_t>(mhz);
    out.gi_ = gi;
    return out;
}

std::optional<Rate> Rate::vht(unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi) {
    if (mcs > 11 || streams < 1 || streams > 8 || !is_one_of(mhz, {20, 40, 80, 160}) || gi > GuardInterval::us0_8) {
        return std::nullopt;
    }
    Rate out;
    out.format_ = PpduFormat::vht;
    out.mcs_ = static_cast<std::uint8_t>(mcs);
    out.streams_ = static_cast<std::uint8_t>(streams);
    out.mhz_ = static_cast<std::uint16_t>(mhz);
    out.gi_ = gi;
    return out;
}

std::optional<Rate> Rate::he(unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi) {
    if (mcs > 13 || streams < 1 || streams > 8 || !is_one_of(mhz, {20, 40, 80, 160}) || gi == GuardInterval::us0_4) {
        return std::nullopt;
    }
    Rate out;
    out.format_ = PpduFormat::he;
    out.mcs_ = static_cast<std::uint8_t>(mcs);
    out.streams_ = static_cast<std::uint8_t>(streams);
    out.mhz_ = static_cast<std::uint16_t>(mhz);
    out.gi_ = gi;
    return out;
}

std::optional<Rate> Rate::eht(unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi) {
    if (mcs > 15 || streams < 1 || streams > 8 || !is_one_of(mhz, {20, 40, 80, 160, 320}) ||
        gi == GuardInterval::us0_4) {
        return std::nullopt;
    }
    if (mcs >= 14 && streams != 1) return std::nullopt;
    if (mcs == 14 && mhz < 80) return std::nullopt;
    Rate out;
    out.format_ = PpduFormat::eht;
    out.mcs_ = static_cast<std::uint8_t>(mcs);
    out.streams_ = static_cast<std::uint8_t>(streams);
    out.mhz_ = static_cast<std::uint16_t>(mhz);
    out.gi_ = gi;
    return out;
}

double Rate::bits_per_second() const {
    if (is_legacy()) return legacy_list[mcs_] * 1e5;
    const auto bits = bits_per_symbol(format_, format_ == PpduFormat::ht ? mcs_ & 7U : mcs_, streams_, mhz_);
    const auto per_symbol = static_cast<double>(bits.numerator) / static_cast<double>(bits.denominator);
    return per_symbol * 1e9 / symbol_ns(format_, gi_);
}

unsigned Rate::data_bits_per_symbol() const {
    if (format_ == PpduFormat::dsss) return legacy_list[mcs_];
    if (format_ == PpduFormat::ofdm) return ofdm_bits_per_symbol[mcs_ - dsss_count];
    const auto bits = bits_per_symbol(format_, format_ == PpduFormat::ht ? mcs_ & 7U : mcs_, streams_, mhz_);
    return static_cast<unsigned>(bits.numerator / bits.denominator);
}

std::uint32_t Rate::nl80211_bitrate() const {
    switch (format_) {
        case PpduFormat::dsss:
        case PpduFormat::ofdm:
            return legacy_list[mcs_];
        case PpduFormat::ht:
            return kernel_ht(mcs_, mhz_, gi_ == GuardInterval::us0_4);
        case PpduFormat::vht:
            return kernel_vht(mcs_, streams_, mhz_, gi_ == GuardInterval::us0_4);
        case PpduFormat::he:
        case PpduFormat::eht:
            return kernel_he_eht(format_, mcs_, streams_, mhz_, gi_);
    }
    return 0;
}

std::string Rate::to_string() const {
    const std::uint32_t rate = nl80211_bitrate();
    std::string out = std::to_string(rate / 10) + '.' + std::to_string(rate % 10) + " MBit/s";
    if (is_legacy()) return out;
    if (format_ == PpduFormat::ht) {
        out += " MCS " + std::to_string(mcs_);
        if (mhz_ == 40) out += " 40MHz";
        return gi_ == GuardInterval::us0_4 ? out + " short GI" : out;
    }
    if (mhz_ > 20) out += ' ' + std::to_string(mhz_) + "MHz";
    const char* name = format_ == PpduFormat::vht ? "VHT" : format_ == PpduFormat::he ? "HE" : "EHT";
    if (format_ == PpduFormat::vht && gi_ == GuardInterval::us0_4) out += " short GI";
    out += ' ' + std::string(name) + "-MCS " + std::to_string(mcs_) + ' ' + name + "-NSS " + std::to_string(streams_);
    if (format_ == PpduFormat::vht) return out;
    return out + ' ' + name + "-GI " + std::to_string(static_cast<int>(gi_) - 1);
}

}  // namespace mlosim::phy
