#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mt7925/host/chip.h"
#include "mt7925/regulatory_tlvs.h"

namespace mlosim::mt7925::host {

/// A channel of the radio as regulation leaves it.
struct AllowedChannel {
    std::uint8_t band = 0;  ///< 1 2.4 GHz, 2 5 GHz, 3 6 GHz
    std::uint16_t number = 0;
    std::uint32_t flags = 0;  ///< enum ieee80211_channel_flags
    int max_reg_power_dbm = 0;

    static constexpr std::uint32_t disabled = 1U << 0U;
    [[nodiscard]] bool allowed() const noexcept { return (flags & disabled) == 0; }
};

/// The domain that the firmware is to follow.
struct Domain {
    std::array<char, 2> alpha2{'0', '0'};
    std::vector<AllowedChannel> channels;  ///< of 2.4 GHz, of 5 GHz, of 6 GHz, in the wiphy's order
    /// What the MAC wants the radio to send with at most; 0: nothing was said.
    int power_level_dbm = 0;
    bool has_6ghz = true;
};

/// SET_DOMAIN_INFO's payload. cf. mt7925_mcu_set_channel_domain()
[[nodiscard]] Bytes domain_message(const Domain& domain);
/// SET_POWER_LIMIT's payloads of one band: every channel number that the chip knows, three at a time.
/// cf. mt7925_mcu_rate_txpower_band()
[[nodiscard]] std::vector<Bytes> power_limit_messages(const Domain& domain, std::uint8_t band);

/// Both, the limits of all bands, each message waited for; the first that fails ends it. The caller holds the mutex.
/// cf. mt7925_mcu_regd_update()
[[nodiscard]] Task<Result<void>> set_domain(Chip& chip, Domain domain);

}  // namespace mlosim::mt7925::host
