#include "ctl/command_diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ostream>

#include <nlohmann/json.hpp>

#include "ctl/trace_reader.h"

namespace mlosim::ctl {

namespace {

using Json = nlohmann::ordered_json;
using What = CommandDifference::What;

enum ExitCode : int { same = 0, different = 1, unreadable = 2 };

struct Name {
    What what;
    std::string_view text;
};
constexpr Name names[] = {
    {What::missing, "missing"},        {What::moved, "moved"},           {What::more, "more"},
    {What::no_field, "missing field"}, {What::more_field, "more field"}, {What::other_value, "value"}};

std::string_view name_of(What what) {
    return std::ranges::find(names, what, &Name::what)->text;
}

/// The commands of one trace's chip.
class Listener {
public:
    Listener(std::string name, std::string radio, const std::set<std::string>& ignored)
        : name_(std::move(name)), radio_(std::move(radio)), ignored_(ignored) {}

    [[nodiscard]] Result<CommandComparison::Commands> listen(std::istream& in) {
        TraceReader reader(in);
        for (;;) {
            auto line = reader.next();
            if (!line) return refuse(line.error().code, line.error().message);
            if (!*line) break;
            if (auto heard = hear(**line); !heard) return tl::unexpected(std::move(heard.error()));
        }
        if (!only_) return refuse(EINVAL, "nobody speaks to a chip" + (radio_.empty() ? "" : " of " + radio_));
        return std::move(commands_);
    }

private:
    [[nodiscard]] tl::unexpected<Error> refuse(int code, const std::string& what) const {
        return fail(code, name_ + ": " + what);
    }
    [[nodiscard]] Result<void> hear(const TraceLine& line) {
        // Most records are of something else.
        if (line.text.find("mt7925/mcu") == std::string::npos) return {};
        const Json record = is_shallow(line.text) ? Json::parse(line.text, nullptr, false) : Json();
        const std::string where = "line " + std::to_string(line.number);
        if (!record.is_object()) return refuse(EBADMSG, where + " is no JSON object");
        if (record.value("ev", Json()) != "mt7925/mcu" || !record.contains("message")) return {};
        const Json& message = record["message"];
        if (!message.is_object() || message.value("dir", Json()) != "cmd") return {};
        const Json radio = record.value("radio", Json());
        if (!radio.is_string()) return refuse(EBADMSG, where + " names no radio");
        if (!is_meant(radio.get<std::string>()))
            return radio_.empty()
                       ? Result<void>(refuse(EINVAL, "chips of " + *only_ + " and " + radio.get<std::string>() +
                                                         ": say which one with --radio"))
                       : Result<void>();
        const Json command = message.value("name", Json());
        if (command.is_string() && ignored_.contains(command.get<std::string>())) return {};
        auto spoken = spoken_command(message.dump());
        if (!spoken) return refuse(spoken.error().code, where + ": " + spoken.error().message);
        if (commands_.size() == CommandComparison::most_commands)
            return refuse(E2BIG, "more than " + std::to_string(CommandComparison::most_commands) + " commands");
        std::erase_if(spoken->fields, [&](const auto& field) { return ignored_.contains(field.path); });
        commands_.push_back(std::move(*spoken));
        return {};
    }
    [[nodiscard]] bool is_meant(const std::string& radio) {
        if (!radio_.empty() && radio != radio_) return false;
        if (!only_) only_ = radio;
        return radio == *only_;
    }

    std::string name_;
    std::string radio_;
    const std::set<std::string>& ignored_;
    std::optional<std::string> only_;
    CommandComparison::Commands commands_;
};

std::string text_of(const CommandDifference& difference) {
    switch (difference.what) {
        case What::missing:
            return "only A: " + difference.kind;
        case What::moved:
            return "in another place: " + difference.kind;
        case What::more:
            return "only B: " + difference.kind;
        case What::no_field:
            return difference.kind + ": only A has " + difference.path + " " + difference.first;
        case What::more_field:
            return difference.kind + ": only B has " + difference.path + " " + difference.second;
        case What::other_value:
            break;
    }
    return difference.kind + ": " + difference.path + ": A " + difference.first + ", B " + difference.second;
}

void print(std::ostream& out, const CommandDiff& diff) {
    const CommandFigures& figures = diff.figures;
    out << figures.in_place << " of A's " << figures.commands << " commands are in B in the same order, "
        << figures.agreeing << " of " << figures.fields << " fields are the same; " << figures.more
        << " commands only B has.\n";
    for (const auto& [difference, times] : diff.differences) {
        out << "  " << text_of(difference);
        if (times > 1) out << " (" << times << " times)";
        out << '\n';
    }
}

Json as_json(const CommandDiff& diff) {
    const CommandFigures& figures = diff.figures;
    Json out{{"same", diff.differences.empty()}, {"commands", figures.commands},
             {"in_place", figures.in_place},     {"more", figures.more},
             {"fields", figures.fields},         {"agreeing", figures.agreeing},
             {"differences", Json::array()}};
    for (const auto& [difference, times] : diff.differences) {
        Json one{{"what", name_of(difference.what)}, {"command", difference.kind}, {"times", times}};
        if (!difference.path.empty()) one["path"] = difference.path;
        if (!difference.first.empty()) one["first"] = difference.first;
        if (!difference.second.empty()) one["second"] = difference.second;
        out["differences"].push_back(std::move(one));
    }
    return out;
}

}  // namespace

Result<CommandDiff> compare_commands(std::istream& first, std::istream& second, const CommandDiffOptions& options) {
    const auto a = Listener("first", options.first_radio, options.ignored).listen(first);
    if (!a) return tl::unexpected(a.error());
    const auto b = Listener("second", options.second_radio, options.ignored).listen(second);
    if (!b) return tl::unexpected(b.error());
    CommandDiff out;
    std::map<CommandDifference, std::size_t> places;
    CommandComparison comparison;
    out.figures = comparison.compare(*a, *b, [&](const CommandDifference& difference) {
        const auto [place, is_new] = places.try_emplace(difference, out.differences.size());
        if (is_new) out.differences.emplace_back(difference, 0);
        ++out.differences[place->second].second;
    });
    return out;
}

int command_diff(const std::string& first, const std::string& second, const CommandDiffOptions& options, bool json,
                 std::ostream& out, std::ostream& err) {
    std::array<TraceFile, 2> files{TraceFile(first), TraceFile(second)};
    for (const TraceFile& file : files) {
        if (file.problem().empty()) continue;
        err << "mlosimctl: " << file.problem() << '\n';
        return unreadable;
    }
    const auto compared = compare_commands(files[0].stream(), files[1].stream(), options);
    if (!compared) {
        err << "mlosimctl: " << with_file_name(compared.error().message, first, second) << '\n';
        return unreadable;
    }
    if (json)
        out << as_json(*compared).dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
    else
        print(out, *compared);
    return compared->differences.empty() ? same : different;
}

}  // namespace mlosim::ctl
