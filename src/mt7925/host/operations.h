#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "mt7925/host/task.h"

namespace mlosim::mt7925::host {

/// What the MAC asks of the driver, one after the other: the next one begins when the one before it is over, as callers
/// behind the wiphy's mutex would. Works of the driver's own run beside them.
class Operations {
public:
    Operations() = default;
    Operations(const Operations&) = delete;
    Operations& operator=(const Operations&) = delete;

    void enqueue(std::string name, Task<void> operation);
    /// What happens when all is done.
    void set_idle(std::function<void()> idle) { when_idle_ = std::move(idle); }
    /// Nothing runs and nothing waits.
    [[nodiscard]] bool idle() const noexcept { return !running_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    struct Entry {
        std::string name;
        Task<void> body;
    };
    Task<void> work();

    std::deque<Entry> waiting_;
    bool running_ = false;
    std::function<void()> when_idle_;
    TaskSet tasks_;
};

}  // namespace mlosim::mt7925::host
