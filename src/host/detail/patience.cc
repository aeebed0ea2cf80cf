// Those who let the others wait.
#include <algorithm>
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
        bustle_.over = bustle_.over || !present();
        if (present()) keep_watch();
    });
}

void Turns::check() {
    for (auto& [number, who] : participants_)
        check(who);
    for (auto& [virtual_pid, process] : processes_)
        check(process);
    check_progress();
}

void Turns::note_bustle() {
    if (!std::exchange(bustle_.over, false)) return;
    bustle_.since = wall_.now();
    bustle_.doings = doings_;
}

/// Each gives the turn back in time, and gets it again before the world may go on: a program that writes without end
/// does that, as what reads it always makes room.
void Turns::check_progress() {
    if (bustle_.over || bustle_.warned || wall_.now() - bustle_.since < options_.stall_patience ||
        doings_ == bustle_.doings)
        return;
    const bool one_for_long =
        std::any_of(participants_.begin(), participants_.end(), [](const auto& entry) { return entry.second.warned; });
    const auto process = processes_.find(doer_);
    if (one_for_long || process == processes_.end()) return;
    bustle_.warned = true;
    warn(process->second, "was the last of programs that always have something to do (" +
                              std::to_string(doings_ - bustle_.doings) + " turns)" + time_stands());
}

void Turns::warn(const TimedProcess& process, const std::string& what) const {
    if (!options_.warn) return;
    options_.warn(process.name + (process.pid != 0 ? " (pid " + std::to_string(process.pid) + ") " : " ") + what);
}

std::string Turns::time_stands() const {
    char since[32];
    std::snprintf(since, sizeof since, "%.6f s", now_.seconds());
    return "; the world's time has stood still at " + std::string(since) + " for " +
           in_seconds(options_.stall_patience);
}

void Turns::check(Participant& who) {
    if (who.idle() || who.warned || wall_.now() - who.since < options_.stall_patience) return;
    who.warned = true;
    warn(processes_.at(who.process), (who.state == State::turn ? "is busy or stopped, and does not give the turn back"
                                                               : "has not come to its first, or last, rest") +
                                         time_stands());
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
