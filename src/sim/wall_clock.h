#pragma once

#include "sim/virtual_time.h"

namespace mlosim::sim {

/// A clock of the machine. Only differences count: where it started means nothing.
class WallClock {
public:
    WallClock() = default;
    WallClock(const WallClock&) = delete;
    WallClock& operator=(const WallClock&) = delete;
    virtual ~WallClock() = default;

    /// Never runs backwards.
    [[nodiscard]] virtual Duration now() const = 0;
};

/// The machine's monotonic clock.
class MonotonicClock final : public WallClock {
public:
    [[nodiscard]] Duration now() const override;
};

}  // namespace mlosim::sim
