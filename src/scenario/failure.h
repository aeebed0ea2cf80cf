#pragma once

#include <string>
#include <vector>

#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// Something in a run that was not as the scenario says.
struct Failure {
    std::string pointer;  ///< of the step or expectation
    sim::Time at;         ///< when it was clear
    std::string expected;
    std::string seen;
    std::vector<std::string> details{};  ///< lines that may explain it
};

}  // namespace mlosim::scenario
