#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/security.h"
#include "ieee80211/link_id.h"
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
    /// Whether it becomes a station MLD where radio and network allow it, and with how many links at most.
    bool multi_link = true;
    std::size_t max_links = ieee80211::LinkId::max_links;
    sim::Time start;
};

}  // namespace mlosim::agent
