#include "sim/pacer.h"

#include <algorithm>

namespace mlosim::sim {

void Pacer::start_from(Time world_now) {
    wall_start_ = wall_.now();
    world_start_ = world_now;
}

Time Pacer::target() const {
    return world_start_ + (wall_.now() - wall_start_);
}

Duration Pacer::wait_for(Time due) const {
    return std::max(due - target(), Duration::zero());
}

Duration Pacer::forgive(Time world_next) {
    const Duration lag = target() - world_next;
    if (lag <= patience) return Duration::zero();
    start_from(world_next);
    return lag;
}

}  // namespace mlosim::sim
