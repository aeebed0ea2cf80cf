#include "hwsim/pending_frames.h"

#include <algorithm>

namespace mlosim::hwsim {

std::vector<PendingFrames::Frame> PendingFrames::make_room() {
    std::vector<Frame> dropped;
    if (frames_.size() < most) return dropped;
    while (frames_.size() >= fewest) {
        dropped.push_back(std::move(frames_.front()));
        frames_.pop_front();
    }
    return dropped;
}

std::optional<PendingFrames::Frame> PendingFrames::take(std::uint64_t number) {
    const auto found = std::find_if(frames_.begin(), frames_.end(), [&](const Frame& f) { return f.number == number; });
    if (found == frames_.end()) return std::nullopt;
    Frame out = std::move(*found);
    frames_.erase(found);
    return out;
}

}  // namespace mlosim::hwsim
