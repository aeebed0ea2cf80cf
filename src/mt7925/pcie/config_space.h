#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "ieee80211/byte_io.h"

namespace mlosim::mt7925::pcie {

/// The 256 octets that a PCI bus reads and writes of the chip: its identity, one BAR, MSI with one vector and power
/// management. It is no PCI Express endpoint, so the driver looks for no ASPM.
class ConfigSpace {
public:
    static constexpr std::size_t size = 256;
    static constexpr std::uint64_t bar_size = 0x200000;

    ConfigSpace() { reset(); }
    void reset();

    [[nodiscard]] ieee80211::ByteView octets() const noexcept { return octets_; }
    /// Within the 256; what is read-only stays as it is.
    void write(std::size_t offset, ieee80211::ByteView bytes);

    /// BAR0 answers: COMMAND allows it and the chip is not in D3.
    [[nodiscard]] bool answers() const;
    /// It may read and write memory.
    [[nodiscard]] bool is_master() const;
    [[nodiscard]] bool msi_enabled() const;
    [[nodiscard]] bool intx_allowed() const;
    [[nodiscard]] std::uint64_t bar_address() const;

private:
    [[nodiscard]] std::uint16_t u16(std::size_t offset) const;

    std::array<std::uint8_t, size> octets_{};
};

}  // namespace mlosim::mt7925::pcie
