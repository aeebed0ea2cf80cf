#include "mt7925/host/firmware_inspection.h"

#include <algorithm>
#include <array>

#include "mt7925/fault_rule_text.h"

namespace mlosim::mt7925::host {

FirmwareInspection::FirmwareInspection(const Chip& chip) : chip_(chip) {
    messages_.attach(chip_.firmware, chip_.queue);
    messages_.follow([this](const MessageLog::Entry& entry) { message(entry); });
}

FirmwareInspection::~FirmwareInspection() {
    chip_.firmware.set_observer({});
}

void FirmwareInspection::message(const MessageLog::Entry& entry) {
    const std::string text = to_json(MessageLog::decode(entry), std::nullopt);
    record(entry.at, "mt7925/mcu", {"message", sim::TraceJson{text}});
    tell(mcu_record, entry.number);
}

void FirmwareInspection::tell(std::string_view record, std::uint64_t number) {
    for (const auto& [id, follower] : followers_)
        follower(record, number);
}

FirmwareInspection::FollowerId FirmwareInspection::follow(Follower follower) {
    followers_.emplace(next_follower_, std::move(follower));
    return next_follower_++;
}

std::vector<mld::ChipInspection::Line> FirmwareInspection::messages(std::uint64_t from, std::size_t at_most) const {
    const auto& entries = messages_.entries();
    const auto [begin, count] = window(messages_.total() - entries.size() + 1, entries.size(), from, at_most);
    std::vector<Line> out;
    for (std::size_t i = begin; i < begin + count; ++i) {
        const DecodedMessage decoded = MessageLog::decode(entries[i]);
        out.push_back({entries[i].number, entries[i].at, to_text(decoded), to_json(decoded, entries[i].at)});
    }
    return out;
}

// Faults.

Result<std::uint32_t> FirmwareInspection::add_fault(std::string_view text) {
    const Result<FaultRule> rule = parse_fault_rule(text);
    if (!rule) return fail(rule.error());
    return chip_.faults.add(*rule);
}

Result<void> FirmwareInspection::remove_fault(std::uint32_t id) {
    if (!chip_.faults.remove(id)) return fail(ENOENT, "no such fault, or it is used up");
    return {};
}

std::vector<mld::ChipInspection::Fault> FirmwareInspection::faults() const {
    std::vector<Fault> out;
    for (const FaultRules::Entry& entry : chip_.faults.entries())
        out.push_back({entry.id, to_text(entry.rule), entry.acted});
    return out;
}

// Tables.

std::pair<std::size_t, std::size_t> window(std::uint64_t first, std::size_t count, std::uint64_t from,
                                           std::size_t at_most) {
    const std::size_t skipped =
        from > first ? static_cast<std::size_t>(std::min<std::uint64_t>(from - first, count)) : 0;
    return {skipped, std::min(count - skipped, at_most)};
}

void add_count(mld::ChipInspection::Table& counts, const char* name, std::uint64_t value) {
    counts.rows.push_back({name, std::to_string(value)});
}

void add_firmware_counts(mld::ChipInspection::Table& counts, const FirmwareCounts& firmware) {
    add_count(counts, "commands", firmware.commands);
    add_count(counts, "events", firmware.events);
    add_count(counts, "unknown_commands", firmware.unknown_commands);
    add_count(counts, "malformed_commands", firmware.malformed_commands);
    add_count(counts, "refused_commands", firmware.refused_commands);
    add_count(counts, "inactive_references", firmware.inactive_references);
    add_count(counts, "commands_while_asleep", firmware.commands_while_asleep);
    add_count(counts, "dropped_commands", firmware.dropped_commands);
    add_count(counts, "boots", firmware.boots);
    add_count(counts, "resets", firmware.resets);
}

namespace {

std::string keys_text(const WcidRow& row) {
    std::string out;
    for (const std::string& key : row.keys)
        out += (out.empty() ? "" : ", ") + key;
    return out;
}

std::string state_text(const WcidRow& row) {
    static constexpr std::array<const char*, 3> states{"none", "authenticated", "associated"};
    if (row.self) return "";
    return row.state < states.size() ? states[row.state] : std::to_string(row.state);
}

}  // namespace

std::vector<std::string> firmware_wcid_cells(const WcidRow* row) {
    if (row == nullptr) return std::vector<std::string>(std::size(firmware_wcid_columns));
    return {(row->self ? "own " : "") + row->address.to_string(),
            std::to_string(row->bss_idx),
            row->link_id ? std::to_string(*row->link_id) : "",
            row->primary ? std::to_string(*row->primary) : "",
            state_text(*row),
            keys_text(*row)};
}

std::vector<std::string> firmware_bss_cells(const Bss& bss) {
    const bool of_mld = bss.mld && bss.mld->link_id != BssMld::none;
    return {bss.active ? "yes" : "no", bss.active ? bss.basic.bssid.to_string() : "",
            bss.rlm ? std::to_string(bss.rlm->control_ch) : "", of_mld ? std::to_string(bss.mld->group_mld_id) : "",
            of_mld ? std::to_string(bss.mld->link_id) : ""};
}

}  // namespace mlosim::mt7925::host
