#pragma once

#include "agent/station_agents.h"
#include "scenario/cast.h"
#include "scenario/mistake.h"
#include "scenario/scenario.h"

namespace mlosim::scenario::detail {

/// Makes the scenario's built-in stations on its radios. Each begins at its time.
void build_stations(const Scenario& scenario, agent::StationAgents& agents, Cast& cast, Mistakes& mistakes);

}  // namespace mlosim::scenario::detail
