#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "mt7925/clock.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware.h"
#include "mt7925/firmware_config.h"
#include "mt7925/pcie/address_map.h"
#include "mt7925/pcie/config_space.h"
#include "mt7925/pcie/dma_engine.h"
#include "mt7925/pcie/interrupts.h"
#include "mt7925/pcie/pcie_counts.h"
#include "mt7925/pcie/register_file.h"
#include "mt7925/radio.h"
#include "sim/event_queue.h"
#include "vfio/device.h"

namespace mlosim::mt7925::pcie {

/// One access to a register, as it was made: `offset` in the BAR.
struct RegisterAccess {
    bool write = false;
    std::uint32_t offset = 0;
    std::uint32_t value = 0;
};

/// The chip as a PCI device: configuration space, registers, rings and an interrupt in front of the firmware, for a
/// machine that runs the real driver.
class PcieFront final : public vfio::Device, private DmaEngine::Taker {
public:
    using RegisterObserver = std::function<void(const RegisterAccess& access)>;

    /// `queue`, which the present drives, and `radio` must outlive it.
    PcieFront(sim::EventQueue& queue, const FirmwareConfig& config, Radio& radio);
    PcieFront(const PcieFront&) = delete;
    PcieFront& operator=(const PcieFront&) = delete;

    [[nodiscard]] Firmware& firmware() noexcept { return firmware_; }
    [[nodiscard]] const Firmware& firmware() const noexcept { return firmware_; }
    [[nodiscard]] FaultRules& faults() noexcept { return faults_; }
    [[nodiscard]] const PcieCounts& counts() const noexcept { return counts_; }
    /// A machine is there.
    [[nodiscard]] bool in_use() const noexcept { return lines_ != nullptr; }
    /// Sees every access to a register after it was worked on.
    void set_register_observer(RegisterObserver observer) { observer_ = std::move(observer); }

    // vfio::Device
    [[nodiscard]] std::uint64_t region_size(std::uint32_t region) const override;
    [[nodiscard]] std::uint32_t interrupts(std::uint32_t index) const override;
    void attached(vfio::GuestMemory& memory, vfio::InterruptLines& lines) override;
    void detached() override;
    void reset() override;
    void unmasked(std::uint32_t index) override;
    void read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) override;
    void write(std::uint32_t region, std::uint64_t offset, std::span<const std::uint8_t> bytes) override;

private:
    struct Behaviour;
    static const Behaviour* behaviour_of(Address address);

    // DmaEngine::Taker
    [[nodiscard]] bool looks_at(unsigned ring) override;
    void take(unsigned ring, Bytes packet) override;
    void take_frame(const Bytes& packet);

    [[nodiscard]] std::uint32_t read_register(std::uint32_t offset);
    void write_register(std::uint32_t offset, std::uint32_t value);
    [[nodiscard]] std::uint32_t value_of(Address address);
    [[nodiscard]] std::uint32_t wtbl_word(std::uint32_t offset) const;

    void set_reset_line(std::uint32_t value);
    void set_own(std::uint32_t value);
    void update_table(std::uint32_t value);
    void control_tsf(Address address, std::uint32_t value);
    void allow_dma();
    void power_on();
    void edge();

    sim::EventQueue& queue_;
    EventQueueClock clock_;
    FaultRules faults_;
    PcieCounts counts_;
    vfio::InterruptLines* lines_ = nullptr;
    RegisterObserver observer_;
    ConfigSpace config_space_;
    RegisterFile memory_;
    Windows windows_;
    Interrupts interrupts_;
    DmaEngine dma_;
    bool held_in_reset_ = false;
    std::array<sim::Duration, 16> tsf_offset_{};
    sim::Timer attention_;
    Firmware firmware_;
};

}  // namespace mlosim::mt7925::pcie
