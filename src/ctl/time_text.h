#pragma once

#include <cstdint>
#include <string_view>

#include "sim/result.h"

namespace mlosim::ctl {

/// A moment or a span as a user writes it.
struct TimeText {
    std::uint64_t nanoseconds = 0;
    bool relative = false;  ///< began with '+'
};

/// "2.5", "2.5s", "150ms", "20us", "7ns", "1min", each also with '+' before it. EINVAL for anything else.
[[nodiscard]] Result<TimeText> parse_time(std::string_view text);

}  // namespace mlosim::ctl
