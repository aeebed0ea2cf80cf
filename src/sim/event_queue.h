#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/action.h"
#include "sim/virtual_time.h"

namespace mlosim::sim {

class EventQueue;

/// Handle of one scheduled event. Cancels it when it goes out of scope: an object that dies takes its future with it.
/// Must not outlive its EventQueue.
class [[nodiscard]] Timer {
public:
    Timer() = default;
    Timer(Timer&& other) noexcept;
    Timer& operator=(Timer&& other) noexcept;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { cancel(); }

    /// Forgets the event if it has not fired yet. O(log n).
    void cancel() noexcept;
    /// True while the event lies in the future.
    [[nodiscard]] bool pending() const noexcept;

private:
    friend class EventQueue;
    Timer(EventQueue& queue, std::uint32_t slot, std::uint32_t generation)
        : queue_(&queue), slot_(slot), generation_(generation) {}

    EventQueue* queue_ = nullptr;
    std::uint32_t slot_ = 0;
    std::uint32_t generation_ = 0;
};

/// The world's agenda. Fires events in order of (due time, order of scheduling); nothing else decides what happens
/// next.
class EventQueue {
public:
    EventQueue() = default;
    /// Numbers events from `first_sequence` on: only a test that wants to see the numbers run out needs that.
    explicit EventQueue(std::uint64_t first_sequence) : next_sequence_(first_sequence) {}
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;

    /// Schedules `action` at `due`, which must not lie in the past. O(log n).
    Timer at(Time due, Action action);
    /// The same, `delay` (not negative) after now.
    Timer after(Duration delay, Action action);

    /// Schedules without a handle: the event cannot be cancelled, so nothing that may die before it may be captured.
    void post_at(Time due, Action action);
    void post(Action action) { post_at(now_, std::move(action)); }

    /// Fires the next event and moves `now()` to its time. False: the agenda is empty.
    bool step();
    /// Fires everything due at or before `until`, then moves `now()` to `until`. Returns how many events fired.
    std::size_t run_until(Time until);

    /// Due time of the next event, if there is one.
    [[nodiscard]] std::optional<Time> next_due() const;
    [[nodiscard]] Time now() const noexcept { return now_; }
    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
    /// Events fired since the start.
    [[nodiscard]] std::uint64_t fired() const noexcept { return fired_; }

private:
    friend class Timer;
    __extension__ using Key = unsigned __int128;
    /// Of the heap: (due time, sequence, slot) as one number, so that one comparison orders events and four children
    /// share a cache line. The action stays put in its slot.
    struct Entry {
        std::uint64_t low;   ///< sequence in the upper 40 bits, slot in the lower 24
        std::uint64_t high;  ///< due time in ns

        [[nodiscard]] Key key() const noexcept { return static_cast<Key>(high) << 64U | low; }
        [[nodiscard]] std::uint32_t slot() const noexcept { return static_cast<std::uint32_t>(low & slot_mask); }
        [[nodiscard]] std::int64_t due_ns() const noexcept { return static_cast<std::int64_t>(high); }
    };
    struct Handle {
        std::uint32_t generation = 0;  ///< odd while an event waits in the slot
        std::uint32_t next_free = none;
    };
    static constexpr std::uint32_t none = 0xffffffffU;
    static constexpr unsigned slot_bits = 24;
    static constexpr std::uint64_t slot_mask = (1ULL << slot_bits) - 1;

    std::uint32_t insert(Time due, Action action);
    void cancel(std::uint32_t slot, std::uint32_t generation) noexcept;
    [[nodiscard]] bool is_pending(std::uint32_t slot, std::uint32_t generation) const noexcept;
    void remove_at(std::uint32_t heap_index) noexcept;
    void sift_up(std::uint32_t index, Entry entry) noexcept;
    [[nodiscard]] std::uint32_t sink_hole(std::uint32_t index, std::uint32_t count) noexcept;
    void place(std::uint32_t index, Entry entry) noexcept;
    Action release(std::uint32_t slot) noexcept;
    void renumber();

    std::vector<Entry> heap_;
    // What belongs to a slot lies in three arrays, by how often it is touched: moving an entry of the heap writes only
    // positions_, which stays in the cache.
    std::vector<std::uint32_t> positions_;
    std::vector<Handle> handles_;
    std::vector<Action> actions_;
    std::uint32_t first_free_ = none;
    Time now_;
    std::uint64_t next_sequence_ = 0;
    std::uint64_t fired_ = 0;
};

}  // namespace mlosim::sim
