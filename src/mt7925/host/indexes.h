#pragma once

#include <cstdint>

#include "sim/result.h"

namespace mlosim::mt7925::host {

/// BSS indexes, one a link of an interface: the driver's side of the firmware's five BSSes (struct mt76_dev's
/// vif_mask). The P2P device has the fifth for itself.
class BssIndexes {
public:
    static constexpr unsigned shared = 4;
    static constexpr std::uint8_t p2p_device = 4;

    /// The lowest that is free. ENOSPC.
    Result<std::uint8_t> take();
    /// ENOSPC: there is one already.
    Result<std::uint8_t> take_p2p_device();
    /// False: it was not taken.
    bool give_back(std::uint8_t index);
    [[nodiscard]] bool taken(std::uint8_t index) const noexcept { return (mask_ >> index & 1U) != 0; }
    [[nodiscard]] std::uint8_t mask() const noexcept { return mask_; }
    [[nodiscard]] unsigned in_use() const noexcept;

private:
    std::uint8_t mask_ = 0;
};

/// What the firmware wants to know with each index. cf. mt7925_mac_link_bss_add()
[[nodiscard]] constexpr std::uint8_t own_wcid_of(std::uint8_t bss_index) {
    constexpr std::uint8_t last_entry = 19;
    return static_cast<std::uint8_t>(last_entry - bss_index);
}
[[nodiscard]] constexpr std::uint8_t own_mld_id_of(std::uint8_t bss_index) {
    return static_cast<std::uint8_t>(bss_index + 32);
}

}  // namespace mlosim::mt7925::host
