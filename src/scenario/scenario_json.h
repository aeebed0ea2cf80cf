#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "scenario/mistake.h"
#include "scenario/scenario.h"

namespace mlosim::scenario {

/// A value that the command line puts in place of the file's.
struct Override {
    /// JSON pointer, or names ("radios.sta.chip", where elements of a list go by their "name" or number). The last
    /// member need not exist yet, "-" appends to a list.
    std::string pointer;
    std::string value;  ///< JSON; anything that is none is taken as a text
};

/// A scenario, or all the mistakes in its text.
using ScenarioResult = tl::expected<Scenario, Mistakes>;

/// Reads a scenario from JSON, comments allowed (docs/scenarios.md, scenarios/scenario.schema.json). What it gives is
/// whole: names refer to what exists, channels are channels, times are in order.
[[nodiscard]] ScenarioResult parse_scenario(std::string_view json, const std::vector<Override>& overrides = {});

}  // namespace mlosim::scenario
