#include "mt7925/guest/guest_inspection.h"

#include <algorithm>
#include <utility>

#include "mt7925/host/defects.h"
#include "mt7925/table_check.h"

namespace mlosim::mt7925::guest {

using Line = mld::ChipInspection::Line;
using Table = mld::ChipInspection::Table;

namespace {
constexpr std::string_view bus_record = "pcie";
}

GuestInspection::GuestInspection(const sim::EventQueue& queue, sim::Trace& trace, std::string radio,
                                 pcie::PcieFront& front)
    : FirmwareInspection({queue, front.firmware(), front.faults()}),
      trace_(trace),
      radio_(std::move(radio)),
      front_(front) {}

void GuestInspection::record(sim::Time at, std::string_view event, const sim::TraceField& what) {
    trace_.record(at, event, {{"radio", radio_}, what});
}

void GuestInspection::happened(std::string_view what) {
    record(now(), "mt7925/pcie", {"what", what});
    if (happenings_.size() == kept_happenings) happenings_.pop_front();
    happenings_.push_back({now(), std::string(what)});
    tell(bus_record, ++happening_count_);
}

// Tables.

std::vector<std::string_view> GuestInspection::tables() const {
    return {"wcid", "bss", "traffic", "counts", "pcie"};
}

Result<Table> GuestInspection::table(std::string_view name) const {
    const FirmwareTables& tables = firmware().tables();
    if (name == "wcid") return wcid_table(tables);
    if (name == "bss") return bss_table(tables);
    if (name == "traffic") return traffic_table(tables, firmware().data());
    if (name == "counts") return counts();
    if (name == "pcie") return bus_counts();
    return fail(ENOENT, "no such table");
}

Table GuestInspection::counts() const {
    const FirmwareTables& tables = firmware().tables();
    Table out{{"count", "value"}, {}};
    host::add_firmware_counts(out, firmware().counts());
    host::add_count(out, "wcids", tables.wcid_rows().size());
    host::add_count(out, "bss_indexes", static_cast<std::uint64_t>(std::ranges::count(tables.bss, true, &Bss::active)));
    host::add_count(out, "table_faults", table_faults(tables).size());
    return out;
}

Table GuestInspection::bus_counts() const {
    const pcie::PcieCounts& bus = front_.counts();
    Table out{{"count", "value"}, {}};
    host::add_count(out, "guest", front_.in_use() ? 1 : 0);
    host::add_count(out, "register_reads", bus.register_reads);
    host::add_count(out, "register_writes", bus.register_writes);
    host::add_count(out, "config_reads", bus.config_reads);
    host::add_count(out, "config_writes", bus.config_writes);
    host::add_count(out, "odd_accesses", bus.odd_accesses);
    host::add_count(out, "registers_full", bus.registers_full);
    host::add_count(out, "commands", bus.commands);
    host::add_count(out, "pieces", bus.pieces);
    host::add_count(out, "frames", bus.frames);
    host::add_count(out, "bad_frames", bus.bad_frames);
    host::add_count(out, "lost_frames", bus.lost_frames);
    host::add_count(out, "events", bus.events);
    host::add_count(out, "packets", bus.packets);
    host::add_count(out, "dropped_events", bus.dropped_events);
    host::add_count(out, "dropped_packets", bus.dropped_packets);
    host::add_count(out, "split_packets", bus.split_packets);
    host::add_count(out, "dma_errors", bus.dma_errors);
    host::add_count(out, "bad_indexes", bus.bad_indexes);
    host::add_count(out, "interrupts", bus.interrupts);
    host::add_count(out, "masked_interrupts", bus.masked_interrupts);
    host::add_count(out, "wfsys_resets", bus.wfsys_resets);
    host::add_count(out, "bus_resets", bus.bus_resets);
    host::add_count(out, "given", bus.given);
    host::add_count(out, "taken", bus.taken);
    return out;
}

Table wcid_table(const FirmwareTables& firmware) {
    Table out{{"wcid"}, {}};
    out.columns.insert(out.columns.end(), std::begin(host::firmware_wcid_columns),
                       std::end(host::firmware_wcid_columns));
    for (const WcidRow& entry : firmware.wcid_rows()) {
        std::vector<std::string> row{std::to_string(entry.wcid)};
        const std::vector<std::string> cells = host::firmware_wcid_cells(&entry);
        row.insert(row.end(), cells.begin(), cells.end());
        out.rows.push_back(std::move(row));
    }
    return out;
}

Table bss_table(const FirmwareTables& firmware) {
    Table out{{"bss"}, {}};
    out.columns.insert(out.columns.end(), std::begin(host::firmware_bss_columns), std::end(host::firmware_bss_columns));
    for (std::size_t index = 0; index < firmware.bss.size(); ++index) {
        if (!firmware.bss[index].active) continue;
        std::vector<std::string> row{std::to_string(index)};
        const std::vector<std::string> cells = host::firmware_bss_cells(firmware.bss[index]);
        row.insert(row.end(), cells.begin(), cells.end());
        out.rows.push_back(std::move(row));
    }
    return out;
}

Table traffic_table(const FirmwareTables& firmware, const DataPath& data) {
    Table out{{"wcid", "fw tx frames", "fw tx bytes", "fw tx retries", "fw tx failed", "fw without key", "fw rx frames",
               "fw rx bytes"},
              {}};
    for (const WcidRow& entry : firmware.wcid_rows()) {
        const WcidCounters& chip = data.counters(entry.wcid);
        out.rows.push_back({std::to_string(entry.wcid), std::to_string(chip.tx_frames), std::to_string(chip.tx_bytes),
                            std::to_string(chip.tx_retries), std::to_string(chip.tx_failed),
                            std::to_string(chip.tx_without_key), std::to_string(chip.rx_frames),
                            std::to_string(chip.rx_bytes)});
    }
    return out;
}

// Records.

std::vector<std::string_view> GuestInspection::records() const {
    return {mcu_record, bus_record};
}

Result<std::vector<Line>> GuestInspection::lines(std::string_view record, std::uint64_t from,
                                                 std::size_t at_most) const {
    if (record == mcu_record) return messages(from, at_most);
    if (record != bus_record) return fail(ENOENT, "no such record");
    const std::uint64_t first = happening_count_ - happenings_.size() + 1;
    const auto [begin, count] = host::window(first, happenings_.size(), from, at_most);
    std::vector<Line> out;
    for (std::size_t i = begin; i < begin + count; ++i)
        out.push_back({first + i, happenings_[i].at, happenings_[i].what, {}});
    return out;
}

// Faults.

Result<std::uint32_t> GuestInspection::add_fault(std::string_view text) {
    if (host::find_defect(text))
        return fail(EINVAL, std::string(text) + " is a defect of this world's driver; the guest's has its own");
    return FirmwareInspection::add_fault(text);
}

}  // namespace mlosim::mt7925::guest
