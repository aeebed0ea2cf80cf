#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mld/chip_inspection.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware.h"
#include "mt7925/message_log.h"
#include "sim/trace.h"

namespace mlosim::mt7925::host {

/// What the firmware half shows of itself, whoever drives it: its messages, as record "mcu" and in the world's trace,
/// and the rules by which things go wrong in it. What there is to see on the driver's side is the heirs'.
class FirmwareInspection : public mld::ChipInspection {
public:
    ~FirmwareInspection() override;

    [[nodiscard]] std::string_view chip() const override { return "mt7925"; }
    FollowerId follow(Follower follower) override;
    void leave(FollowerId id) override { followers_.erase(id); }
    [[nodiscard]] Result<std::uint32_t> add_fault(std::string_view text) override;
    Result<void> remove_fault(std::uint32_t id) override;
    void clear_faults() override { chip_.faults.clear(); }
    [[nodiscard]] std::vector<Fault> faults() const override;

protected:
    static constexpr std::string_view mcu_record = "mcu";

    /// All must outlive it.
    struct Chip {
        const sim::EventQueue& queue;
        Firmware& firmware;
        FaultRules& faults;
    };
    explicit FirmwareInspection(const Chip& chip);

    /// Into the world's trace, with which radio it is about.
    virtual void record(sim::Time at, std::string_view event, const sim::TraceField& what) = 0;
    void tell(std::string_view record, std::uint64_t number);
    [[nodiscard]] std::vector<Line> messages(std::uint64_t from, std::size_t at_most) const;

    [[nodiscard]] sim::Time now() const noexcept { return chip_.queue.now(); }
    [[nodiscard]] const Firmware& firmware() const noexcept { return chip_.firmware; }

private:
    void message(const MessageLog::Entry& entry);

    Chip chip_;
    MessageLog messages_;
    std::map<FollowerId, Follower> followers_;
    FollowerId next_follower_ = 1;
};

/// Entries number `first` to `first + count - 1` are kept: the index of the first that is wanted, and how many.
[[nodiscard]] std::pair<std::size_t, std::size_t> window(std::uint64_t first, std::size_t count, std::uint64_t from,
                                                         std::size_t at_most);

/// A row of a table "counts".
void add_count(mld::ChipInspection::Table& counts, const char* name, std::uint64_t value);
void add_firmware_counts(mld::ChipInspection::Table& counts, const FirmwareCounts& firmware);

// The firmware's part of the tables; what it has not has empty cells.
inline constexpr const char* firmware_wcid_columns[] = {"fw address", "fw bss",   "fw link",
                                                        "fw primary", "fw state", "fw keys"};
[[nodiscard]] std::vector<std::string> firmware_wcid_cells(const WcidRow* row);
inline constexpr const char* firmware_bss_columns[] = {"fw active", "fw bssid", "fw channel", "fw group", "fw link"};
[[nodiscard]] std::vector<std::string> firmware_bss_cells(const Bss& bss);

}  // namespace mlosim::mt7925::host
