#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/result.h"
#include "vfio/descriptor.h"
#include "vfio/device.h"

namespace mlosim::vfio {

/// The guest's interrupt lines: one eventfd a vector, each edge a write that never waits. INTx masks itself with each
/// edge until the guest has served it, as the kernel's vfio does; an edge in between is remembered.
class EventLines final : public InterruptLines {
public:
    /// As many vectors as the device has.
    explicit EventLines(const Device& device);

    void raise(std::uint32_t index, std::uint32_t vector) override;

    /// Vectors `start`, `start` + 1, …: an eventfd for each, or none at all: nobody listens to `count` of them any
    /// more. EINVAL: not that many vectors, or something else than eventfds.
    [[nodiscard]] Result<void> listen(std::uint32_t index, std::uint32_t start, std::uint32_t count,
                                      std::span<Descriptor> eventfds);
    void disable(std::uint32_t index);
    void mask(std::uint32_t index, std::uint32_t vector);
    /// False: no edge was waiting for this.
    bool unmask(std::uint32_t index, std::uint32_t vector);

    [[nodiscard]] std::uint32_t vectors(std::uint32_t index) const;
    [[nodiscard]] bool has(std::uint32_t index, std::uint32_t start, std::uint32_t count) const;

private:
    struct Line {
        Descriptor eventfd;
        bool masked = false;
        bool waiting = false;  ///< an edge came while it was masked
    };
    std::array<std::vector<Line>, interrupt::count> lines_;
};

}  // namespace mlosim::vfio
