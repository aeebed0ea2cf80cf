#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/security.h"
#include "ieee80211/ssid.h"
#include "phy/units.h"
#include "sim/virtual_time.h"

namespace mlosim::agent {

/// What a built-in station is told to do: which network it belongs to, and when it begins.
struct StationSettings {
    std::string name;  ///< by which the trace and random streams know it
    ieee80211::Ssid ssid;
    Security security = Security::open;
    std::string password;
    /// Where it looks for the network; nowhere named: on all channels that it has.
    std::vector<phy::Frequency> frequencies;
    sim::Time start;
};

}  // namespace mlosim::agent
