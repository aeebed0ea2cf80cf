// Those who let the others wait.
#include <cstdio>

#include "host/detail/turns.h"

namespace mlosim::host {
namespace {

/// Between two looks at who has been waited for too long.
constexpr std::chrono::milliseconds between_checks{200};

std::string in_seconds(sim::Duration span) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(span.count()) * 1e-9);
    return text;
}

}  // namespace

void Turns::keep_watch() {
    if (std::exchange(timer_runs_, true)) return;
    timer_.expires_after(between_checks);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        timer_runs_ = false;
        check();
        if (present()) keep_watch();
    });
}

void Turns::check() {
    for (auto& [number, who] : participants_)
        check(who);
    for (auto& [virtual_pid, process] : processes_)
        check(process);
}

void Turns::warn(const TimedProcess& process, const std::string& what) const {
    if (!options_.warn) return;
    options_.warn(process.name + (process.pid != 0 ? " (pid " + std::to_string(process.pid) + ") " : " ") + what);
}

void Turns::check(Participant& who) {
    if (who.idle() || who.warned || wall_.now() - who.since < options_.stall_patience) return;
    who.warned = true;
    char since[32];
    std::snprintf(since, sizeof since, "%.6f s", now_.seconds());
    const std::string time_stands =
        "; the world's time has stood still at " + std::string(since) + " for " + in_seconds(options_.stall_patience);
    warn(processes_.at(who.process), (who.state == State::turn ? "is busy or stopped, and does not give the turn back"
                                                               : "has not come to its first, or last, rest") +
                                         time_stands);
}

void Turns::check(TimedProcess& process) {
    if (process.awaited == Awaited::nothing || wall_.now() - process.since < options_.join_patience) return;
    const bool joins = process.awaited == Awaited::join;
    process.awaited = Awaited::nothing;
    look_again();
    warn(process, joins ? "runs without the library, it seems; time goes on without it"
                        : "has said that it ends, and does not; time goes on without it");
}

}  // namespace mlosim::host
