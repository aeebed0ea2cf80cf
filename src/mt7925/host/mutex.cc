#include "mt7925/host/mutex.h"

#include "sim/invariant.h"

namespace mlosim::mt7925::host {

bool Mutex::Lock::await_ready() {
    if (mutex_.holder_) return false;
    mutex_.holder_ = who_;
    state_ = State::given;
    return true;
}

void Mutex::Lock::await_suspend(std::coroutine_handle<> waiting) {
    handle_ = waiting;
    state_ = State::waiting;
    mutex_.waiting_.push_back(this);
    timer_ = mutex_.queue_.after(hung_after, [this] {
        if (mutex_.hung_) mutex_.hung_(who_, mutex_.holder_.value_or(""));
    });
}

Mutex::Guard Mutex::Lock::await_resume() {
    MLOSIM_INVARIANT(state_ == State::given, "who goes on has the mutex");
    state_ = State::taken;
    return Guard(mutex_);
}

/// A task may end while it waits, or between being given the mutex and going on.
Mutex::Lock::~Lock() {
    if (state_ == State::waiting) mutex_.waiting_.remove(this);
    if (state_ == State::given) mutex_.unlock();
}

void Mutex::unlock() {
    MLOSIM_INVARIANT(holder_.has_value(), "what is given back was taken");
    holder_.reset();
    pass_on();
}

void Mutex::pass_on() {
    if (waiting_.empty()) return;
    Lock& next = *waiting_.front();
    waiting_.pop_front();
    next.state_ = Lock::State::given;
    holder_ = next.who_;
    next.timer_ = queue_.after({}, [handle = next.handle_] { handle.resume(); });
}

}  // namespace mlosim::mt7925::host
