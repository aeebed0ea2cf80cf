#include "mt7925/host/inspection.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "mt7925/fault_rule_text.h"
#include "mt7925/table_check.h"

namespace mlosim::mt7925::host {
namespace {

using Line = mld::ChipInspection::Line;
using Table = mld::ChipInspection::Table;

/// Numbers of defects among the faults' start here; rules count from 1.
constexpr std::uint32_t first_defect_id = 100'000;

constexpr std::string_view kernel_record = "kernel";
constexpr std::string_view violations_record = "violations";

}  // namespace

Inspection::Inspection(const Subjects& subjects)
    : FirmwareInspection({subjects.queue, subjects.front.firmware(), subjects.front.faults()}), on_(subjects) {
    on_.log.set_listener([this](const KernelLog::Line& line) { printed(line); });
}

Inspection::~Inspection() {
    on_.log.set_listener({});
}

void Inspection::record(sim::Time at, std::string_view event, const sim::TraceField& what) {
    on_.trace.record(at, event, {{"wiphy", on_.wiphy}, {"radio", on_.radio}, what});
}

void Inspection::printed(const KernelLog::Line& line) {
    record(line.at, "mt7925/log", {"text", line.text});
    tell(kernel_record, on_.log.total());
}

void Inspection::violated(const Violation& violation) {
    on_.trace.record(on_.queue.now(), "mt7925/violation",
                     {{"wiphy", on_.wiphy}, {"radio", on_.radio}, {"rule", violation.rule}, {"what", violation.what}});
    if (violations_.size() == kept_violations) violations_.pop_front();
    violations_.push_back({on_.queue.now(), violation});
    tell(violations_record, ++violation_count_);
}

void Inspection::oops(const std::string& text) {
    ++oops_count_;
    record(now(), "mt7925/oops", {"text", text});
    on_.log.print(KernelLog::Level::error, text);
}

void Inspection::warn(const std::string& text) {
    ++warning_count_;
    record(now(), "mt7925/warning", {"text", text});
    on_.log.print(KernelLog::Level::warning, text);
}

// Tables.

std::vector<std::string_view> Inspection::tables() const {
    return {"wcid", "bss", "traffic", "counts", "defects"};
}

Result<Table> Inspection::table(std::string_view name) const {
    const FirmwareTables& firmware = on_.front.firmware().tables();
    if (name == "wcid") return wcid_table(on_.wcids, firmware);
    if (name == "bss") return bss_table(on_.bss_indexes, firmware);
    if (name == "traffic") return traffic_table(on_.wcids, on_.front.firmware().data());
    if (name == "counts") return counts();
    if (name == "defects") return defect_table();
    return fail(ENOENT, "no such table");
}

Table Inspection::counts() const {
    const CommandQueueCounts& queue = on_.front.commands().counts();
    Table out{{"count", "value"}, {}};
    add_firmware_counts(out, firmware().counts());
    add_count(out, "timeouts", queue.timeouts);
    add_count(out, "stray_events", queue.stray_events);
    add_count(out, "lost_events", on_.front.lost_events());
    add_count(out, "queued_commands", on_.front.commands().queued());
    add_count(out, "wcids", static_cast<unsigned>(std::popcount(on_.wcids.mask())) - 1);
    add_count(out, "bss_indexes", on_.bss_indexes.in_use());
    add_count(out, "oopses", oops_count_);
    add_count(out, "warnings", warning_count_);
    add_count(out, "violations", violation_count_);
    add_count(out, "table_faults", table_faults(firmware().tables()).size());
    return out;
}

Table Inspection::defect_table() const {
    Table out{{"number", "name", "on"}, {}};
    for (const DefectName& entry : all_defects())
        out.rows.push_back(
            {std::string(entry.number), std::string(entry.name), on_.defects.on(entry.defect) ? "on" : ""});
    return out;
}

// Records.

std::vector<std::string_view> Inspection::records() const {
    return {mcu_record, kernel_record, violations_record};
}

Result<std::vector<Line>> Inspection::lines(std::string_view record, std::uint64_t from, std::size_t at_most) const {
    if (record == mcu_record) return messages(from, at_most);
    if (record == kernel_record) return kernel_lines(from, at_most);
    if (record == violations_record) return violation_lines(from, at_most);
    return fail(ENOENT, "no such record");
}

std::vector<Line> Inspection::kernel_lines(std::uint64_t from, std::size_t at_most) const {
    const auto& entries = on_.log.lines();
    const std::uint64_t first = on_.log.total() - entries.size() + 1;
    const auto [begin, count] = window(first, entries.size(), from, at_most);
    std::vector<Line> out;
    for (std::size_t i = begin; i < begin + count; ++i)
        out.push_back({first + i, entries[i].at, entries[i].text, {}});
    return out;
}

std::vector<Line> Inspection::violation_lines(std::uint64_t from, std::size_t at_most) const {
    const std::uint64_t first = violation_count_ - violations_.size() + 1;
    const auto [begin, count] = window(first, violations_.size(), from, at_most);
    std::vector<Line> out;
    for (std::size_t i = begin; i < begin + count; ++i) {
        const Broken& broken = violations_[i];
        out.push_back({first + i, broken.at, broken.violation.rule + ": " + broken.violation.what, {}});
    }
    return out;
}

// Faults.

namespace {

/// What is one word alone may be meant as a defect's name.
std::string no_defect(std::string_view text) {
    return text.find_first_of(" =") == std::string_view::npos ? ", nor a known defect (B1 to B19, key_removal …)" : "";
}

}  // namespace

Result<std::uint32_t> Inspection::add_fault(std::string_view text) {
    if (const std::optional<Defect> defect = find_defect(text)) {
        if (on_.defects.on(*defect)) return fail(EEXIST, std::string(text) + " is on already");
        on_.defects.set(*defect, true);
        return first_defect_id + static_cast<std::uint32_t>(*defect);
    }
    auto added = FirmwareInspection::add_fault(text);
    if (!added) return fail(added.error().code, added.error().message + no_defect(text));
    return added;
}

Result<void> check_fault(std::string_view text) {
    if (find_defect(text)) return {};
    const Result<FaultRule> rule = parse_fault_rule(text);
    if (!rule) return fail(rule.error().code, rule.error().message + no_defect(text));
    return {};
}

Result<void> Inspection::remove_fault(std::uint32_t id) {
    for (const DefectName& entry : all_defects()) {
        if (id != first_defect_id + static_cast<std::uint32_t>(entry.defect) || !on_.defects.on(entry.defect)) continue;
        on_.defects.set(entry.defect, false);
        return {};
    }
    return FirmwareInspection::remove_fault(id);
}

void Inspection::clear_faults() {
    FirmwareInspection::clear_faults();
    for (const DefectName& entry : all_defects())
        on_.defects.set(entry.defect, false);
}

std::vector<mld::ChipInspection::Fault> Inspection::faults() const {
    std::vector<Fault> out = FirmwareInspection::faults();
    for (const DefectName& entry : all_defects())
        if (on_.defects.on(entry.defect))
            out.push_back({first_defect_id + static_cast<std::uint32_t>(entry.defect), std::string(entry.name), 0});
    return out;
}

// Both views.

namespace {

std::string text_of(const std::optional<std::uint8_t>& number) {
    return number ? std::to_string(*number) : std::string();
}

void note(std::string& differences, bool differs, const char* what) {
    if (differs) differences += (differences.empty() ? "" : ", ") + std::string(what);
}

std::vector<std::string> wcid_row(unsigned index, const Wcid* driver, const WcidRow* firmware) {
    std::vector<std::string> row{std::to_string(index)};
    std::string differences;
    if (driver != nullptr) {
        row.insert(row.end(), {driver->peer.to_string(), std::to_string(driver->bss_index),
                               driver->link ? std::to_string(driver->link->value()) : "", text_of(driver->primary),
                               text_of(driver->key_index)});
    } else {
        row.insert(row.end(), 5, std::string());
        // A BSS's own entry comes and goes with the BSS.
        if (firmware == nullptr || !firmware->self) differences = "not in the driver's table";
    }
    const std::vector<std::string> cells = firmware_wcid_cells(firmware);
    row.insert(row.end(), cells.begin(), cells.end());
    if (firmware == nullptr) differences = "not in the firmware's table";
    if (driver != nullptr && firmware != nullptr) {
        note(differences, !firmware->self && driver->peer != firmware->address, "address");
        note(differences, driver->bss_index != firmware->bss_idx, "BSS");
        const bool both_links = driver->link && firmware->link_id;
        note(differences, both_links && driver->link->value() != *firmware->link_id, "link");
        const bool both_primaries = driver->primary && firmware->primary;
        note(differences, both_primaries && *driver->primary != *firmware->primary, "primary");
        note(differences, !firmware->self && driver->key_index.has_value() && firmware->keys.empty(), "keys");
    }
    row.push_back(differences);
    return row;
}

}  // namespace

Table traffic_table(const WcidTable& driver, const DataPath& firmware) {
    Table out{{"wcid", "tx frames", "tx bytes", "tx retries", "tx failed", "tx us", "tx rate", "rx frames", "rx bytes",
               "rx us", "rx rate", "signal", "ack signal", "fw tx frames", "fw without key", "fw rx frames"},
              {}};
    const auto rate_text = [](const std::optional<RateCode>& code) {
        const auto rate = code ? rate_of(*code) : std::nullopt;
        return rate ? rate->to_string() : std::string();
    };
    const auto dbm_text = [](const std::optional<int>& dbm) { return dbm ? std::to_string(*dbm) : std::string(); };
    const auto sum = [](const auto& by_queue) {
        return std::to_string(std::accumulate(by_queue.begin(), by_queue.end(), std::uint64_t{0}));
    };
    for (unsigned index = 0; index < WcidTable::size; ++index) {
        const Wcid* entry = driver.find(static_cast<std::uint8_t>(index));
        if (entry == nullptr) continue;
        const WcidStatistics& own = entry->statistics;
        const WcidCounters& chip = firmware.counters(static_cast<std::uint16_t>(index));
        out.rows.push_back({std::to_string(index), std::to_string(own.tx_packets), std::to_string(own.tx_bytes),
                            std::to_string(own.tx_retries), std::to_string(own.tx_failed), sum(own.tx_airtime_us),
                            rate_text(own.tx_rate), std::to_string(own.rx_packets), std::to_string(own.rx_bytes),
                            sum(own.rx_airtime_us), rate_text(own.rx_rate), dbm_text(own.signal_dbm),
                            dbm_text(own.ack_signal_dbm), std::to_string(chip.tx_frames),
                            std::to_string(chip.tx_without_key), std::to_string(chip.rx_frames)});
    }
    return out;
}

Table wcid_table(const WcidTable& driver, const FirmwareTables& firmware) {
    Table out{{"wcid", "address", "bss", "link", "primary", "key"}, {}};
    out.columns.insert(out.columns.end(), std::begin(firmware_wcid_columns), std::end(firmware_wcid_columns));
    out.columns.emplace_back("differs");
    const std::vector<WcidRow> rows = firmware.wcid_rows();
    for (unsigned index = 0; index < WcidTable::size; ++index) {
        const Wcid* ours = driver.find(static_cast<std::uint8_t>(index));
        const auto theirs = std::ranges::find(rows, index, &WcidRow::wcid);
        if (ours == nullptr && theirs == rows.end()) continue;
        out.rows.push_back(wcid_row(index, ours, theirs == rows.end() ? nullptr : &*theirs));
    }
    return out;
}

Table bss_table(const BssIndexes& driver, const FirmwareTables& firmware) {
    Table out{{"bss", "in use"}, {}};
    out.columns.insert(out.columns.end(), std::begin(firmware_bss_columns), std::end(firmware_bss_columns));
    out.columns.emplace_back("differs");
    for (std::uint8_t index = 0; index < bss_count; ++index) {
        const Bss& bss = firmware.bss[index];
        const bool taken = driver.taken(index);
        if (!taken && !bss.active) continue;
        std::vector<std::string> row{std::to_string(index), taken ? "yes" : "no"};
        const std::vector<std::string> cells = firmware_bss_cells(bss);
        row.insert(row.end(), cells.begin(), cells.end());
        row.emplace_back(taken == bss.active ? "" : taken ? "not active in the firmware" : "not in use by the driver");
        out.rows.push_back(std::move(row));
    }
    return out;
}

}  // namespace mlosim::mt7925::host
