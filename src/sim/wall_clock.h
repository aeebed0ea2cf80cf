#pragma once

#include "sim/virtual_time.h"

namespace mlosim::sim {

/// A clock of the machine.
class WallClock {
public:
    WallClock() = default;
    WallClock(const WallClock&) = delete;
    WallClock& operator=(const WallClock&) = delete;
    virtual ~WallClock() = default;

    /// Never runs backwards.
    [[nodiscard]] virtual Duration now() const = 0;
};

/// The machine's time since it was booted, sleep included: what a kernel stamps a BSS with when it was heard, and what
/// programs compare that with.
class MonotonicClock final : public WallClock {
public:
    [[nodiscard]] Duration now() const override;
};

}  // namespace mlosim::sim
