#include "sim/wall_clock.h"

#include <ctime>

namespace mlosim::sim {

// The only line of mlosimd that reads a clock of the machine.
Duration MonotonicClock::now() const {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace mlosim::sim
