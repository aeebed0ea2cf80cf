#include "sim/wall_clock.h"

#include <chrono>

namespace mlosim::sim {

// The only line of mlosimd that reads a clock of the machine.
Duration MonotonicClock::now() const {
    return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace mlosim::sim
