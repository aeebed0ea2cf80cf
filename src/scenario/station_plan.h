#pragma once

#include <string>
#include <vector>

#include "agent/security.h"
#include "ieee80211/ssid.h"
#include "phy/band.h"
#include "phy/units.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// Built-in stations: one, or one on each radio of a group.
struct StationPlan {
    std::string name;
    std::string radio;
    ieee80211::Ssid ssid;
    agent::Security security = agent::Security::open;
    std::string password;
    /// Where they look for the network: all channels of these bands, and these. Neither: everywhere.
    std::vector<phy::Band> bands;
    std::vector<phy::Frequency> frequencies;
    sim::Time start;
    sim::Duration stagger{0};  ///< from the start of one to that of the next
    std::string pointer;
};

}  // namespace mlosim::scenario
