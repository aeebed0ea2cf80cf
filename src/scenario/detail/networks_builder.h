#pragma once

#include "agent/access_points.h"
#include "scenario/cast.h"
#include "scenario/mistake.h"
#include "scenario/scenario.h"

namespace mlosim::scenario::detail {

/// Makes the scenario's built-in access points on its radios, and lets them beacon. The radios and the country's rules
/// must be there.
void build_networks(const Scenario& scenario, agent::AccessPoints& access_points, Cast& cast, Mistakes& mistakes);

}  // namespace mlosim::scenario::detail
