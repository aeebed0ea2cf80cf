#pragma once

#include <cmath>
#include <compare>
#include <cstdint>

namespace mlosim::phy {

/// A radio frequency or a width in the spectrum. Whole kHz, which is what nl80211 can say (MHz plus a kHz offset).
class Frequency {
public:
    constexpr Frequency() = default;
    static constexpr Frequency mhz(std::uint32_t v) { return Frequency(v * 1000U); }
    static constexpr Frequency khz(std::uint32_t v) { return Frequency(v); }

    [[nodiscard]] constexpr std::uint32_t in_khz() const noexcept { return khz_; }
    /// Whole MHz, the rest cut off (ieee80211_channel.center_freq).
    [[nodiscard]] constexpr std::uint32_t in_mhz() const noexcept { return khz_ / 1000U; }
    /// What in_mhz() leaves out, in kHz (ieee80211_channel.freq_offset).
    [[nodiscard]] constexpr std::uint32_t offset_khz() const noexcept { return khz_ % 1000U; }
    [[nodiscard]] constexpr bool is_zero() const noexcept { return khz_ == 0; }

    friend constexpr auto operator<=>(Frequency, Frequency) = default;
    friend constexpr Frequency operator+(Frequency a, Frequency b) { return Frequency(a.khz_ + b.khz_); }
    /// The difference; zero where `b` is the larger one.
    friend constexpr Frequency operator-(Frequency a, Frequency b) {
        return Frequency(a.khz_ > b.khz_ ? a.khz_ - b.khz_ : 0);
    }

private:
    constexpr explicit Frequency(std::uint32_t khz) : khz_(khz) {}
    std::uint32_t khz_ = 0;
};

/// A ratio in decibels.
struct Db {
    double value = 0.0;
    friend constexpr auto operator<=>(Db, Db) = default;
    friend constexpr Db operator+(Db a, Db b) { return {a.value + b.value}; }
    friend constexpr Db operator-(Db a, Db b) { return {a.value - b.value}; }
};

/// A power level in dBm.
struct Dbm {
    double value = 0.0;
    friend constexpr auto operator<=>(Dbm, Dbm) = default;
    friend constexpr Dbm operator+(Dbm p, Db d) { return {p.value + d.value}; }
    friend constexpr Dbm operator-(Dbm p, Db d) { return {p.value - d.value}; }
    friend constexpr Db operator-(Dbm a, Dbm b) { return {a.value - b.value}; }

    /// nl80211 counts signal and power in hundredths of a dBm.
    [[nodiscard]] std::int32_t mbm() const { return static_cast<std::int32_t>(std::lround(value * 100.0)); }
    static constexpr Dbm from_mbm(std::int32_t mbm) { return {static_cast<double>(mbm) / 100.0}; }
};

}  // namespace mlosim::phy
