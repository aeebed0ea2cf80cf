#include "mt7925/host/operations.h"

#include <utility>

namespace mlosim::mt7925::host {

void Operations::enqueue(std::string name, Task<void> operation) {
    waiting_.push_back({std::move(name), std::move(operation)});
    if (running_) return;
    running_ = true;
    tasks_.start("operations", work());
}

Task<void> Operations::work() {
    while (!waiting_.empty()) {
        Entry next = std::move(waiting_.front());
        waiting_.pop_front();
        Task<void>& body = next.body;
        co_await body;
    }
    running_ = false;
    if (when_idle_) when_idle_();
}

}  // namespace mlosim::mt7925::host
