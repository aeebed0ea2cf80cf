#include "host/time_server.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include "host/detail/participants.h"
#include "host/detail/time_page.h"
#include "sim/random.h"

namespace mlosim::host {
namespace {

/// No process of Linux has a number as large (PID_MAX_LIMIT is 1 << 22), so whoever sends a signal to a virtual one
/// past the shim hits nobody. The lower 22 bits, of which libnl makes its ports, are unique all the same.
constexpr std::int32_t first_virtual_pid = (1 << 22) + 5001;
/// Who asks for no time at all gets the turn again after that much: a program that waits for something in a loop gets
/// forward.
constexpr sim::Duration shortest_wait = std::chrono::microseconds(1);
/// Between two looks at who has been waited for too long.
constexpr std::chrono::milliseconds between_checks{200};

using State = Participant::State;
using Awaited = TimedProcess::Awaited;

std::string in_seconds(sim::Duration span) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(span.count()) * 1e-9);
    return text;
}

class Turns final : public TimeServer {
public:
    Turns(boost::asio::io_context& io, const sim::WallClock& wall, TimeOptions options,
          std::unique_ptr<ProcessWatcher> watcher)
        : wall_(wall), options_(std::move(options)), watcher_(std::move(watcher)), timer_(io) {}

    Result<void> open() {
        const auto zero = options_.boottime_at_zero.count();
        return page_.open(zero, options_.realtime_at_zero.count() - zero);
    }

    void expect(pid_t pid, const std::string& name) override;
    [[nodiscard]] bool takes_part(pid_t pid) const override;
    void look_again() override;
    void on_turn_end(std::function<void()> callback) override { turn_end_.push_back(std::move(callback)); }
    [[nodiscard]] bool settled() const override;

    [[nodiscard]] bool present() const override;
    Progress proceed(sim::Time now) override;
    [[nodiscard]] std::optional<sim::Time> earliest_deadline() const override;
    [[nodiscard]] std::uint64_t doings() const override { return doings_; }
    [[nodiscard]] std::uint64_t outputs() const override { return outputs_; }

    [[nodiscard]] Result<Joined> join(TimeChannel& channel, const mlosim_join& join, pid_t peer) override;
    Result<void> message(std::uint32_t participant, const mlosim_time_message& message) override;
    void closed(std::uint32_t participant) override;
    [[nodiscard]] pid_t number_outsider() override { return next_outsider_++; }
    void sent_to(pid_t pid) override;

private:
    [[nodiscard]] const TimedProcess* find(pid_t pid) const;
    [[nodiscard]] TimedProcess* find(pid_t pid) {
        return const_cast<TimedProcess*>(static_cast<const Turns*>(this)->find(pid));
    }
    TimedProcess& new_process(pid_t pid, std::string name);
    void watch(TimedProcess& process);
    void await(TimedProcess& process, Awaited what);
    void draw_key(TimedProcess& process);
    Participant& add(TimedProcess& process, TimeChannel& channel, State state, std::uint32_t number);
    void drop_members(TimedProcess& process);
    void ended(std::int32_t virtual_pid);

    void enter(Participant& who, State state);
    Result<void> idle(Participant& who, const mlosim_time_message& message);
    Result<void> adopt(Participant& who, pid_t pid);
    void leave(Participant& who, bool process_ends);
    void take_turn_back();
    /// Of who has done something. Turns that had nothing leave no trace: how many there are depends on who is found
    /// awake.
    void end_turn() {
        last_ = std::exchange(holder_, 0);
        turn_over_ = true;
    }
    void answer_syncs();
    [[nodiscard]] bool somebody_awaited() const;
    [[nodiscard]] Participant* next();
    [[nodiscard]] bool look_at_threads();
    void let_sleep();
    static void doubt(Participant& who) {
        who.stale = true;
        who.seen = Participant::Seen::no;
    }
    void set_now(sim::Time now);
    [[nodiscard]] sim::Time moment(std::int64_t page_ns) const {
        return sim::Time{sim::Duration(page_ns) - options_.boottime_at_zero};
    }

    void keep_watch();
    void check();
    void check(Participant& who);
    void check(TimedProcess& process);
    void warn(const TimedProcess& process, const std::string& what) const;

    const sim::WallClock& wall_;
    TimeOptions options_;
    std::unique_ptr<ProcessWatcher> watcher_;
    TimePage page_;
    sim::Time now_;
    std::map<std::int32_t, TimedProcess> processes_;
    std::map<std::uint32_t, Participant> participants_;
    std::uint32_t next_number_ = 1;
    std::int32_t next_virtual_pid_ = first_virtual_pid;
    pid_t next_outsider_ = 1;
    std::uint64_t doings_ = 0;
    std::uint32_t holder_ = 0;  ///< 0: nobody
    std::uint32_t last_ = 0;    ///< who ran last
    bool turn_over_ = false;    ///< the callbacks have not been told yet
    std::uint64_t outputs_ = 0;
    /// Of everybody who ever took part: sockets outlive, in children, the process that made them.
    std::set<pid_t> known_pids_;
    std::vector<std::function<void()>> turn_end_;
    boost::asio::steady_timer timer_;
    bool timer_runs_ = false;
};

const TimedProcess* Turns::find(pid_t pid) const {
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

// ---- Turns ----

bool Turns::somebody_awaited() const {
    return std::any_of(participants_.begin(), participants_.end(),
                       [](const auto& entry) { return entry.second.awaited(); }) ||
           std::any_of(processes_.begin(), processes_.end(),
                       [](const auto& entry) { return entry.second.awaited != Awaited::nothing; });
}

bool Turns::settled() const {
    if (holder_ != 0 || turn_over_ || somebody_awaited()) return false;
    return std::none_of(participants_.begin(), participants_.end(), [this](const auto& entry) {
        const Participant& who = entry.second;
        return who.hot || who.stale || who.wants || who.sync || (who.deadline && *who.deadline <= now_);
    });
}

/// Who gets the next turn. First those who have something for certain, then whoever might. Who wants a turn comes last,
/// since when that is heard is a matter of real time; by then it has been asked, unless the cause is from outside.
Participant* Turns::next() {
    enum { certain, likely, wanting, urgencies };
    // Of each urgency, the first behind whom had the turn last, or else the first of all.
    std::array<Participant*, urgencies> behind{};
    std::array<Participant*, urgencies> first{};
    for (auto& [number, who] : participants_) {
        const bool due = who.deadline && *who.deadline <= now_;
        if (!who.hot && !due && !who.stale && !who.wants) continue;
        const auto urgency = who.hot || due ? certain : who.stale ? likely : wanting;
        auto& place = number > last_ ? behind[urgency] : first[urgency];
        if (place == nullptr) place = &who;
    }
    for (std::size_t urgency = 0; urgency < urgencies; ++urgency)
        if (behind[urgency] != nullptr || first[urgency] != nullptr)
            return behind[urgency] != nullptr ? behind[urgency] : first[urgency];
    return nullptr;
}

/// Everything that the program sent before has been handled by now.
void Turns::take_turn_back() {
    if (holder_ == 0) return;
    Participant& who = participants_.at(holder_);
    if (!who.said) return;
    const mlosim_time_message said = *std::exchange(who.said, std::nullopt);
    spdlog::trace("idle: {} {} {}", who.number, (said.ran & MLOSIM_IDLE_RAN) != 0 ? "ran" : "had nothing", said.value);
    const bool ran = (said.ran & MLOSIM_IDLE_RAN) != 0;
    if (ran)
        end_turn();
    else
        holder_ = 0;
    enter(who, State::idle);
    (void)idle(who, said);
    if (!ran) return;
    ++doings_;
    for (auto& [number, other] : participants_) {
        if (&other == &who) continue;  // it has itself looked before it became idle
        doubt(other);
        other.must_look = other.must_look || other.process == who.process;
    }
}

void Turns::answer_syncs() {
    for (auto& [number, who] : participants_) {
        if (!std::exchange(who.sync, false)) continue;
        who.hot = false;  // what was sent to it so far is there before it looks
        who.channel->send({MLOSIM_TIME_SYNCED, 0, 0});
    }
}

/// Those who may have something, of whom it is not yet known whether they sleep, are looked at. True: some do.
bool Turns::look_at_threads() {
    using Seen = Participant::Seen;
    bool some = false;
    for (auto& [number, who] : participants_) {
        if (!who.stale || who.seen != Seen::no) continue;
        const bool asleep = who.thread && !who.looks && !who.must_look && who.thread->asleep();
        who.seen = asleep ? Seen::asleep : Seen::awake;
        some = some || asleep;
    }
    return some;
}

/// Who slept, and had not asked for a turn before, has nothing: all its descriptors would have woken it. To ask it
/// would change nothing, and cost two switches between processes.
void Turns::let_sleep() {
    for (auto& [number, who] : participants_)
        if (who.stale && who.seen == Participant::Seen::asleep && !who.wants) who.stale = false;
}

TimeServer::Progress Turns::proceed(sim::Time now) {
    answer_syncs();
    take_turn_back();
    if (holder_ == 0) set_now(now);
    if (holder_ != 0 || somebody_awaited()) return Progress::awaits;
    if (std::exchange(turn_over_, false)) {
        for (std::size_t i = 0; i < turn_end_.size(); ++i)
            turn_end_[i]();
        if (somebody_awaited()) return Progress::awaits;
    }
    let_sleep();
    Participant* who = next();
    if (who == nullptr) return Progress::settled;
    const bool certain = who->hot || (who->deadline && *who->deadline <= now_);
    // What they have said before they fell asleep is to be read first.
    if (!certain && look_at_threads()) return Progress::again;
    holder_ = who->number;
    who->hot = who->stale = who->wants = who->must_look = false;
    enter(*who, State::turn);
    spdlog::trace("turn: {} of {}", who->number, processes_.at(who->process).name);
    who->channel->send({MLOSIM_TIME_TURN, 0, 0});
    return Progress::awaits;
}

void Turns::set_now(sim::Time now) {
    if (now == now_) return;
    now_ = now;
    page_.set_now((now.since_start() + options_.boottime_at_zero).count());
}

std::optional<sim::Time> Turns::earliest_deadline() const {
    std::optional<sim::Time> earliest;
    for (const auto& [number, who] : participants_)
        if (who.deadline && (!earliest || *who.deadline < *earliest)) earliest = who.deadline;
    return earliest;
}

// ---- Those who let wait ----

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

}  // namespace

Result<std::unique_ptr<TimeServer>> TimeServer::open(boost::asio::io_context& io, const sim::WallClock& wall,
                                                     TimeOptions options, std::unique_ptr<ProcessWatcher> watcher) {
    if (!watcher) watcher = make_process_watcher(io);
    auto turns = std::make_unique<Turns>(io, wall, std::move(options), std::move(watcher));
    if (auto opened = turns->open(); !opened) return fail(std::move(opened.error()));
    return turns;
}

}  // namespace mlosim::host
