#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// A time as people write it: a decimal number and its unit (ns, us, ms, s, min, h, or TU of 1024 us), "1.5 s". Nothing
/// if it is anything else, finer than a nanosecond, or longer than a year.
[[nodiscard]] std::optional<sim::Duration> parse_duration(std::string_view text);

/// "12.3456 s": seconds without needless zeros.
[[nodiscard]] std::string in_seconds(sim::Duration duration);
[[nodiscard]] inline std::string in_seconds(sim::Time time) {
    return in_seconds(time.since_start());
}

}  // namespace mlosim::scenario
