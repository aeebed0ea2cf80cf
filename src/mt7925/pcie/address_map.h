#pragma once

#include <cstdint>
#include <optional>

namespace mlosim::mt7925::pcie {

/// Where a register is. Most of the chip's bus has a place of its own in the BAR; what has one is named by it however
/// it is reached, the rest by its bus address.
using Address = std::uint64_t;

/// A bus address as an Address.
[[nodiscard]] Address on_bus(std::uint32_t bus);

/// The two windows of the BAR through which the rest of the bus is seen, as the driver set them.
struct Windows {
    static constexpr std::uint32_t l1_register = 0x155024;  ///< upper half: of the bus address
    static constexpr std::uint32_t l2_register = 0x000120;  ///< all of it, while L1 shows 0x1850xxxx
    static constexpr std::uint32_t first = 0x130000;
    static constexpr std::uint32_t last = 0x13ffff;

    std::uint32_t l1 = 0;
    std::uint32_t l2 = 0;
};

/// What lies at an offset of the BAR. cf. __mt7925_reg_addr()
[[nodiscard]] Address resolve(std::uint32_t offset, const Windows& windows);

}  // namespace mlosim::mt7925::pcie
