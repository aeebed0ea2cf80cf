// A scenario, run once for each message between driver and firmware, which fails in that run.

#include "ctl/sweep.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <functional>
#include <mutex>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/program.h"
#include "ctl/table.h"

extern char** environ;

namespace mlosim::ctl {
namespace {

using Json = nlohmann::ordered_json;

enum ExitCode : int { fine = 0, some_wrong = 1, usage = 2, environment = 3 };

// Bits of a message's option octet.
constexpr unsigned wants_answer = 1;
constexpr unsigned unsolicited = 4;

struct Finished {
    int exit_code = 0;
    std::string errors;
};

/// Runs a program and hands each line that it prints to `line`.
Result<Finished> run(const std::vector<std::string>& command, const std::function<void(std::string_view)>& line) {
    int out[2];
    int err[2];
    if (::pipe2(out, O_CLOEXEC) != 0) return fail(errno, std::strerror(errno));
    if (::pipe2(err, O_CLOEXEC) != 0) {
        const int code = errno;
        ::close(out[0]);
        ::close(out[1]);
        return fail(code, std::strerror(code));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int spawned = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(err[1]);
    Finished finished;
    if (spawned == 0) {
        // What goes wrong is said in a line or two, which a pipe holds; so it can be read afterwards.
        std::string rest;
        char block[65536];
        for (ssize_t got = 0; (got = ::read(out[0], block, sizeof block)) > 0;) {
            rest.append(block, static_cast<std::size_t>(got));
            std::size_t begin = 0;
            for (std::size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1)
                line(std::string_view(rest).substr(begin, end - begin));
            rest.erase(0, begin);
        }
        for (ssize_t got = 0; (got = ::read(err[0], block, sizeof block)) > 0;)
            finished.errors.append(block, static_cast<std::size_t>(got));
        int status = 0;
        ::waitpid(child, &status, 0);
        finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    ::close(out[0]);
    ::close(err[0]);
    if (spawned != 0) return fail(spawned, command[0] + ": " + std::strerror(spawned));
    return finished;
}

std::vector<std::string> command_for(const SweepOptions& options) {
    std::vector<std::string> out{options.mlosimd.empty() ? program_beside("mlosimd") : options.mlosimd,
                                 "--scenario",
                                 options.scenario,
                                 "--no-socket",
                                 "--clock",
                                 "virtual",
                                 "--log-level",
                                 "off",
                                 "--trace",
                                 "-"};
    for (const std::string& change : options.set)
        out.insert(out.end(), {"--set", change});
    return out;
}

std::string in_seconds(std::int64_t nanoseconds) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6f s", static_cast<double>(nanoseconds) / 1e9);
    return text;
}

/// "12 s" and the like.
std::optional<std::int64_t> nanoseconds_of(const std::string& duration) {
    double number = 0;
    char unit[4] = {};
    if (std::sscanf(duration.c_str(), "%lf %3s", &number, unit) != 2 || number < 0) return std::nullopt;
    const std::string_view name(unit);
    const double scale = name == "s" ? 1e9 : name == "ms" ? 1e6 : name == "min" ? 60e9 : 0;
    if (scale == 0) return std::nullopt;
    return static_cast<std::int64_t>(number * scale);
}

struct Run {
    SweepCase what;
    SweepOutcome outcome;
};

void report(const std::vector<Run>& runs, bool json, std::ostream& out) {
    std::map<std::string, unsigned> verdicts;
    Table table({"RADIO", "MESSAGE", "N", "FAILS BY", "ENDS IN", "FIRST VIOLATION"});
    Json bad = Json::array();
    for (const Run& run : runs) {
        const std::string verdict = run.outcome.verdict();
        ++verdicts[verdict];
        if (verdict.empty()) continue;
        table.add({run.what.radio, run.what.message, std::to_string(run.what.number), run.what.way, verdict,
                   run.outcome.first_violation});
        bad.push_back({{"radio", run.what.radio},
                       {"message", run.what.message},
                       {"number", run.what.number},
                       {"way", run.what.way},
                       {"rule", run.what.rule},
                       {"verdict", verdict},
                       {"oopses", run.outcome.oopses},
                       {"violations", run.outcome.violations},
                       {"first_violation", run.outcome.first_violation},
                       {"leaks", run.outcome.leaks},
                       {"unconnected", run.outcome.unconnected}});
    }
    if (json) {
        out << Json{{"runs", runs.size()}, {"bad", bad}}.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return;
    }
    if (!bad.empty()) table.print(out);
    out << runs.size() << " runs";
    for (const auto& [verdict, count] : verdicts)
        out << ", " << count << ' ' << (verdict.empty() ? "fine" : "in " + verdict);
    out << '\n';
}

}  // namespace

std::string SweepOutcome::verdict() const {
    std::string out;
    const auto add = [&out](bool so, const char* name) {
        if (so) out += (out.empty() ? "" : ", ") + std::string(name);
    };
    add(!ended, "no end");
    add(oopses > 0, "oops");
    add(leaks > 0, "leak");
    add(violations > 0, "violation");
    add(unconnected > 0, "no connection");
    return out;
}

std::vector<SweepCase> sweep_cases(std::istream& trace) {
    std::vector<SweepCase> out;
    // How many of a kind there were, by radio: all commands, those that are answered, unsolicited events.
    std::map<std::pair<std::string, std::string>, std::uint32_t> all;
    std::map<std::pair<std::string, std::string>, std::uint32_t> answered;
    std::map<std::pair<std::string, std::string>, std::uint32_t> events;
    for (std::string line; std::getline(trace, line);) {
        if (line.find("\"ev\":\"mt7925/mcu\"") == std::string::npos) continue;
        const Json record = Json::parse(line, nullptr, false);
        if (record.is_discarded() || !record.contains("message")) continue;
        const Json& message = record["message"];
        if (message.value("rom", false)) continue;  // the boot ROM's faults are others
        const auto radio = record.value("radio", std::string());
        const auto number = std::to_string(message.value("cid", 0U));
        const auto name = message.value("name", std::string());
        const unsigned option = message.value("opt", 0U);
        const auto key = std::pair(radio, number);
        if (message.value("dir", std::string()) == "cmd") {
            const std::uint32_t before = all[key]++;
            const std::string times = " skip=" + std::to_string(before) + " times=1";
            if ((option & wants_answer) != 0) {
                const std::string later = " skip=" + std::to_string(answered[key]++) + " times=1";
                out.push_back({radio, name, before + 1, "timeout", "drop_ack cid=" + number + later});
            }
            out.push_back({radio, name, before + 1, "error", "status=3221225473 cid=" + number + times});
            out.push_back({radio, name, before + 1, "reset", "coredump cid=" + number + times});
        } else if ((option & unsolicited) != 0) {
            const std::uint32_t before = events[key]++;
            out.push_back({radio, "event " + name, before + 1, "timeout",
                           "drop_event eid=" + number + " skip=" + std::to_string(before) + " times=1"});
        }
    }
    return out;
}

void take_line(std::string_view line, SweepOutcome& outcome) {
    static constexpr std::string_view marks[] = {"mt7925/oops", "mt7925/violation", "scenario/chip",
                                                 "scenario/station"};
    const std::string_view head = line.substr(0, 64);
    const bool interesting =
        std::any_of(std::begin(marks), std::end(marks), [&](auto mark) { return head.find(mark) != head.npos; });
    if (!interesting) {
        outcome.ended = outcome.ended || line.starts_with("seed=");
        return;
    }
    const Json record = Json::parse(line, nullptr, false);
    if (record.is_discarded()) return;
    const auto event = record.value("ev", std::string());
    if (event == "mt7925/oops") ++outcome.oopses;
    if (event == "mt7925/violation" && outcome.violations++ == 0)
        outcome.first_violation = record.value("rule", std::string()) + ": " + record.value("what", std::string());
    if (event == "scenario/chip")
        outcome.leaks += (record.value("bss_indexes", 0U) > record.value("links", 0U) ? 1 : 0) +
                         (record.value("wcids", 0U) > record.value("peer_links", 0U) ? 1 : 0);
    if (event == "scenario/station" && record.value("state", std::string()) != "connected") ++outcome.unconnected;
}

int sweep_faults(const SweepOptions& options, std::ostream& out, std::ostream& err) {
    const auto complain = [&err](int code, const std::string& what) {
        err << "mlosimctl: " << what << '\n';
        return code;
    };
    const auto settle = nanoseconds_of(options.settle);
    if (!settle) return complain(usage, "'" + options.settle + "' is no time: expected one as \"60 s\"");

    std::stringstream trace;
    std::int64_t end = 0;
    SweepOutcome clean;
    const auto first = run(command_for(options), [&](std::string_view line) {
        if (line.find("\"ev\":\"mt7925/mcu\"") != line.npos) trace << line << '\n';
        if (line.starts_with("{\"t\":")) end = std::strtoll(line.data() + 5, nullptr, 10);
        take_line(line, clean);
    });
    if (!first) return complain(environment, first.error().message);
    if (first->exit_code == usage || first->exit_code == environment || !clean.ended) {
        err << first->errors;
        return first->exit_code == usage ? usage : environment;
    }
    if (first->exit_code != 0 || !clean.verdict().empty()) {
        err << first->errors;
        return complain(usage, "the scenario goes wrong without any fault" +
                                   (clean.verdict().empty() ? "" : ": " + clean.verdict()));
    }

    std::vector<SweepCase> cases = sweep_cases(trace);
    if (cases.empty()) return complain(usage, "no radio of this scenario has a chip, so there is nothing to fail");
    if (options.at_most && cases.size() > *options.at_most) cases.resize(*options.at_most);
    std::vector<Run> runs(cases.size());
    std::atomic<std::size_t> next = 0;
    std::mutex broken_lock;
    std::string broken;
    const std::string duration = "/duration=\"" + in_seconds(end + *settle) + "\"";
    const auto work = [&] {
        for (std::size_t i = next++; i < cases.size(); i = next++) {
            std::vector<std::string> command = command_for(options);
            command.insert(command.end(), {"--set", duration, "--fault", cases[i].radio + ":" + cases[i].rule});
            runs[i].what = cases[i];
            SweepOutcome& outcome = runs[i].outcome;
            const auto finished = run(command, [&outcome](std::string_view line) { take_line(line, outcome); });
            if (finished) outcome.exit_code = finished->exit_code;
            const std::scoped_lock lock(broken_lock);
            if (!finished)
                broken = finished.error().message;
            else if (finished->exit_code == usage || finished->exit_code == environment)
                broken = finished->errors;
        }
    };
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < std::max(1U, options.jobs); ++i)
        workers.emplace_back(work);
    for (std::thread& worker : workers)
        worker.join();
    if (!broken.empty()) return complain(environment, broken);
    report(runs, options.json, out);
    const bool wrong = std::any_of(runs.begin(), runs.end(), [](const Run& r) { return !r.outcome.verdict().empty(); });
    return wrong ? some_wrong : fine;
}

}  // namespace mlosim::ctl
