#pragma once

#include <string>
#include <vector>

#include "agent/station_settings.h"
#include "phy/band.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// Built-in stations: one, or one on each radio of a group.
struct StationPlan {
    std::string name;
    std::string radio;
    /// Of the first: of each further one name and start differ. Its frequencies are those that are named one by one …
    agent::StationSettings settings;
    std::vector<phy::Band> bands;  ///< … besides all channels of these. Neither: everywhere.
    sim::Duration stagger{0};      ///< from the start of one to that of the next
    std::string pointer;
};

}  // namespace mlosim::scenario
