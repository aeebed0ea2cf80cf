#pragma once

#include <cstdint>

#include "scenario/scenario.h"
#include "sim/result.h"

namespace mlosim::scenario {

constexpr std::uint32_t most_random_faults = 10'000;

/// Has `count` things go wrong that a chip or the air may do once in a while; what, where and when follows from the
/// scenario's seed alone. The scenario's `random_faults` says what is expected then. EINVAL, with what is missing, for
/// a world of which nobody can say when it ends.
[[nodiscard]] Result<void> switch_random_faults_on(Scenario& scenario, std::uint32_t count);

}  // namespace mlosim::scenario
