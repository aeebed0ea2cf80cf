// Whose turn it is.
#include "host/detail/turns.h"

#include <algorithm>
#include <array>

#include <spdlog/spdlog.h>

namespace mlosim::host {

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
    doer_ = who.process;
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
    if (who == nullptr) {
        bustle_.over = true;
        return Progress::settled;
    }
    const bool certain = who->hot || (who->deadline && *who->deadline <= now_);
    // What they have said before they fell asleep is to be read first.
    if (!certain && look_at_threads()) return Progress::again;
    holder_ = who->number;
    who->hot = who->stale = who->wants = who->must_look = false;
    enter(*who, State::turn);
    note_bustle();
    spdlog::trace("turn: {} of {}", who->number, processes_.at(who->process).name);
    who->channel->send({MLOSIM_TIME_TURN, 0, 0});
    return Progress::awaits;
}

void Turns::set_now(sim::Time now) {
    if (now == now_) return;
    now_ = now;
    bustle_.over = true;
    bustle_.warned = false;
    page_.set_now((now.since_start() + options_.boottime_at_zero).count());
}

std::optional<sim::Time> Turns::earliest_deadline() const {
    std::optional<sim::Time> earliest;
    for (const auto& [number, who] : participants_)
        if (who.deadline && (!earliest || *who.deadline < *earliest)) earliest = who.deadline;
    return earliest;
}

}  // namespace mlosim::host
