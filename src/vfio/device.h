#pragma once

#include <cstdint>
#include <span>

namespace mlosim::vfio {

/// The guest's memory as a device reaches it: what the guest's side mapped for DMA, by bus address.
class GuestMemory {
public:
    virtual ~GuestMemory() = default;
    /// False: not all of it is mapped for that; nothing was copied.
    [[nodiscard]] virtual bool read(std::uint64_t address, std::span<std::uint8_t> out) = 0;
    [[nodiscard]] virtual bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) = 0;
};

/// The interrupt lines that the guest listens to.
class InterruptLines {
public:
    virtual ~InterruptLines() = default;
    /// One edge. Nothing happens while nobody listens to that vector.
    virtual void raise(std::uint32_t index, std::uint32_t vector) = 0;
};

/// Numbers of linux/vfio.h.
namespace region {
inline constexpr std::uint32_t bar0 = 0;
inline constexpr std::uint32_t config = 7;
inline constexpr std::uint32_t count = 9;
}  // namespace region
namespace interrupt {
inline constexpr std::uint32_t intx = 0;
inline constexpr std::uint32_t msi = 1;
inline constexpr std::uint32_t count = 5;
}  // namespace interrupt

/// A PCI device as a virtual machine sees it. Every call comes from the world's thread, with the world's time brought
/// up to the present.
class Device {
public:
    virtual ~Device() = default;
    /// Octets of one of the regions; 0: it has none of that number.
    [[nodiscard]] virtual std::uint64_t region_size(std::uint32_t region) const = 0;
    /// Vectors of one of the interrupt indexes; 0: none.
    [[nodiscard]] virtual std::uint32_t interrupts(std::uint32_t index) const = 0;

    /// A guest is there; memory and lines live until detached().
    virtual void attached(GuestMemory& memory, InterruptLines& lines) = 0;
    /// It is gone, whatever it was doing.
    virtual void detached() = 0;
    /// The bus's reset: as after power-on.
    virtual void reset() = 0;

    /// The guest has served INTx and listens again: raise it if its reason has not gone. An edge that came meanwhile
    /// needs nothing, it is on its way.
    virtual void unmasked(std::uint32_t /*index*/) {}

    /// Within region_size(); any alignment and length. Must not block.
    virtual void read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) = 0;
    virtual void write(std::uint32_t region, std::uint64_t offset, std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace mlosim::vfio
