#include "mt7925/host/task.h"

namespace mlosim::mt7925::host {

void TaskSet::start(std::string name, Task<void> task) {
    running_.push_back({std::move(name), std::move(task), std::nullopt});
    const auto self = std::prev(running_.end());
    self->whole.emplace(run(*this, self));
    ++depth_;
    self->whole->handle_.resume();
    --depth_;
    sweep();
}

Task<void> TaskSet::run(TaskSet& set, std::list<Running>::iterator self) {
    Task<void>& body = *self->body;
    co_await body;
    // Its own frame cannot go while it runs.
    set.ended_.splice(set.ended_.end(), set.running_, self);
}

/// What has ended before this call and is not on the stack any more.
void TaskSet::sweep() {
    if (depth_ != 0) return;
    for (auto it = ended_.begin(); it != ended_.end();)
        it = it->whole->handle_.done() ? ended_.erase(it) : std::next(it);
}

void Signal::raise() {
    for (std::list<Wait*> all = std::exchange(waiting_, {}); !all.empty(); all.pop_front()) {
        Wait& one = *all.front();
        one.listed_ = false;
        one.raised_ = true;
        one.timer_ = queue_.after({}, [waiting = one.waiting_] { waiting.resume(); });
    }
}

void Signal::Wait::await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    listed_ = true;
    signal_.waiting_.push_back(this);
    if (!limit_) return;
    timer_ = signal_.queue_.after(*limit_, [this] {
        signal_.waiting_.remove(this);
        listed_ = false;
        waiting_.resume();
    });
}

Signal::Wait::~Wait() {
    if (listed_) signal_.waiting_.remove(this);
}

}  // namespace mlosim::mt7925::host
