// What mlosimctl trace-diff prints.

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <ostream>

#include <nlohmann/json.hpp>

#include "ctl/trace_diff.h"
#include "ctl/trace_reader.h"

namespace mlosim::ctl {
namespace {

using Json = nlohmann::ordered_json;

enum ExitCode : int { same = 0, different = 1, unreadable = 2 };

/// A trace's text as a terminal may be given it: on one line, not longer than anybody reads.
std::string shown(std::string_view text) {
    constexpr std::size_t longest = 600;
    std::string out(text.substr(0, longest));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    if (text.size() > longest) out += " …";
    return out;
}

void print(std::ostream& out, char mark, const std::vector<TraceLine>& lines) {
    for (const TraceLine& line : lines) {
        char head[40];
        std::snprintf(head, sizeof head, "%c %8" PRIu64 "  ", mark, line.number);
        out << head << shown(line.text) << '\n';
    }
}

/// "12.345678 s, mt7925/mcu", as far as the record says.
std::string moment(const std::optional<TraceLine>& line, const TraceDiffOptions& options) {
    if (!line) return "no record any more";
    const Json value = is_shallow(line->text) ? Json::parse(line->text, nullptr, false) : Json();
    std::string out;
    if (value.is_object()) {
        if (const auto time = value.find(options.time); time != value.end() && time->is_number()) {
            char text[48];
            std::snprintf(text, sizeof text, "%.9f s", time->get<double>() / 1e9);
            out = text;
        }
        if (const auto kind = value.find(options.kind); kind != value.end() && kind->is_string())
            out += (out.empty() ? "" : ", ") + shown(kind->get_ref<const std::string&>());
    }
    return "line " + std::to_string(line->number) + (out.empty() ? "" : ", " + out);
}

bool same_text(const std::vector<TraceLine>& a, const std::vector<TraceLine>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
               return x.text == y.text && x.number == y.number;
           });
}

void print_difference(std::ostream& out, const TraceComparison& compared, const TraceDiffOptions& options) {
    const TraceDifference& difference = *compared.difference;
    out << "The first difference comes after " << compared.same << " records that are the same.\n"
        << "  A: " << moment(difference.first, options) << (compared.torn_first ? " (its last line is torn)" : "")
        << "\n  B: " << moment(difference.second, options) << (compared.torn_second ? " (its last line is torn)" : "")
        << '\n';
    for (const FieldDifference& field : difference.fields)
        out << "  " << shown(field.path) << ": A " << (field.first ? shown(*field.first) : "has none") << ", B "
            << (field.second ? shown(*field.second) : "has none") << '\n';
    out << '\n';
    if (same_text(difference.before_first, difference.before_second)) {
        print(out, ' ', difference.before_first);
    } else {
        print(out, 'a', difference.before_first);
        print(out, 'b', difference.before_second);
    }
    if (difference.first) print(out, 'A', {*difference.first});
    print(out, 'a', difference.after_first);
    if (difference.second) print(out, 'B', {*difference.second});
    print(out, 'b', difference.after_second);
}

void print_same(std::ostream& out, const TraceComparison& compared) {
    out << "The same: " << compared.same << " records";
    for (const auto& [name, more] : {std::pair("A", compared.more_in_first), std::pair("B", compared.more_in_second)})
        if (more != 0) out << "; " << name << " has " << more << " more";
    for (const auto& [name, torn] : {std::pair("A", compared.torn_first), std::pair("B", compared.torn_second)})
        if (torn) out << "; the last line of " << name << " is torn";
    out << ".\n";
}

Json listed(const std::vector<TraceLine>& lines) {
    Json out = Json::array();
    for (const TraceLine& line : lines)
        out.push_back({{"line", line.number}, {"text", line.text}});
    return out;
}

Json as_json(const TraceComparison& compared) {
    Json out{{"same", !compared.difference}, {"records", compared.same}};
    if (compared.more_in_first != 0) out["more_in_first"] = compared.more_in_first;
    if (compared.more_in_second != 0) out["more_in_second"] = compared.more_in_second;
    if (!compared.difference) return out;
    const TraceDifference& difference = *compared.difference;
    const auto side = [&](const char* name, const std::optional<TraceLine>& line, const auto& before,
                          const auto& after) {
        out[name] = {{"before", listed(before)}, {"after", listed(after)}};
        if (line) {
            out[name]["line"] = line->number;
            out[name]["text"] = line->text;
        }
    };
    side("first", difference.first, difference.before_first, difference.after_first);
    side("second", difference.second, difference.before_second, difference.after_second);
    out["fields"] = Json::array();
    for (const FieldDifference& field : difference.fields) {
        Json one{{"path", field.path}};
        if (field.first) one["first"] = Json::parse(*field.first);
        if (field.second) one["second"] = Json::parse(*field.second);
        out["fields"].push_back(std::move(one));
    }
    return out;
}

}  // namespace

int trace_diff(const std::string& first, const std::string& second, const TraceDiffOptions& options, bool json,
               std::ostream& out, std::ostream& err) {
    std::array<TraceFile, 2> files{TraceFile(first), TraceFile(second)};
    for (const TraceFile& file : files) {
        if (file.problem().empty()) continue;
        err << "mlosimctl: " << file.problem() << '\n';
        return unreadable;
    }
    const auto compared = compare_traces(files[0].stream(), files[1].stream(), options);
    if (!compared) {
        err << "mlosimctl: " << with_file_name(compared.error().message, first, second) << '\n';
        return unreadable;
    }
    if (json)
        out << as_json(*compared).dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
    else if (compared->difference)
        print_difference(out, *compared, options);
    else
        print_same(out, *compared);
    return compared->difference ? different : same;
}

}  // namespace mlosim::ctl
