#pragma once

#include <cstdint>
#include <optional>

#include "phy/band.h"
#include "phy/rates.h"

/// Rates as the chip writes them in descriptors and tables.
namespace mlosim::mt7925 {

/// cf. enum mt76_phy_type
enum class RateMode : std::uint8_t {
    cck = 0,
    ofdm = 1,
    ht = 2,
    ht_greenfield = 3,
    vht = 4,
    he_su = 8,
    he_ext_su = 9,
    he_tb = 10,
    he_mu = 11,
    eht_su = 13,
    eht_trigger = 14,
    eht_mu = 15,
};

struct RateCode {
    RateMode mode = RateMode::cck;
    std::uint8_t index = 0;  ///< of legacy rates their code on the air, else the MCS (HT: streams counted in it)
    std::uint8_t streams = 1;
    std::uint8_t width = 0;  ///< 0 20, 1 40, 2 80, 3 160, 4 320 MHz
    /// HT and VHT: 1 short; HE and EHT: 0 0.8, 1 1.6, 2 3.2 us.
    std::uint8_t guard = 0;
    friend bool operator==(const RateCode&, const RateCode&) = default;
};

[[nodiscard]] RateCode rate_code_of(const phy::Rate& rate);
/// Nothing: there is no such rate.
[[nodiscard]] std::optional<phy::Rate> rate_of(const RateCode& code);

/// The 14 bits of a TXS and of the fixed-rate table: index, mode, streams less 1.
[[nodiscard]] std::uint16_t tx_rate_bits(const RateCode& code);
[[nodiscard]] RateCode from_tx_rate_bits(std::uint16_t bits);

/// The fixed-rate table as the driver fills it: CCK 1 to 11 Mb/s, then OFDM 6 to 54. cf. mt7925_mac_init_basic_rates()
inline constexpr std::uint8_t first_fixed_rate = 11;
[[nodiscard]] std::uint8_t basic_rate_index(phy::Band band);
/// The entry of a legacy rate. Nothing for others.
[[nodiscard]] std::optional<std::uint8_t> fixed_rate_index(const phy::Rate& rate);
[[nodiscard]] std::optional<phy::Rate> fixed_rate(std::uint8_t index);

}  // namespace mlosim::mt7925
