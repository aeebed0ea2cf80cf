#include "ctl/run/farm.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include <poll.h>

#include "ctl/run/options.h"

namespace mlosim::ctl::run {

namespace {

namespace fs = std::filesystem;

/// No trace or capture that anybody looks at is larger; a world that went wild writes without end.
constexpr std::uint64_t largest_capture = std::uint64_t{1} << 30U;

/// Only worlds with programs have netlink traffic; a capture without a packet is shorter than this.
constexpr const char* netlink_capture = "netlink.pcapng";
constexpr std::uint64_t least_capture = 256;

/// For a run whose time is over, and that may hang.
constexpr auto to_tidy_up = std::chrono::seconds(3);

/// The folder of a run, within the results.
std::string place_of(const Run& run) {
    return "runs/" + std::to_string(run.number) + "-seed-" + std::to_string(run.seed);
}

double number_in(const std::string& text) {
    return std::strtod(text.c_str(), nullptr);
}

/// Whether nothing can be said of the run, as it was not made. The second time, a capture that was cut short (it was as
/// large as a capture may be) is one nevertheless; on a disk that is full there is none.
bool not_made(const Ending& ending, bool second_time) {
    if (ending.exit_code == environment)
        return !second_time || ending.err.find(std::strerror(ENOSPC)) != std::string::npos;
    return ending.exit_code == bad_input || ending.exit_code == 127;
}

/// Whether somebody else ended it before its time, as a cluster does that wants its machine back.
bool ended_by_others(const Ending& ending) {
    if (ending.timed_out) return false;
    return ending.exit_code == 128 + SIGTERM || ending.exit_code == 128 + SIGINT || ending.exit_code == 128 + SIGHUP ||
           !value_in_last_line(ending.out, "stopped").empty();
}

std::string end_of(const std::string& text, std::size_t most) {
    return text.size() <= most ? text : text.substr(text.size() - most);
}

}  // namespace

struct Farm::UnderWay {
    Run run;
    std::unique_ptr<Process> process;
    bool captured = false;        ///< this time
    std::optional<Record> first;  ///< what the run without capture gave
};

Farm::Farm(const Campaign& campaign, const Shard& shard, Results& results, FarmSettings settings, Listener listener)
    : campaign_(campaign),
      shard_(shard),
      results_(results),
      settings_(std::move(settings)),
      listener_(std::move(listener)) {
    for (const Record& record : results_.records())
        if (!record.kept.empty()) ++captured_[record.signature];
}

Farm::~Farm() = default;

Result<void> Farm::go() {
    const auto all = [this]() -> Result<void> {
        for (;;) {
            while (under_way_.size() < settings_.jobs && listener_.stop() == 0) {
                auto begun = begin_next();
                if (!begun) return fail(std::move(begun.error()));
                if (!*begun) break;
            }
            if (under_way_.empty()) return {};
            if (listener_.stop() > 1) {
                under_way_.clear();
                return {};
            }
            if (auto attended = attend(); !attended) return attended;
        }
    };
    Result<void> done = all();
    // Those beside it have nothing to do with what went wrong, but what they would write may meet the same.
    under_way_.clear();
    if (auto synced = results_.sync(); !synced && done) done = std::move(synced);
    return done;
}

/// False: there is none.
Result<bool> Farm::begin_next() {
    while (next_ < campaign_.size() && (!shard_.takes(next_) || results_.has(next_)))
        ++next_;
    if (next_ == campaign_.size()) return false;
    auto run = std::make_unique<UnderWay>();
    run->run = campaign_[next_++];
    if (auto begun = begin(*run, settings_.keep); !begun) return fail(std::move(begun.error()));
    under_way_.push_back(std::move(run));
    return true;
}

Result<void> Farm::begin(UnderWay& run, bool captured) {
    std::vector<std::string> command{settings_.mlosimd};
    const auto arguments = campaign_.arguments(run.run);
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--log-level", captured ? "info" : "off"});
    run.captured = captured;
    std::optional<std::uint64_t> limit;
    if (captured) {
        const fs::path folder = results_.folder() / place_of(run.run);
        std::error_code error;
        fs::remove_all(folder, error);
        fs::create_directories(folder, error);
        if (error) return fail(error.value(), folder.string() + ": " + error.message());
        for (const auto& [option, file] : {std::pair("--trace", "trace.jsonl"), std::pair("--pcap", "air.pcapng"),
                                           std::pair("--nlpcap", netlink_capture), std::pair("--output-dir", "output")})
            command.insert(command.end(), {option, (folder / file).string()});
        limit = largest_capture;
    }
    auto process = Process::start(command, limit);
    if (!process) return fail(std::move(process.error()));
    run.process = std::move(*process);
    return {};
}

Result<void> Farm::attend() {
    std::vector<pollfd> at;
    for (const auto& run : under_way_)
        for (const int descriptor : {run->process->out(), run->process->err(), run->process->end()})
            at.push_back({descriptor, POLLIN, 0});
    ::poll(at.data(), at.size(), 200);
    for (std::size_t i = 0; i < under_way_.size();) {
        UnderWay& run = *under_way_[i];
        if (!run.process->attend()) {
            if (run.process->age() > settings_.time_limit) {
                if (!run.process->ending().timed_out) run.process->tell_to_stop();
                if (run.process->age() > settings_.time_limit + to_tidy_up) run.process->kill();
            }
            ++i;
            continue;
        }
        if (auto done = ended(run); !done) return done;
        if (run.process)  // the same again, with a capture
            ++i;
        else
            under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    listener_.idle();
    return {};
}

Record Farm::record_of(const UnderWay& run) const {
    const Ending& ending = run.process->ending();
    Record out;
    out.run = run.run.number;
    out.scenario = run.run.scenario->name;
    out.parameters = *run.run.parameters;
    out.seed = run.run.seed;
    out.exit_code = ending.exit_code;
    out.failures = failures_in(ending.err);
    out.signature = signature_of(ending, out.failures);
    if (!ending.timed_out) {
        out.trace_hash = value_in_last_line(ending.out, "trace_hash");
        out.virtual_s = number_in(value_in_last_line(ending.out, "virtual"));
    }
    out.wall_s = run.process->age().count();
    if (!out.passed() && out.failures.empty()) out.said = end_of(ending.err, 2000);
    return out;
}

bool Farm::wants_capture(const Record& record) const {
    const auto known = captured_.find(record.signature);
    return !record.passed() && (known == captured_.end() ? 0 : known->second) < settings_.captures;
}

Result<void> Farm::ended(UnderWay& run) {
    Record record = record_of(run);
    const Ending ending = std::move(run.process->ending());
    run.process.reset();
    const fs::path folder = results_.folder() / place_of(run.run);
    std::error_code ignored;
    if (not_made(ending, run.first.has_value())) {
        fs::remove_all(folder, ignored);
        return fail(ending.exit_code == bad_input ? EINVAL : EIO,
                    "seed " + std::to_string(run.run.seed) + ": mlosimd ended with " +
                        std::to_string(ending.exit_code) + ":\n" + end_of(ending.err, 4000));
    }
    if (ended_by_others(ending)) {
        fs::remove_all(folder, ignored);
        return fail(EINTR, "seed " + std::to_string(run.run.seed) + ": mlosimd was told to stop before its end");
    }
    if (!run.captured && wants_capture(record)) {
        ++captured_[record.signature];
        run.first = std::move(record);
        return begin(run, true);
    }
    if (run.first) {
        const bool same = run.first->signature == record.signature && run.first->trace_hash == record.trace_hash;
        record = std::move(*run.first);
        if (!same) record.signature = "not the same again: " + record.signature;
    }
    if (run.captured) {
        record.kept = place_of(run.run);
        if (const auto size = fs::file_size(folder / netlink_capture, ignored); !ignored && size < least_capture)
            fs::remove(folder / netlink_capture, ignored);
        std::ofstream(folder / "stdout") << ending.out;
        std::ofstream(folder / "stderr") << ending.err;
    }
    if (auto written = results_.append(record); !written) return written;
    listener_.finished(record);
    return {};
}

}  // namespace mlosim::ctl::run
