#pragma once

#include <cstdint>

namespace mlosim::mt7925::pcie {

/// What came to pass between a guest and the chip.
struct PcieCounts {
    std::uint64_t register_reads = 0;
    std::uint64_t register_writes = 0;
    std::uint64_t config_reads = 0;
    std::uint64_t config_writes = 0;
    std::uint64_t odd_accesses = 0;       ///< parts of a register, or none while COMMAND or D3 forbid it
    std::uint64_t registers_full = 0;     ///< writes that found no room: more registers than any driver knows
    std::uint64_t commands = 0;           ///< packets taken from ring 15
    std::uint64_t pieces = 0;             ///< … from ring 16
    std::uint64_t frames = 0;             ///< … from ring 0
    std::uint64_t bad_frames = 0;         ///< of those: descriptors that make no frame
    std::uint64_t lost_frames = 0;        ///< of those: nobody lives to take them
    std::uint64_t events = 0;             ///< packets put on ring 0 of the host
    std::uint64_t packets = 0;            ///< … on ring 2
    std::uint64_t dropped_events = 0;     ///< found that ring full, or broken
    std::uint64_t dropped_packets = 0;    ///< the same
    std::uint64_t split_packets = 0;      ///< took more than one buffer
    std::uint64_t dma_errors = 0;         ///< memory that the guest did not map
    std::uint64_t bad_indexes = 0;        ///< beyond the ring
    std::uint64_t interrupts = 0;         ///< edges that went out
    std::uint64_t masked_interrupts = 0;  ///< edges with no line to go out on, or lost by a fault
    std::uint64_t wfsys_resets = 0;
    std::uint64_t bus_resets = 0;
    std::uint64_t given = 0;  ///< LPCTL: to the firmware
    std::uint64_t taken = 0;  ///< LPCTL: by the driver
};

}  // namespace mlosim::mt7925::pcie
