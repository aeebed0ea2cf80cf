#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "sim/event_queue.h"

namespace mlosim::mt7925::host {

/// What the driver prints: the kernel's ring buffer of one device, with virtual times.
class KernelLog {
public:
    enum class Level : std::uint8_t { error = 3, warning = 4, info = 6 };
    struct Line {
        sim::Time at;
        Level level = Level::info;
        std::string text;
    };
    using Listener = std::function<void(const Line&)>;
    static constexpr std::size_t capacity = 4096;  ///< lines; the oldest go first

    explicit KernelLog(const sim::EventQueue& queue) : queue_(queue) {}

    void set_listener(Listener listener) { listener_ = std::move(listener); }
    void print(Level level, std::string text);
    [[nodiscard]] const std::deque<Line>& lines() const noexcept { return lines_; }
    /// Lines since the beginning, those that are gone among them.
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

private:
    const sim::EventQueue& queue_;
    Listener listener_;
    std::deque<Line> lines_;
    std::uint64_t total_ = 0;
};

}  // namespace mlosim::mt7925::host
