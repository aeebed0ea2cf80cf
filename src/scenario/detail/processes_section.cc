#include <algorithm>
#include <array>
#include <csignal>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

/// Below the working directory, and no way out of it.
const Kind<std::string>& file_name() {
    static const Kind<std::string> kind{
        "a path below the working directory", [](const Json& value) -> std::optional<std::string> {
            if (!value.is_string()) return std::nullopt;
            const auto& text = value.get_ref<const std::string&>();
            if (text.empty() || text.front() == '/' || text.back() == '/' || text.size() > 200 ||
                text.find('\0') != std::string::npos || ("/" + text + "/").find("/../") != std::string::npos)
                return std::nullopt;
            return text;
        }};
    return kind;
}

void read_environment(Fields& in, ProcessPlan& out) {
    const Json* environment = in.find("env");
    if (environment == nullptr) return;
    Fields each(*environment, in.at() / "env", in.mistakes());
    if (!each.is_object()) return;
    for (const auto& [name, value] : environment->items()) {
        const auto text = each.optional(name, plain_text());
        if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
            in.mistake(in.at() / "env" / name, in_quotes(name), "the name of an environment variable");
        else if (text)
            out.environment.emplace_back(name, *text);
    }
}

/// {"at": T}, {"after": "ap"}, {"after": ["ap", "radius"]}, {"when": CONDITION}, or "step": only a step starts it.
void read_start(Fields& in, ProcessPlan& out) {
    const Json* start = in.find("start");
    if (start == nullptr) return;
    if (start->is_string()) {
        static constexpr std::array<std::pair<const char*, bool>, 1> words{{{"step", true}}};
        const auto by_step = word(words);
        out.starts_by_step = in.get(
            "start", Kind<bool>{by_step.allowed + R"(, or an object with "at", "after", "when")", by_step.take}, false);
        return;
    }
    Fields members(*start, in.at() / "start", in.mistakes());
    out.start_at = sim::Time{members.get("at", duration(), sim::Duration::zero())};
    if (const Json* after = members.find("after"); after != nullptr && after->is_array())
        out.start_after = members.list("after", name(), 1);
    else if (const auto one = members.optional("after", name()))
        out.start_after = {*one};
    if (const Json* when = members.find("when")) {
        Fields condition(*when, members.at() / "when", in.mistakes());
        out.start_when = read_condition(condition, nullptr);
    }
}

void read_ready(Fields& in, ProcessPlan& out) {
    const Json* ready = in.find("ready");
    if (ready == nullptr) return;
    Fields members(*ready, in.at() / "ready", in.mistakes());
    out.ready_within = members.get("within", duration(), out.ready_within);
    out.ready = read_condition(members, &out.name);
}

ProcessPlan read_process(const Json& value, const Pointer& at, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    ProcessPlan out;
    out.pointer = at.text();
    out.name = in.required("name", name());
    out.argv = in.list("argv", plain_text(), 1);
    read_files(in, {}, out);
    read_environment(in, out);
    out.preload = in.get("preload", yes_or_no(), out.preload);
    read_life(in, out);
    out.control = in.get("control", plain_text(), out.control);
    return out;
}

}  // namespace

const Kind<std::string>& plain_text() {
    static const Kind<std::string> kind{"a text without NULs", [](const Json& value) -> std::optional<std::string> {
                                            if (!value.is_string()) return std::nullopt;
                                            const auto& text = value.get_ref<const std::string&>();
                                            return text.find('\0') == std::string::npos ? std::optional(text)
                                                                                        : std::nullopt;
                                        }};
    return kind;
}

void read_content(Fields& in, const std::string& name, const Json& value, WorkingFile& out) {
    if (value.is_string()) {
        out.content = value.get<std::string>();
        return;
    }
    if (value.is_array()) {
        for (const std::string& line : in.list(name, any_text()))
            out.content += line + "\n";
        return;
    }
    if (!value.is_object()) {
        in.mistake(in.at() / name, shown(value), "a text, a list of lines, or an object with \"path\"");
        return;
    }
    Fields members(value, in.at() / name, in.mistakes());
    out.path = members.required("path", plain_text());
}

void read_files(Fields& in, const std::string& directory, ProcessPlan& out) {
    const Json* files = in.find("files");
    if (files == nullptr) return;
    Fields each(*files, in.at() / "files", in.mistakes());
    if (!each.is_object()) return;
    for (const auto& [name, value] : files->items()) {
        (void)each.find(name);
        if (!file_name().take(Json(name))) {
            in.mistake(in.at() / "files" / name, in_quotes(name), file_name().allowed);
            continue;
        }
        WorkingFile file;
        file.name = directory + name;
        file.pointer = (in.at() / "files" / name).text();
        file.verbatim = out.guest.has_value();
        read_content(each, name, value, file);
        out.files.push_back(std::move(file));
    }
}

void read_life(Fields& in, ProcessPlan& out) {
    read_start(in, out);
    read_ready(in, out);
    out.exit = in.optional("exit", integer<int>(0, 255));
}

void read_processes(Fields& top, Scenario& out) {
    top.each("processes", [&](const Json& value, const Pointer& at) {
        out.processes.push_back(read_process(value, at, top.mistakes()));
    });
}

std::optional<TextMatch> read_text_match(Fields& in, bool may_be_absent) {
    const bool has_contains = in.has("contains");
    const bool has_matches = in.has("matches");
    const auto contains = in.optional("contains", any_text());
    const auto matches = in.optional("matches", any_text());
    if (!in.is_object()) return std::nullopt;
    if (has_contains && has_matches) {
        in.mistake(in.at(), R"("contains" and "matches")", "one of them");
        return std::nullopt;
    }
    if (!has_contains && !has_matches) {
        if (!may_be_absent) in.mistake(in.at(), R"(neither "contains" nor "matches")", "one of them");
        return std::nullopt;
    }
    if (contains) return TextMatch(TextMatch::Kind::contains, *contains);
    if (!matches) return std::nullopt;  // that mistake is reported
    TextMatch pattern(TextMatch::Kind::matches, *matches);
    if (!pattern.valid()) in.mistake(in.at() / "matches", in_quotes(*matches), "a regular expression (ECMAScript's)");
    return pattern;
}

std::optional<TextMatch> read_answer(Fields& in, std::string& in_words) {
    const Json* answer = in.find("answer");
    if (answer == nullptr) return std::nullopt;
    in_words = "the answer " + answer->dump(-1, ' ', true, Json::error_handler_t::replace);
    if (answer->is_string()) return TextMatch(TextMatch::Kind::is, answer->get<std::string>());
    if (!answer->is_object()) {
        in.mistake(in.at() / "answer", shown(*answer), R"(a text, or an object with "contains" or "matches")");
        return std::nullopt;
    }
    Fields members(*answer, in.at() / "answer", in.mistakes());
    return read_text_match(members, false);
}

const Kind<int>& signal_name() {
    static constexpr std::array<std::pair<const char*, int>, 9> signals{{{"HUP", SIGHUP},
                                                                         {"INT", SIGINT},
                                                                         {"TERM", SIGTERM},
                                                                         {"KILL", SIGKILL},
                                                                         {"USR1", SIGUSR1},
                                                                         {"USR2", SIGUSR2},
                                                                         {"ALRM", SIGALRM},
                                                                         {"STOP", SIGSTOP},
                                                                         {"CONT", SIGCONT}}};
    static const Kind<int> kind = word(signals);
    return kind;
}

}  // namespace mlosim::scenario::detail
