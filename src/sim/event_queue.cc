#include "sim/event_queue.h"

#include <algorithm>
#include <utility>

#include "sim/invariant.h"

namespace mlosim::sim {

namespace {
// Four children a node: half the levels of a binary heap, and a node's children share a cache line or two.
constexpr std::uint32_t arity = 4;
}  // namespace

Timer::Timer(Timer&& other) noexcept
    : queue_(std::exchange(other.queue_, nullptr)), slot_(other.slot_), generation_(other.generation_) {}

Timer& Timer::operator=(Timer&& other) noexcept {
    if (this != &other) {
        cancel();
        queue_ = std::exchange(other.queue_, nullptr);
        slot_ = other.slot_;
        generation_ = other.generation_;
    }
    return *this;
}

void Timer::cancel() noexcept {
    if (EventQueue* queue = std::exchange(queue_, nullptr)) queue->cancel(slot_, generation_);
}

bool Timer::pending() const noexcept { return queue_ != nullptr && queue_->is_pending(slot_, generation_); }

Timer EventQueue::at(Time due, Action action) {
    const std::uint32_t slot = insert(due, std::move(action));
    return Timer(*this, slot, slots_[slot].generation);
}

Timer EventQueue::after(Duration delay, Action action) { return at(now_ + delay, std::move(action)); }

void EventQueue::post_at(Time due, Action action) { insert(due, std::move(action)); }

bool EventQueue::step() {
    if (heap_.empty()) return false;
    const Entry next = heap_.front();
    remove_at(0);
    now_ = Time{Duration{next.due_ns}};
    ++fired_;
    Action action = release(next.slot);
    action();
    return true;
}

std::size_t EventQueue::run_until(Time until) {
    std::size_t count = 0;
    while (!heap_.empty() && heap_.front().due_ns <= until.ns()) {
        step();
        ++count;
    }
    if (now_ < until) now_ = until;
    return count;
}

std::optional<Time> EventQueue::next_due() const {
    if (heap_.empty()) return std::nullopt;
    return Time{Duration{heap_.front().due_ns}};
}

std::uint32_t EventQueue::insert(Time due, Action action) {
    MLOSIM_INVARIANT(due >= now_, "nothing is scheduled in the past");
    std::uint32_t slot = first_free_;
    if (slot == none) {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        first_free_ = slots_[slot].next_free;
    }
    slots_[slot].action = std::move(action);
    heap_.push_back(Entry{due.ns(), next_sequence_++, slot});
    sift_up(static_cast<std::uint32_t>(heap_.size() - 1));
    return slot;
}

void EventQueue::cancel(std::uint32_t slot, std::uint32_t generation) noexcept {
    if (!is_pending(slot, generation)) return;
    remove_at(slots_[slot].heap_index);
    // The action dies only after the queue is consistent again: its destructor may cancel other events.
    const Action dead = release(slot);
}

bool EventQueue::is_pending(std::uint32_t slot, std::uint32_t generation) const noexcept {
    return slots_[slot].generation == generation;
}

Action EventQueue::release(std::uint32_t slot) noexcept {
    Slot& s = slots_[slot];
    Action action = std::move(s.action);
    ++s.generation;
    s.heap_index = none;
    s.next_free = first_free_;
    first_free_ = slot;
    return action;
}

void EventQueue::remove_at(std::uint32_t heap_index) noexcept {
    const Entry last = heap_.back();
    heap_.pop_back();
    if (heap_index == heap_.size()) return;
    place(heap_index, last);
    sift_up(heap_index);
    sift_down(slots_[last.slot].heap_index);
}

void EventQueue::place(std::uint32_t index, const Entry& entry) noexcept {
    heap_[index] = entry;
    slots_[entry.slot].heap_index = index;
}

namespace {
template <class Entry>
bool earlier(const Entry& a, const Entry& b) {
    return a.due_ns != b.due_ns ? a.due_ns < b.due_ns : a.sequence < b.sequence;
}
}  // namespace

void EventQueue::sift_up(std::uint32_t index) noexcept {
    const Entry entry = heap_[index];
    while (index > 0) {
        const std::uint32_t parent = (index - 1) / arity;
        if (!earlier(entry, heap_[parent])) break;
        place(index, heap_[parent]);
        index = parent;
    }
    place(index, entry);
}

void EventQueue::sift_down(std::uint32_t index) noexcept {
    const Entry entry = heap_[index];
    const auto count = static_cast<std::uint32_t>(heap_.size());
    while (true) {
        const std::uint32_t first = index * arity + 1;
        if (first >= count) break;
        std::uint32_t best = first;
        const std::uint32_t end = std::min(first + arity, count);
        for (std::uint32_t child = first + 1; child < end; ++child)
            if (earlier(heap_[child], heap_[best])) best = child;
        if (!earlier(heap_[best], entry)) break;
        place(index, heap_[best]);
        index = best;
    }
    place(index, entry);
}

}  // namespace mlosim::sim
