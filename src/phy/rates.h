#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "phy/band.h"
#include "phy/channel.h"
#include "sim/virtual_time.h"

namespace mlosim::phy {

/// How a PPDU is built.
enum class PpduFormat : std::uint8_t {
    dsss,  ///< 802.11b: DSSS and CCK, 1–11 Mb/s
    ofdm,  ///< 802.11a/g: 6–54 Mb/s, "non-HT"
    ht,    ///< 802.11n, mixed format
    vht,   ///< 802.11ac, single user
    he,    ///< 802.11ax, single user
    eht,   ///< 802.11be, EHT MU PPDU to one user
};

enum class GuardInterval : std::uint8_t { us0_4, us0_8, us1_6, us3_2 };

/// How a frame is sent: all that decides its length in time and its chance to get through (struct rate_info).
/// Only the named constructors make one, and only a rate that exists.
class Rate {
public:
    /// The rate of beacons where nothing else is said: 1 Mb/s.
    constexpr Rate() = default;

    /// 10, 20, 55, 110 (802.11b) or 60 … 540 (802.11a/g), in 100 kb/s. Nothing for other values.
    static std::optional<Rate> legacy(std::uint32_t hundreds_of_kbps, bool short_preamble = false);
    /// MCS 0–31 (streams counted in it), 20 or 40 MHz, guard interval 0.4 or 0.8 us.
    static std::optional<Rate> ht(unsigned mcs, unsigned mhz, GuardInterval gi);
    /// MCS 0–9 where 802.11ac has it (10 and 11, which some devices use, too), 1–8 streams, 20–160 MHz.
    static std::optional<Rate> vht(unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi);
    /// MCS 0–11 (12 and 13 as some devices use), 1–8 streams, 20–160 MHz, guard interval 0.8, 1.6 or 3.2 us.
    static std::optional<Rate> he(unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi);
    /// MCS 0–15, 1–8 streams (14 and 15: one), 20–320 MHz (14: from 80), guard interval 0.8, 1.6 or 3.2 us.
    static std::optional<Rate> eht(unsigned mcs, unsigned streams, unsigned mhz, GuardInterval gi);

    [[nodiscard]] constexpr PpduFormat format() const noexcept { return format_; }
    /// Index of the modulation and coding scheme; HT counts streams in it; of legacy rates their place in the list.
    [[nodiscard]] constexpr unsigned mcs() const noexcept { return mcs_; }
    [[nodiscard]] constexpr unsigned streams() const noexcept { return streams_; }
    [[nodiscard]] constexpr unsigned mhz() const noexcept { return mhz_; }
    [[nodiscard]] constexpr GuardInterval gi() const noexcept { return gi_; }
    [[nodiscard]] constexpr bool short_preamble() const noexcept { return short_preamble_; }
    [[nodiscard]] constexpr bool is_legacy() const noexcept { return format_ <= PpduFormat::ofdm; }

    /// The real rate in bits per second.
    [[nodiscard]] double bits_per_second() const;
    /// Data bits in one OFDM symbol (N_DBPS); of a DSSS rate, bits per microsecond times ten.
    [[nodiscard]] unsigned data_bits_per_symbol() const;
    /// The kernel's integer rate in 100 kb/s, with its rounding and (for VHT at eight streams) its 32-bit wrap.
    /// cf. cfg80211_calculate_bitrate().
    [[nodiscard]] std::uint32_t nl80211_bitrate() const;
    /// "6.0 MBit/s", "1297.1 MBit/s 80MHz EHT-MCS 12 EHT-NSS 2 EHT-GI 0": as iw writes rates.
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(const Rate&, const Rate&) = default;

private:
    PpduFormat format_ = PpduFormat::dsss;
    std::uint8_t mcs_ = 0;
    std::uint8_t streams_ = 1;
    std::uint16_t mhz_ = 20;
    GuardInterval gi_ = GuardInterval::us0_8;
    bool short_preamble_ = false;
};

/// The legacy rates, in 100 kb/s: 10, 20, 55, 110, 60 … 540 (the order that mac80211_hwsim lists).
[[nodiscard]] std::span<const std::uint16_t> legacy_rates();

/// How long a PPDU with `psdu_bytes` of payload (MPDU with FCS, or A-MPDU) is on the air, preamble included; in 2.4 GHz
/// with the signal extension of the OFDM formats. docs/phy.md has the formulas. PSDU sizes above 64 MiB are not meant.
[[nodiscard]] sim::Duration airtime(const Rate& rate, std::size_t psdu_bytes, Band band);

}  // namespace mlosim::phy
