#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mt7925/host/firmware_inspection.h"
#include "mt7925/pcie/pcie_front.h"
#include "sim/trace.h"

namespace mlosim::mt7925::guest {

/// What a chip shows of itself whose driver is a guest's: the firmware's view, and what comes to pass on the bus.
///
/// Tables: "wcid", "bss", "traffic" (by WCID), "counts" (the firmware's), "pcie" (the bus's). Records: "mcu", "pcie".
class GuestInspection final : public host::FirmwareInspection {
public:
    /// All must outlive it.
    GuestInspection(const sim::EventQueue& queue, sim::Trace& trace, std::string radio, pcie::PcieFront& front);

    /// Something came to pass between guest and chip, in words.
    void happened(std::string_view what);

    [[nodiscard]] std::vector<std::string_view> tables() const override;
    [[nodiscard]] Result<Table> table(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string_view> records() const override;
    [[nodiscard]] Result<std::vector<Line>> lines(std::string_view record, std::uint64_t from,
                                                  std::size_t at_most) const override;
    [[nodiscard]] Result<std::uint32_t> add_fault(std::string_view text) override;

private:
    static constexpr std::size_t kept_happenings = 1024;

    void record(sim::Time at, std::string_view event, const sim::TraceField& what) override;
    [[nodiscard]] Table counts() const;
    [[nodiscard]] Table bus_counts() const;

    sim::Trace& trace_;
    const std::string radio_;
    pcie::PcieFront& front_;
    struct Happening {
        sim::Time at;
        std::string what;
    };
    std::deque<Happening> happenings_;
    std::uint64_t happening_count_ = 0;
};

// The firmware's tables, with nobody's view beside it.
[[nodiscard]] mld::ChipInspection::Table wcid_table(const FirmwareTables& firmware);
[[nodiscard]] mld::ChipInspection::Table bss_table(const FirmwareTables& firmware);
[[nodiscard]] mld::ChipInspection::Table traffic_table(const FirmwareTables& firmware, const DataPath& data);

}  // namespace mlosim::mt7925::guest
