#pragma once

#include <chrono>
#include <cstdint>

#include "sim/virtual_time.h"

/// The grain of the kernel's timers, which shows in the length of scans. Debian's kernels tick 250 times a second.
namespace mlosim::mld {

inline constexpr std::int64_t jiffies_per_second = 250;
inline constexpr sim::Duration jiffy = std::chrono::nanoseconds(1'000'000'000 / jiffies_per_second);

/// cf. msecs_to_jiffies(): rounded up.
[[nodiscard]] constexpr sim::Duration in_jiffies(std::chrono::milliseconds ms) {
    const sim::Duration exact = ms;
    return (exact + jiffy - sim::Duration(1)) / jiffy * jiffy;
}

/// When delayed work that is queued in a tick runs: the timer wheel never fires early, so a delay ends in the tick
/// after. cf. calc_index().
[[nodiscard]] constexpr sim::Duration work_delay(sim::Duration jiffies) {
    return jiffies.count() == 0 ? jiffies : jiffies + jiffy;
}

}  // namespace mlosim::mld
