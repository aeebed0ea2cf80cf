#include "mt7925/rate_code.h"

#include <algorithm>
#include <array>

namespace mlosim::mt7925 {

namespace {

using phy::GuardInterval;
using phy::PpduFormat;
using phy::Rate;

constexpr std::array<std::uint16_t, 4> cck_rates = {10, 20, 55, 110};
constexpr std::uint8_t short_preamble = 4;  // of CCK's codes
/// The RATE field of OFDM's SIGNAL, 802.11-2020 Table 17-6, as the chip writes it.
struct OfdmCode {
    std::uint8_t code;
    std::uint16_t hundred_kbps;
};
constexpr std::array<OfdmCode, 8> ofdm_rates = {
    {{11, 60}, {15, 90}, {10, 120}, {14, 180}, {9, 240}, {13, 360}, {8, 480}, {12, 540}}};

constexpr std::array<unsigned, 5> widths = {20, 40, 80, 160, 320};

RateCode legacy_code(const Rate& rate) {
    const std::uint32_t speed = rate.nl80211_bitrate();
    for (std::uint8_t i = 0; i < cck_rates.size(); ++i)
        if (cck_rates[i] == speed && rate.format() == PpduFormat::dsss)
            return {RateMode::cck, static_cast<std::uint8_t>(i + (rate.short_preamble() ? short_preamble : 0)), 1, 0,
                    0};
    for (const OfdmCode& known : ofdm_rates)
        if (known.hundred_kbps == speed) return {RateMode::ofdm, known.code, 1, 0, 0};
    return {};
}

std::optional<Rate> legacy_rate(const RateCode& code) {
    if (code.mode == RateMode::cck) {
        if (code.index >= 2 * short_preamble) return std::nullopt;
        return Rate::legacy(cck_rates[code.index % short_preamble], code.index >= short_preamble);
    }
    for (const OfdmCode& known : ofdm_rates)
        if (known.code == code.index) return Rate::legacy(known.hundred_kbps);
    return std::nullopt;
}

}  // namespace

RateCode rate_code_of(const Rate& rate) {
    if (rate.is_legacy()) return legacy_code(rate);
    RateCode out;
    out.index = static_cast<std::uint8_t>(rate.mcs());
    out.streams = static_cast<std::uint8_t>(rate.streams());
    const auto width = std::ranges::find(widths, rate.mhz());
    out.width = static_cast<std::uint8_t>(width == widths.end() ? 0 : width - widths.begin());
    switch (rate.format()) {
        case PpduFormat::ht:
        case PpduFormat::vht:
            out.mode = rate.format() == PpduFormat::ht ? RateMode::ht : RateMode::vht;
            out.guard = rate.gi() == GuardInterval::us0_4 ? 1 : 0;
            break;
        default:
            out.mode = rate.format() == PpduFormat::he ? RateMode::he_su : RateMode::eht_su;
            out.guard = rate.gi() == GuardInterval::us3_2 ? 2 : (rate.gi() == GuardInterval::us1_6 ? 1 : 0);
            break;
    }
    return out;
}

std::optional<Rate> rate_of(const RateCode& code) {
    if (code.width >= widths.size()) return std::nullopt;
    const unsigned mhz = widths[code.width];
    const GuardInterval old_guard = code.guard != 0 ? GuardInterval::us0_4 : GuardInterval::us0_8;
    constexpr std::array<GuardInterval, 3> guards = {GuardInterval::us0_8, GuardInterval::us1_6, GuardInterval::us3_2};
    const auto guard = code.guard < guards.size() ? std::optional(guards[code.guard]) : std::nullopt;
    switch (code.mode) {
        case RateMode::cck:
        case RateMode::ofdm:
            return legacy_rate(code);
        case RateMode::ht:
        case RateMode::ht_greenfield:
            return Rate::ht(code.index, mhz, old_guard);
        case RateMode::vht:
            return Rate::vht(code.index, code.streams, mhz, old_guard);
        case RateMode::he_su:
        case RateMode::he_ext_su:
        case RateMode::he_tb:
        case RateMode::he_mu:
            return guard ? Rate::he(code.index, code.streams, mhz, *guard) : std::nullopt;
        case RateMode::eht_su:
        case RateMode::eht_trigger:
        case RateMode::eht_mu:
            return guard ? Rate::eht(code.index, code.streams, mhz, *guard) : std::nullopt;
    }
    return std::nullopt;
}

std::uint16_t tx_rate_bits(const RateCode& code) {
    return static_cast<std::uint16_t>((code.index & 0x3fU) | static_cast<unsigned>(code.mode) << 6U |
                                      (code.streams - 1U) << 10U);
}

RateCode from_tx_rate_bits(std::uint16_t bits) {
    RateCode out;
    out.index = bits & 0x3fU;
    out.mode = static_cast<RateMode>(bits >> 6U & 0xfU);
    out.streams = static_cast<std::uint8_t>((bits >> 10U & 0xfU) + 1U);
    return out;
}

std::uint8_t basic_rate_index(phy::Band band) {
    return band == phy::Band::ghz2_4 ? first_fixed_rate : first_fixed_rate + cck_rates.size();
}

std::optional<std::uint8_t> fixed_rate_index(const Rate& rate) {
    const std::uint32_t speed = rate.nl80211_bitrate();
    if (rate.format() == PpduFormat::dsss) {
        const auto found = std::ranges::find(cck_rates, speed);
        if (found == cck_rates.end()) return std::nullopt;
        return static_cast<std::uint8_t>(first_fixed_rate + (found - cck_rates.begin()));
    }
    if (rate.format() != PpduFormat::ofdm) return std::nullopt;
    const auto found = std::ranges::find(ofdm_rates, speed, &OfdmCode::hundred_kbps);
    if (found == ofdm_rates.end()) return std::nullopt;
    return static_cast<std::uint8_t>(first_fixed_rate + cck_rates.size() +
                                     static_cast<std::size_t>(found - ofdm_rates.begin()));
}

std::optional<Rate> fixed_rate(std::uint8_t index) {
    if (index < first_fixed_rate) return std::nullopt;
    const std::size_t at = index - first_fixed_rate;
    if (at < cck_rates.size()) return Rate::legacy(cck_rates[at]);
    if (at < cck_rates.size() + ofdm_rates.size()) return Rate::legacy(ofdm_rates[at - cck_rates.size()].hundred_kbps);
    return std::nullopt;
}

}  // namespace mlosim::mt7925
