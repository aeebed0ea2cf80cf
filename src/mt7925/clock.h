#pragma once

#include <utility>

#include "sim/event_queue.h"

namespace mlosim::mt7925 {

/// The firmware's only source of time. The in-process front gives it the world's; a front that carries a real guest
/// gives it a queue that a pacer drives by the wall clock.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual sim::Time now() const = 0;
    /// Calls `action` in `delay` unless the timer goes first.
    [[nodiscard]] virtual sim::Timer after(sim::Duration delay, sim::Action action) = 0;
};

class EventQueueClock final : public Clock {
public:
    explicit EventQueueClock(sim::EventQueue& queue) : queue_(queue) {}
    [[nodiscard]] sim::Time now() const override { return queue_.now(); }
    [[nodiscard]] sim::Timer after(sim::Duration delay, sim::Action action) override {
        return queue_.after(delay, std::move(action));
    }

private:
    sim::EventQueue& queue_;
};

}  // namespace mlosim::mt7925
