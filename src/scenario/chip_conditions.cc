// What each condition about a radio's chip means.

#include <algorithm>
#include <cmath>

#include "mld/chip_inspection.h"
#include "scenario/referee.h"

namespace mlosim::scenario {

namespace {

constexpr std::size_t most_lines = 100'000;
constexpr std::size_t shown_lines = 5;

void tell(std::string* seen, const std::string& text) {
    if (seen != nullptr) *seen += (seen->empty() ? "" : "; ") + text;
}

const mld::ChipInspection* chip_of(const Cast& cast, mld::RadioIndex radio, std::string* seen) {
    const mld::ChipInspection* chip = cast.directory().chip(radio);
    if (chip == nullptr) tell(seen, cast.directory().name(radio) + " has no chip");
    return chip;
}

/// Which column it is. The table has it.
std::size_t column(const mld::ChipInspection::Table& table, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(table.columns, name) - table.columns.begin());
}

std::size_t occurrences(const std::string& text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

}  // namespace

bool Referee::holds(const ChipCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::RadioIndex radio : cast_.all_radios(condition.radio)) {
        const mld::ChipInspection* chip = chip_of(cast_, radio, seen);
        if (chip == nullptr) return false;
        const auto table = chip->table("counts");
        for (const auto& wanted : condition.counts) {
            const std::string& name = wanted.first;
            const auto row = table ? std::ranges::find_if(table->rows, [&](const auto& r) { return r[0] == name; })
                                   : std::vector<std::vector<std::string>>::const_iterator{};
            const bool known = table && row != table->rows.end();
            const bool fits = known && wanted.second.contain(std::stod((*row)[1]));
            all = all && fits;
            if (!fits)
                tell(seen,
                     cast_.directory().name(radio) + (known ? ": " + name + " " + (*row)[1] : " counts no " + name));
        }
    }
    return all;
}

bool Referee::holds(const KeysCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::RadioIndex radio : cast_.all_radios(condition.radio)) {
        const mld::ChipInspection* chip = chip_of(cast_, radio, seen);
        if (chip == nullptr) return false;
        const auto table = chip->table("wcid");
        if (!table) return false;
        const std::size_t link = column(*table, "fw link");
        const std::size_t keys = column(*table, "fw keys");
        double pairwise = 0;
        double group = 0;
        for (const auto& row : table->rows) {
            if (condition.link && row[link] != std::to_string(*condition.link)) continue;
            pairwise += static_cast<double>(occurrences(row[keys], "pairwise"));
            group += static_cast<double>(occurrences(row[keys], "group"));
        }
        if ((!condition.pairwise || condition.pairwise->contain(pairwise)) &&
            (!condition.group || condition.group->contain(group)))
            continue;
        all = false;
        tell(seen, cast_.directory().name(radio) + " has " + std::to_string(std::lround(pairwise)) + " pairwise and " +
                       std::to_string(std::lround(group)) + " group keys there");
    }
    return all;
}

bool Referee::holds(const KernelLogCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::RadioIndex radio : cast_.all_radios(condition.radio)) {
        const mld::ChipInspection* chip = chip_of(cast_, radio, seen);
        if (chip == nullptr) return false;
        const auto lines = chip->lines(condition.record, 1, most_lines);
        if (!lines) return false;
        const auto count = std::ranges::count_if(
            *lines, [&](const auto& line) { return line.text.find(condition.contains) != std::string::npos; });
        if (condition.count.contain(static_cast<double>(count))) continue;
        all = false;
        tell(seen, std::to_string(count) + " such lines of " + std::to_string(lines->size()));
        for (std::size_t i = lines->size() - std::min(lines->size(), shown_lines); i < lines->size(); ++i)
            tell(seen, "\"" + (*lines)[i].text + "\"");
    }
    return all;
}

}  // namespace mlosim::scenario
