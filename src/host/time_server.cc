#include "host/time_server.h"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "host/detail/turns.h"
#include "sim/random.h"

namespace mlosim::host {

const TimedProcess* Turns::find(pid_t pid) const {
    if (pid == 0) return nullptr;  // those have none yet
    for (const auto& [virtual_pid, process] : processes_)
        if (process.pid == pid) return &process;
    return nullptr;
}

TimedProcess& Turns::new_process(pid_t pid, std::string name) {
    TimedProcess& process = processes_[next_virtual_pid_];
    process.pid = pid;
    process.virtual_pid = next_virtual_pid_++;
    process.name = std::move(name);
    if (pid != 0) watch(process);
    return process;
}

void Turns::watch(TimedProcess& process) {
    known_pids_.insert(process.pid);
    process.watch = watcher_->watch(process.pid, [this, number = process.virtual_pid] { ended(number); });
}

/// Time waits for it from now on.
void Turns::await(TimedProcess& process, Awaited what) {
    process.awaited = what;
    process.since = wall_.now();
    if (what == Awaited::join) process.reserved_number = next_number_++;
    keep_watch();
}

void Turns::expect(pid_t pid, const std::string& name) {
    if (find(pid) == nullptr) await(new_process(pid, name), Awaited::join);
}

bool Turns::takes_part(pid_t pid) const {
    const TimedProcess* process = find(pid);
    return process != nullptr && (process->members > 0 || process->awaited != Awaited::nothing);
}

bool Turns::present() const {
    if (!participants_.empty()) return true;
    return std::any_of(processes_.begin(), processes_.end(),
                       [](const auto& entry) { return entry.second.awaited != Awaited::nothing; });
}

void Turns::look_again() {
    for (auto& [number, who] : participants_)
        doubt(who);
}

void Turns::sent_to(pid_t pid) {
    if (known_pids_.count(pid) == 0) return;
    outputs_++;
    const TimedProcess* process = find(pid);
    for (auto& [number, who] : participants_) {
        if (process != nullptr && who.process == process->virtual_pid)
            who.hot = true;
        else
            doubt(who);  // it may have the socket, too, of its parent
    }
}

void Turns::draw_key(TimedProcess& process) {
    process.programs++;
    if (!options_.entropy_seed) return;
    sim::RandomStream stream(*options_.entropy_seed, "programs/entropy/" + std::to_string(process.virtual_pid) + "/" +
                                                         std::to_string(process.programs));
    for (auto& octet : process.key)
        octet = static_cast<std::uint8_t>(stream.next_u64() >> 56U);
}

// ---- Joining and leaving ----

Participant& Turns::add(TimedProcess& process, TimeChannel& channel, State state, std::uint32_t number) {
    Participant& who = participants_[number];
    who.number = number;
    who.process = process.virtual_pid;
    who.channel = &channel;
    enter(who, state);
    process.members++;
    keep_watch();
    return who;
}

void Turns::enter(Participant& who, State state) {
    who.state = state;
    who.since = wall_.now();
    who.warned = false;
}

Result<TimeServer::Joined> Turns::join(TimeChannel& channel, const mlosim_join& join, pid_t peer) {
    if (peer <= 0) return fail(ESRCH, "a process in a PID namespace into which the daemon cannot see");
    TimedProcess* process = find(peer);
    const bool begins = join.kind == MLOSIM_JOIN_PROGRAM;
    if (!begins && (process == nullptr || process->members == 0))
        return fail(ESRCH, "a thread or a child of a program that takes no part");
    State state = State::arriving;
    std::uint32_t number = 0;
    if (begins) {
        if (process == nullptr) process = &new_process(peer, join.name);
        drop_members(*process);  // of the program that it was before
        process->name = join.name;
        process->awaited = Awaited::nothing;
        number = std::exchange(process->reserved_number, 0);
        draw_key(*process);
    } else if (join.kind == MLOSIM_JOIN_CHILD) {
        process = &new_process(0, join.name);
        draw_key(*process);
        state = State::reserved;
    }
    if (number == 0) number = next_number_++;
    Participant& who = add(*process, channel, state, number);
    if (begins) who.thread = watcher_->thread(peer, join.thread);
    spdlog::trace("joined: {} of {}, {}", number, process->virtual_pid, process->name);
    Joined joined;
    joined.participant = joined.facts.participant = number;
    joined.facts.flags = options_.entropy_seed ? MLOSIM_TIME_ENTROPY : 0;
    joined.facts.virtual_pid = process->virtual_pid;
    std::copy(process->key.begin(), process->key.end(), joined.facts.key);
    joined.page = page_.descriptor();
    return joined;
}

/// They are of a program that is no more.
void Turns::drop_members(TimedProcess& process) {
    for (auto entry = participants_.begin(); entry != participants_.end();) {
        Participant& who = entry->second;
        if (who.process != process.virtual_pid) {
            ++entry;
            continue;
        }
        if (who.number == holder_) end_turn();
        who.channel->end();
        process.members--;
        entry = participants_.erase(entry);
    }
}

void Turns::closed(std::uint32_t participant) {
    const auto found = participants_.find(participant);
    if (found == participants_.end()) return;
    TimedProcess& process = processes_.at(found->second.process);
    if (participant == holder_) end_turn();
    spdlog::trace("closed: {}", participant);
    if (found->second.state != State::leaving) ++doings_;
    participants_.erase(found);
    look_again();
    if (--process.members > 0) return;
    if (process.pid == 0) {  // the fork has failed
        processes_.erase(process.virtual_pid);
        return;
    }
    // It has called exec(), or it has ended, of which the end of its connections is the first sign.
    if (process.awaited == Awaited::nothing) await(process, Awaited::join);
}

/// The process is a zombie now: its parent sees that, whoever asks next.
void Turns::ended(std::int32_t virtual_pid) {
    spdlog::trace("ended: {}", virtual_pid);
    const auto found = processes_.find(virtual_pid);
    if (found == processes_.end()) return;
    drop_members(found->second);
    processes_.erase(found);
    turn_over_ = true;
    ++doings_;
    look_again();
}

// ---- What participants say ----

Result<void> Turns::message(std::uint32_t participant, const mlosim_time_message& message) {
    const auto found = participants_.find(participant);
    if (found == participants_.end()) return {};  // it was dropped, and has not noticed yet
    Participant& who = found->second;
    switch (message.kind) {
        case MLOSIM_TIME_IDLE:
            return idle(who, message);
        case MLOSIM_TIME_WANT:
            who.wants = true;
            return {};
        case MLOSIM_TIME_SYNC:
            who.sync = true;
            return {};
        case MLOSIM_TIME_EXPECT:
            expect(static_cast<pid_t>(message.value), processes_.at(who.process).name + "'s child");
            return {};
        case MLOSIM_TIME_ADOPT:
            return adopt(who, static_cast<pid_t>(message.value));
        default:
            leave(who, message.value != 0);
            return {};
    }
}

Result<void> Turns::idle(Participant& who, const mlosim_time_message& message) {
    if (who.state == State::reserved || who.state == State::leaving) return fail(EPROTO, "idle before its beginning");
    if (who.state == State::turn) {
        who.said = message;  // its turn ends when everything that it sent before has been handled
        who.wants = false;   // but not what it wants from now on
        return {};
    }
    who.looks = (message.ran & MLOSIM_IDLE_LOOKS) != 0;
    who.deadline.reset();
    if (message.value != MLOSIM_TIME_NEVER) who.deadline = std::max(moment(message.value), now_ + shortest_wait);
    if (who.state == State::arriving) enter(who, State::idle);
    return {};
}

Result<void> Turns::adopt(Participant& who, pid_t pid) {
    if (who.state != State::reserved) return fail(EPROTO, "nothing to adopt");
    if (find(pid) != nullptr) return fail(EPROTO, "that process takes part already");
    TimedProcess& process = processes_.at(who.process);
    process.pid = pid;
    watch(process);
    who.thread = watcher_->thread(pid, pid);
    enter(who, State::arriving);
    return {};
}

void Turns::leave(Participant& who, bool process_ends) {
    if (who.number == holder_) end_turn();
    look_again();
    ++doings_;
    enter(who, State::leaving);
    if (TimedProcess& process = processes_.at(who.process); process_ends && process.pid != 0)
        await(process, Awaited::end);
}

Result<std::unique_ptr<TimeServer>> TimeServer::open(boost::asio::io_context& io, const sim::WallClock& wall,
                                                     TimeOptions options, std::unique_ptr<ProcessWatcher> watcher) {
    if (!watcher) watcher = make_process_watcher(io);
    auto turns = std::make_unique<Turns>(io, wall, std::move(options), std::move(watcher));
    if (auto opened = turns->open(); !opened) return fail(std::move(opened.error()));
    return turns;
}

}  // namespace mlosim::host
