#pragma once

#include <optional>

#include "mld/guest_radios.h"
#include "mld/world.h"
#include "mt7925/guest/guest_inspection.h"
#include "mt7925/host/air.h"
#include "mt7925/pcie/pcie_front.h"
#include "vfio/device.h"

namespace mlosim::mt7925::guest {

/// An MT7925 that a virtual machine's kernel drives: its antenna in this world, its bus in the other.
class GuestChip final : public mld::GuestDevice, private vfio::Device {
public:
    /// `config`: of the chip, less its address. All must outlive it.
    GuestChip(const mld::GuestRadio& radio, sim::EventQueue& queue, sim::Trace& trace, phy::Medium& medium,
              FirmwareConfig config);

    /// What the virtual machine plugs in.
    [[nodiscard]] vfio::Device& device() noexcept { return *this; }
    [[nodiscard]] pcie::PcieFront& front() noexcept { return front_; }

    // mld::GuestDevice
    [[nodiscard]] phy::PortId port() const override { return air_.port(); }
    [[nodiscard]] mld::ChipInspection& inspection() override { return inspection_; }
    void limit_power(std::optional<phy::Dbm> limit) override { power_limit_ = limit; }

private:
    // vfio::Device: the front's, with a record of it
    [[nodiscard]] std::uint64_t region_size(std::uint32_t region) const override { return front_.region_size(region); }
    [[nodiscard]] std::uint32_t interrupts(std::uint32_t index) const override { return front_.interrupts(index); }
    void attached(vfio::GuestMemory& memory, vfio::InterruptLines& lines) override;
    void detached() override;
    void reset() override;
    void read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) override;
    void write(std::uint32_t region, std::uint64_t offset, std::span<const std::uint8_t> bytes) override;

    [[nodiscard]] int power_on(const phy::Channel& channel) const;
    void look_for_errors();

    host::Air air_;
    pcie::PcieFront front_;
    GuestInspection inspection_;
    std::optional<phy::Dbm> power_limit_;
    std::uint64_t told_errors_ = 0;
};

/// A radio that a guest drives.
GuestChip& add_guest_chip(mld::GuestRadios& radios, sim::EventQueue& queue, sim::Trace& trace, phy::Medium& medium,
                          mld::RadioSpec spec, const FirmwareConfig& config);

}  // namespace mlosim::mt7925::guest
