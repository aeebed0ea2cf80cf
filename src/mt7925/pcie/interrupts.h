#pragma once

#include <cstdint>
#include <functional>
#include <utility>

namespace mlosim::mt7925::pcie {

/// The chip's one interrupt. Its level is up while something has happened that the host wants to hear of; the line
/// carries the moments at which it goes up. cf. mt792x_irq_tasklet()
class Interrupts {
public:
    explicit Interrupts(std::function<void()> edge) : edge_(std::move(edge)) {}

    void raise(std::uint32_t sources);
    /// What the host has seen.
    void acknowledge(std::uint32_t sources);
    void enable(std::uint32_t sources);
    /// PCIE_MAC_INT_ENABLE: 0 keeps all back.
    void open(std::uint32_t gate);
    void reset();

    [[nodiscard]] std::uint32_t status() const noexcept { return status_; }
    [[nodiscard]] std::uint32_t enabled() const noexcept { return enabled_; }
    [[nodiscard]] std::uint32_t gate() const noexcept { return gate_; }
    [[nodiscard]] bool up() const noexcept { return up_; }

private:
    void evaluate();

    std::function<void()> edge_;
    std::uint32_t status_ = 0;
    std::uint32_t enabled_ = 0;
    std::uint32_t gate_ = 0;
    bool up_ = false;
};

}  // namespace mlosim::mt7925::pcie
