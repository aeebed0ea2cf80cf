#pragma once

#include "sim/virtual_time.h"
#include "sim/wall_clock.h"

namespace mlosim::sim {

/// Ties a world's time to a clock on the wall: a second of the world lasts a second there.
class Pacer {
public:
    /// A world that lags further behind than this does not hurry to catch up: it goes on from where it is.
    static constexpr Duration patience = std::chrono::seconds(1);

    /// `wall` must outlive the pacer. The world is at `world_now`, now.
    Pacer(const WallClock& wall, Time world_now) : wall_(wall) { start_from(world_now); }

    /// The world is at `world_now`, now: after a pause, or after a jump.
    void start_from(Time world_now);

    /// Where the world's time should be by now.
    [[nodiscard]] Time target() const;
    /// What the clock on the wall showed, or would have, when the world's time was zero.
    [[nodiscard]] Duration wall_at_zero() const { return wall_start_ - (world_start_ - Time{}); }
    /// How long to wait for the world's moment `due`; zero if that is past.
    [[nodiscard]] Duration wait_for(Time due) const;

    /// Gives up on catching up if what is next in the world, due at `world_next`, lags by more than `patience` (a
    /// suspended process, a world too large for the machine). Returns the time given up, zero for none.
    Duration forgive(Time world_next);

private:
    const WallClock& wall_;
    Duration wall_start_{0};
    Time world_start_;
};

}  // namespace mlosim::sim
