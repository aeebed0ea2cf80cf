#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mt7925/host/chip.h"
#include "mt7925/host/defects.h"
#include "mt7925/host/firmware_inspection.h"
#include "mt7925/host/indexes.h"
#include "mt7925/host/kernel_log.h"
#include "mt7925/host/wcid_table.h"
#include "mt7925/in_process_front.h"
#include "sim/trace.h"

namespace mlosim::mt7925::host {

/// What both halves of a radio show of themselves: to the world's trace, and to whoever looks.
///
/// Tables: "wcid" (both halves' view and where they differ), "bss" (likewise), "traffic" (by WCID), "counts",
/// "defects". Records: "mcu", "kernel", "violations".
class Inspection final : public FirmwareInspection {
public:
    /// All must outlive it.
    struct Subjects {
        const sim::EventQueue& queue;
        sim::Trace& trace;
        const std::string& wiphy;
        std::string radio;  ///< what the world calls it
        InProcessFront& front;
        KernelLog& log;
        const BssIndexes& bss_indexes;
        const WcidTable& wcids;
        Defects& defects;
    };
    explicit Inspection(const Subjects& subjects);
    ~Inspection() override;

    /// A rule was broken.
    void violated(const Violation& violation);
    [[nodiscard]] std::uint64_t violations() const noexcept { return violation_count_; }
    /// The kernel would have crashed here: it says so, and the driver sees to it that the radio is dead from now on.
    /// `text` is the kernel's first line: "BUG: kernel NULL pointer dereference, address: …".
    void oops(const std::string& text);
    /// What the kernel warns of once and goes on: "WARNING: … mt7925_mcu_set_mlo_roc+…".
    void warn(const std::string& text);

    [[nodiscard]] std::vector<std::string_view> tables() const override;
    [[nodiscard]] Result<Table> table(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string_view> records() const override;
    [[nodiscard]] Result<std::vector<Line>> lines(std::string_view record, std::uint64_t from,
                                                  std::size_t at_most) const override;
    [[nodiscard]] Result<std::uint32_t> add_fault(std::string_view text) override;
    Result<void> remove_fault(std::uint32_t id) override;
    void clear_faults() override;
    [[nodiscard]] std::vector<Fault> faults() const override;

private:
    static constexpr std::size_t kept_violations = 1024;

    void record(sim::Time at, std::string_view event, const sim::TraceField& what) override;
    void printed(const KernelLog::Line& line);
    [[nodiscard]] std::vector<Line> kernel_lines(std::uint64_t from, std::size_t at_most) const;
    [[nodiscard]] std::vector<Line> violation_lines(std::uint64_t from, std::size_t at_most) const;
    [[nodiscard]] Table counts() const;
    [[nodiscard]] Table defect_table() const;

    Subjects on_;
    struct Broken {
        sim::Time at;
        Violation violation;
    };
    std::deque<Broken> violations_;
    std::uint64_t violation_count_ = 0;
    std::uint64_t oops_count_ = 0;
    std::uint64_t warning_count_ = 0;
};

/// Whether `text` is a rule of this chip's or the name of a known defect. EINVAL with a sentence.
[[nodiscard]] Result<void> check_fault(std::string_view text);

/// Both halves' view of the WCIDs, and of the BSS indexes, side by side; the last column says where they differ.
/// What went through each of the driver's WCIDs, as the driver counts it and as the chip does.
[[nodiscard]] mld::ChipInspection::Table traffic_table(const WcidTable& driver, const DataPath& firmware);
[[nodiscard]] mld::ChipInspection::Table wcid_table(const WcidTable& driver, const FirmwareTables& firmware);
[[nodiscard]] mld::ChipInspection::Table bss_table(const BssIndexes& driver, const FirmwareTables& firmware);

}  // namespace mlosim::mt7925::host
