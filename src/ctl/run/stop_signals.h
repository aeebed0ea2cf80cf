#pragma once

#include "sim/result.h"

namespace mlosim::ctl::run {

/// While it lives, SIGINT and SIGTERM do not end the program, but are counted.
class StopSignals {
public:
    [[nodiscard]] static Result<StopSignals> open();
    StopSignals(StopSignals&& other) noexcept;
    StopSignals& operator=(StopSignals&&) = delete;
    ~StopSignals();

    /// How many came since the beginning.
    [[nodiscard]] int count();

private:
    explicit StopSignals(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
    int count_ = 0;
};

}  // namespace mlosim::ctl::run
