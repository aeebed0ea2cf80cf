#include "mt7925/host/kernel_log.h"

namespace mlosim::mt7925::host {

void KernelLog::print(Level level, std::string text) {
    if (lines_.size() == capacity) lines_.pop_front();
    lines_.push_back({queue_.now(), level, std::move(text)});
    ++total_;
    if (listener_) listener_(lines_.back());
}

}  // namespace mlosim::mt7925::host
