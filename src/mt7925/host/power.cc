#include "mt7925/host/power.h"

#include <utility>

namespace mlosim::mt7925::host {

Task<Mutex::Guard> Power::acquire(std::string who) {
    Mutex::Guard guard = co_await chip_.mutex().lock(std::move(who));
    if (!chip_.taken()) {
        // What it could not take it cannot use: the commands that follow run into their time-out, as with a dead chip.
        auto taken = co_await chip_.take();
        if (taken && awake_) awake_();
    }
    arm();
    co_return std::move(guard);
}

void Power::allow() {
    allowed_ = true;
    arm();
}

void Power::keep_awake(bool awake) {
    kept_ = awake;
    arm();
}

void Power::used() {
    last_used_ = chip_.queue().now();
    if (!idle_.pending()) arm();
}

void Power::arm() {
    idle_.cancel();
    if (!allowed_ || kept_) return;
    idle_ = chip_.queue().after(idle_time, [this] { tasks_.start("ps_work", give()); });
}

// cf. mt792x_pm_power_save_work(): who holds the mutex is at work, and it is tried again later
Task<void> Power::give() {
    if (!chip_.taken()) co_return;
    if (chip_.mutex().held() || (busy_ && busy_()) || chip_.queue().now() - last_used_ < idle_time) {
        arm();
        co_return;
    }
    Mutex::Guard guard = co_await chip_.mutex().lock("ps_work");
    auto given = co_await chip_.give();
    (void)given;
}

}  // namespace mlosim::mt7925::host
