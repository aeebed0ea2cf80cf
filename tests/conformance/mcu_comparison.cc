#include "mcu_comparison.h"

#include <algorithm>
#include <fstream>

#include "sim/invariant.h"

namespace mlosim::conformance {

namespace {

using ctl::CommandDifference;
using What = CommandDifference::What;

/// A locally administered address of its maker's own choice: not one of the recording's own, which all begin alike.
bool is_made_up(const std::string& address) {
    return !address.starts_with("02:79:25:00") && !address.starts_with("06:79:25:00") &&
           !address.starts_with("02:aa:00:00") && address != "00:00:00:00:00:00" && address != "ff:ff:ff:ff:ff:ff";
}

std::string text_of(const CommandDifference& difference) {
    switch (difference.what) {
        case What::missing:
            return "missing: " + difference.kind;
        case What::moved:
            return "in another place: " + difference.kind;
        case What::more:
            return "more: " + difference.kind;
        case What::no_field:
            return difference.kind + ": no " + difference.path;
        case What::more_field:
            return difference.kind + ": ours has " + difference.path + " " + difference.second + " too";
        case What::other_value:
            break;
    }
    return difference.kind + ": " + difference.path + " is " + difference.first + ", ours " + difference.second;
}

std::vector<ctl::SpokenCommand> spoken(const McuComparison::Messages& messages) {
    std::vector<ctl::SpokenCommand> out;
    for (const mt7925::DecodedMessage& message : messages) {
        auto command = ctl::spoken_command(mt7925::to_json(message, std::nullopt));
        MLOSIM_INVARIANT(command.has_value(), "what the trace has of a message can be read again");
        out.push_back(std::move(*command));
    }
    return out;
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

McuComparison::McuComparison() : comparison_(is_made_up) {}

ctl::CommandFigures McuComparison::compare(const std::string& name, const Messages& recorded, const Messages& ours) {
    return comparison_.compare(spoken(recorded), spoken(ours), [&](const CommandDifference& difference) {
        ++found_[{name, text_of(difference)}];
    });
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
