#include "mt7925/pcie/config_space.h"

#include <algorithm>

#include "sim/invariant.h"

namespace mlosim::mt7925::pcie {
namespace {

// cf. linux/pci_regs.h
constexpr std::size_t command_at = 0x04;
constexpr std::size_t bar0_at = 0x10;
constexpr std::size_t msi_at = 0x40;
constexpr std::size_t pm_at = 0x50;
constexpr std::size_t msi_control_at = msi_at + 2;
constexpr std::size_t pm_control_at = pm_at + 4;
constexpr std::uint16_t command_memory = 1U << 1U;
constexpr std::uint16_t command_master = 1U << 2U;
constexpr std::uint16_t command_intx_disable = 1U << 10U;
constexpr std::uint16_t msi_enable = 1U << 0U;
constexpr std::uint16_t power_state = 0x3;
constexpr std::uint8_t d3_hot = 3;

struct Field {
    std::size_t at;
    unsigned octets;
    std::uint32_t value;
    std::uint32_t writable;
};

constexpr Field fields[] = {
    {0x00, 2, 0x14c3, 0},
    {0x02, 2, 0x7925, 0},
    {command_at, 2, 0, 0x0546},
    {0x06, 2, 0x0010, 0},  // STATUS: there is a list of capabilities
    {0x09, 2, 0x8000, 0},  // class 0x028000: a network controller of no named kind
    {0x0b, 1, 0x02, 0},
    {0x0c, 1, 0, 0xff},                                                          // cache line
    {bar0_at, 4, 0x0c, ~static_cast<std::uint32_t>(ConfigSpace::bar_size - 1)},  // 64 bits, prefetchable
    {bar0_at + 4, 4, 0, 0xffffffff},
    {0x2c, 2, 0x14c3, 0},
    {0x2e, 2, 0x7925, 0},
    {0x34, 1, msi_at, 0},
    {0x3c, 1, 0, 0xff},  // interrupt line
    {0x3d, 1, 1, 0},     // pin A
    {msi_at, 2, 0x05 | pm_at << 8U, 0},
    {msi_control_at, 2, 0x0080, 0x0071},  // 64-bit addresses, one vector
    {msi_at + 4, 4, 0, 0xfffffffc},
    {msi_at + 8, 4, 0, 0xffffffff},
    {msi_at + 12, 2, 0, 0xffff},
    {pm_at, 2, 0x01, 0},
    {pm_at + 2, 2, 0x0003, 0},
    {pm_control_at, 2, 0x0008, power_state},  // keeps its state from D3 to D0
};

}  // namespace

void ConfigSpace::reset() {
    octets_.fill(0);
    for (const Field& field : fields)
        for (unsigned i = 0; i < field.octets; ++i)
            octets_[field.at + i] = static_cast<std::uint8_t>(field.value >> 8U * i);
}

void ConfigSpace::write(std::size_t offset, ieee80211::ByteView bytes) {
    MLOSIM_INVARIANT(offset <= size && bytes.size() <= size - offset, "who writes stays within the region");
    for (const Field& field : fields) {
        for (unsigned i = 0; i < field.octets; ++i) {
            const std::size_t at = field.at + i;
            if (at < offset || at >= offset + bytes.size()) continue;
            const auto mask = static_cast<std::uint8_t>(field.writable >> 8U * i);
            octets_[at] = static_cast<std::uint8_t>((octets_[at] & ~mask) | (bytes[at - offset] & mask));
        }
    }
}

std::uint16_t ConfigSpace::u16(std::size_t offset) const {
    return static_cast<std::uint16_t>(octets_[offset] | octets_[offset + 1] << 8U);
}

bool ConfigSpace::answers() const {
    return (u16(command_at) & command_memory) != 0 && (u16(pm_control_at) & power_state) != d3_hot;
}

bool ConfigSpace::is_master() const {
    return (u16(command_at) & command_master) != 0;
}

bool ConfigSpace::msi_enabled() const {
    return (u16(msi_control_at) & msi_enable) != 0;
}

bool ConfigSpace::intx_allowed() const {
    return (u16(command_at) & command_intx_disable) == 0;
}

std::uint64_t ConfigSpace::bar_address() const {
    std::uint64_t address = 0;
    for (unsigned i = 0; i < 8; ++i)
        address |= static_cast<std::uint64_t>(octets_[bar0_at + i]) << 8U * i;
    return address & ~(bar_size - 1);
}

}  // namespace mlosim::mt7925::pcie
