#include "sim/event_queue.h"

#include <algorithm>
#include <utility>

#include "sim/invariant.h"

namespace mlosim::sim {

namespace {
// Four children a node: half the levels of a binary heap, and a node's children share a cache line or two.
constexpr std::uint32_t arity = 4;
constexpr std::uint64_t max_sequence = (1ULL << 40U) - 1;
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

bool Timer::pending() const noexcept {
    return queue_ != nullptr && queue_->is_pending(slot_, generation_);
}

Timer EventQueue::at(Time due, Action action) {
    const std::uint32_t slot = insert(due, std::move(action));
    return Timer(*this, slot, handles_[slot].generation);
}

Timer EventQueue::after(Duration delay, Action action) {
    return at(now_ + delay, std::move(action));
}

void EventQueue::post_at(Time due, Action action) {
    insert(due, std::move(action));
}

bool EventQueue::step() {
    if (heap_.empty()) return false;
    const Entry next = heap_.front();
    remove_at(0);
    if (!heap_.empty()) __builtin_prefetch(&actions_[heap_.front().slot()]);  // for the next step
    now_ = Time{Duration{next.due_ns()}};
    ++fired_;
    Action action = release(next.slot());
    action();
    return true;
}

std::size_t EventQueue::run_until(Time until) {
    std::size_t count = 0;
    while (!heap_.empty() && heap_.front().due_ns() <= until.ns()) {
        step();
        ++count;
    }
    if (now_ < until) now_ = until;
    return count;
}

std::optional<Time> EventQueue::next_due() const {
    if (heap_.empty()) return std::nullopt;
    return Time{Duration{heap_.front().due_ns()}};
}

std::uint32_t EventQueue::insert(Time due, Action action) {
    MLOSIM_INVARIANT(due >= now_, "nothing is scheduled in the past");
    std::uint32_t slot = first_free_;
    if (slot == none) {
        slot = static_cast<std::uint32_t>(handles_.size());
        MLOSIM_INVARIANT(slot <= slot_mask, "no world has 16 million events pending");
        handles_.emplace_back();
        positions_.push_back(0);
        actions_.push_back(std::move(action));
    } else {
        first_free_ = handles_[slot].next_free;
        actions_[slot] = std::move(action);
    }
    ++handles_[slot].generation;
    if (next_sequence_ > max_sequence) renumber();
    const Entry entry{next_sequence_++ << slot_bits | slot, static_cast<std::uint64_t>(due.ns())};
    heap_.push_back(entry);
    sift_up(static_cast<std::uint32_t>(heap_.size() - 1), entry);
    return slot;
}

void EventQueue::cancel(std::uint32_t slot, std::uint32_t generation) noexcept {
    if (!is_pending(slot, generation)) return;
    remove_at(positions_[slot]);
    // The action dies only after the queue is consistent again: its destructor may cancel other events.
    const Action dead = release(slot);
}

bool EventQueue::is_pending(std::uint32_t slot, std::uint32_t generation) const noexcept {
    return handles_[slot].generation == generation;
}

Action EventQueue::release(std::uint32_t slot) noexcept {
    ++handles_[slot].generation;
    handles_[slot].next_free = first_free_;
    first_free_ = slot;
    return std::move(actions_[slot]);
}

// The last entry fills the gap. It comes from the bottom and mostly belongs there again, so the gap first moves all the
// way down, without looking at the entry, and the entry then rises from there.
void EventQueue::remove_at(std::uint32_t heap_index) noexcept {
    const Entry last = heap_.back();
    heap_.pop_back();
    const auto count = static_cast<std::uint32_t>(heap_.size());
    if (heap_index == count) return;
    sift_up(sink_hole(heap_index, count), last);
}

void EventQueue::place(std::uint32_t index, Entry entry) noexcept {
    heap_[index] = entry;
    positions_[entry.slot()] = index;
}

void EventQueue::sift_up(std::uint32_t index, Entry entry) noexcept {
    while (index > 0) {
        const std::uint32_t parent = (index - 1) / arity;
        if (heap_[parent].key() < entry.key()) break;
        place(index, heap_[parent]);
        index = parent;
    }
    place(index, entry);
}

std::uint32_t EventQueue::sink_hole(std::uint32_t index, std::uint32_t count) noexcept {
    const Entry* const heap = heap_.data();
    // `a ? b : c` on indices: the compiler makes conditional moves of them, and no branch can be mispredicted.
    const auto earlier = [heap](std::uint32_t a, std::uint32_t b) { return heap[b].key() < heap[a].key() ? b : a; };
    while (true) {
        const std::uint32_t first = index * arity + 1;
        if (first + arity <= count) {
            const std::uint32_t best = earlier(earlier(first, first + 1), earlier(first + 2, first + 3));
            place(index, heap[best]);
            index = best;
            continue;
        }
        if (first >= count) return index;
        std::uint32_t best = first;
        for (std::uint32_t child = first + 1; child < count; ++child)
            best = earlier(best, child);
        place(index, heap[best]);
        index = best;
    }
}

// A sorted array is a heap, too. Happens once in 2^40 events.
void EventQueue::renumber() {
    std::sort(heap_.begin(), heap_.end(), [](const Entry& a, const Entry& b) { return a.key() < b.key(); });
    next_sequence_ = 0;
    for (std::uint32_t i = 0; i < heap_.size(); ++i)
        place(i, Entry{next_sequence_++ << slot_bits | heap_[i].slot(), heap_[i].high});
}

}  // namespace mlosim::sim
