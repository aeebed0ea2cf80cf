#pragma once

#include <string>

#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// Something in a run that was not as the scenario says.
struct Failure {
    std::string pointer;  ///< of the step or expectation
    sim::Time at;         ///< when it was clear
    std::string expected;
    std::string seen;
};

}  // namespace mlosim::scenario
