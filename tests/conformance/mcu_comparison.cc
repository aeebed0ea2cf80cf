#include "mcu_comparison.h"

#include <algorithm>
#include <fstream>
#include <optional>

namespace mlosim::conformance {

namespace {

using mt7925::DecodedField;
using mt7925::DecodedFields;
using mt7925::DecodedMessage;
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::string text_of(const DecodedField& field) {
    if (const auto* number = std::get_if<std::uint64_t>(&field.value)) return std::to_string(*number);
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
    return std::get<std::string>(field.value);
}

struct FlatField {
    std::string path;
    std::string value;
};

void flatten(std::vector<FlatField>& out, const std::string& prefix, const DecodedFields& fields) {
    for (const DecodedField& field : fields) {
        const std::string path = prefix + field.name;
        out.push_back({path, text_of(field)});
        for (std::size_t i = 0; i < field.records.size(); ++i)
            flatten(out, path + "[" + std::to_string(i) + "].", field.records[i]);
    }
}

/// Every field of a message but its sequence number, with the name of its TLV (a second one of a kind is "#2").
std::vector<FlatField> flat(const DecodedMessage& message) {
    std::vector<FlatField> out;
    out.push_back({"option", std::to_string(message.option)});
    flatten(out, "header.", message.header);
    std::map<std::string, unsigned> seen;
    for (const mt7925::DecodedTlv& tlv : message.tlvs) {
        const std::string kind = tlv.name.empty() ? "tag " + std::to_string(tlv.tag) : tlv.name;
        const unsigned number = ++seen[kind];
        const std::string name = number == 1 ? kind : kind + "#" + std::to_string(number);
        out.push_back({name, std::to_string(tlv.length) + " octets"});
        flatten(out, name + ".", tlv.fields);
    }
    return out;
}

/// What a command is, for people and for its place in the order: its name, whom it concerns, what it begins with.
std::string kind(const DecodedMessage& message) {
    std::string out = message.name.empty() ? "command " + std::to_string(message.id) : message.name;
    if (message.wcid)
        out += " wcid " + std::to_string(*message.wcid);
    else if (message.bss_idx)
        out += " bss " + std::to_string(*message.bss_idx);
    if (!message.tlvs.empty()) {
        const auto& first = message.tlvs.front();
        out += " " + (first.name.empty() ? "tag " + std::to_string(first.tag) : first.name);
        if (message.tlvs.size() > 1 && message.tlvs[1].name != first.name) out += " and more";
    }
    return out;
}

/// The longest common order.
Pairs align(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::vector<std::uint32_t>> length(a.size() + 1, std::vector<std::uint32_t>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;)
        for (std::size_t j = b.size(); j-- > 0;)
            length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    Pairs out;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j])
            out.emplace_back(i++, j++);
        else if (length[i + 1][j] >= length[i][j + 1])
            ++i;
        else
            ++j;
    }
    return out;
}

bool is_address(const std::string& value) {
    return value.size() == 17 && std::ranges::count(value, ':') == 5;
}

/// A locally administered address of its maker's own choice: not one of the recording's own, which all begin alike.
bool is_made_up(const std::string& value) {
    return is_address(value) && !value.starts_with("02:79:25:00") && !value.starts_with("06:79:25:00") &&
           !value.starts_with("02:aa:00:00") && value != "00:00:00:00:00:00" && value != "ff:ff:ff:ff:ff:ff";
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string times(const std::string& text, std::size_t n) {
    return n == 1 ? text : text + " (" + std::to_string(n) + " times)";
}

}  // namespace

McuFigures& McuFigures::operator+=(const McuFigures& other) {
    in_place += other.in_place;
    commands += other.commands;
    more += other.more;
    agreeing += other.agreeing;
    fields += other.fields;
    return *this;
}

bool McuComparison::same_value(const std::string& recorded, const std::string& ours) {
    if (recorded == ours) return true;
    if (!is_made_up(recorded) || !is_made_up(ours)) return false;
    const auto known = addresses_.find(recorded);
    if (known != addresses_.end()) return known->second == ours;
    const bool taken = std::ranges::any_of(addresses_, [&](const auto& pair) { return pair.second == ours; });
    if (!taken) addresses_[recorded] = ours;
    return !taken;
}

void McuComparison::compare_fields(const std::string& name, const DecodedMessage& recorded, const DecodedMessage& ours,
                                   McuFigures& figures) {
    const std::vector<FlatField> theirs = flat(recorded);
    std::vector<FlatField> mine = flat(ours);
    const std::string what = kind(recorded);
    figures.fields += theirs.size();
    for (const FlatField& field : theirs) {
        const auto found = std::ranges::find(mine, field.path, &FlatField::path);
        if (found == mine.end()) {
            note(name, what + ": no " + field.path);
            continue;
        }
        if (same_value(field.value, found->value))
            ++figures.agreeing;
        else
            note(name, what + ": " + field.path + " is " + field.value + ", ours " + found->value);
        mine.erase(found);
    }
    for (const FlatField& field : mine)
        note(name, what + ": ours has " + field.path + " " + field.value + " too");
}

McuFigures McuComparison::compare(const std::string& name, const Messages& recorded, const Messages& ours) {
    std::vector<std::string> theirs;
    std::vector<std::string> mine;
    std::ranges::transform(recorded, std::back_inserter(theirs), kind);
    std::ranges::transform(ours, std::back_inserter(mine), kind);
    McuFigures figures;
    figures.commands = recorded.size();
    std::vector<bool> matched(recorded.size());
    std::vector<bool> used(ours.size());
    const auto pair = [&](std::size_t i, std::size_t j) {
        matched[i] = used[j] = true;
        compare_fields(name, recorded[i], ours[j], figures);
    };
    for (const auto& [i, j] : align(theirs, mine)) {
        ++figures.in_place;
        pair(i, j);
    }
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        if (matched[i]) continue;
        std::optional<std::size_t> elsewhere;
        for (std::size_t j = 0; j < ours.size() && !elsewhere; ++j)
            if (!used[j] && mine[j] == theirs[i]) elsewhere = j;
        note(name, (elsewhere ? "in another place: " : "missing: ") + theirs[i]);
        if (elsewhere)
            pair(i, *elsewhere);
        else
            figures.fields += flat(recorded[i]).size();
    }
    for (std::size_t j = 0; j < ours.size(); ++j) {
        if (used[j]) continue;
        ++figures.more;
        note(name, "more: " + mine[j]);
    }
    return figures;
}

bool McuComparison::read_reasons(const std::string& file) {
    std::ifstream in(file);
    if (!in) return false;
    for (std::string line; std::getline(in, line);) {
        if (trimmed(line).empty() || line.starts_with('#')) continue;
        const auto first = line.find(" | ");
        const auto last = line.rfind(" | ");
        if (first == std::string::npos || first == last) return false;
        reasons_[{trimmed(line.substr(0, first)), trimmed(line.substr(first + 3, last - first - 3))}] =
            trimmed(line.substr(last + 3));
    }
    return true;
}

std::vector<std::string> McuComparison::unexplained() const {
    std::vector<std::string> out;
    for (const auto& [difference, n] : found_)
        if (!reasons_.contains({difference.first, times(difference.second, n)}))
            out.push_back(difference.first + " | " + times(difference.second, n));
    return out;
}

std::vector<std::string> McuComparison::obsolete() const {
    std::vector<std::string> out;
    for (const auto& reason : reasons_) {
        const bool there = std::ranges::any_of(found_, [&](const auto& found) {
            return found.first.first == reason.first.first &&
                   times(found.first.second, found.second) == reason.first.second;
        });
        if (!there) out.push_back(reason.first.first + " | " + reason.first.second);
    }
    return out;
}

}  // namespace mlosim::conformance
