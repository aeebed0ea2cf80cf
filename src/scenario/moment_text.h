#pragma once

#include <optional>
#include <string_view>

#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// A moment as ISO 8601 writes it, with its distance from UTC: "2026-01-01T00:00:00Z", "2026-01-01T01:00:00.5+01:00".
/// Since 1970, and until 2200.
[[nodiscard]] std::optional<sim::Duration> parse_moment(std::string_view text);

}  // namespace mlosim::scenario
