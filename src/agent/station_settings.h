#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/security.h"
#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/ssid.h"
#include "phy/units.h"
#include "sim/virtual_time.h"

namespace mlosim::agent {

/// When a station leaves its access point for another of the same network, and how.
struct RoamingSettings {
    /// It looks around while it hears its access point (of an MLD the loudest link) weaker than that; nothing: never.
    std::optional<int> below_dbm;
    int hysteresis_db = 8;  ///< and goes to one that is louder by this
    sim::Duration scan_interval = std::chrono::seconds(10);
    bool follow_requests = true;  ///< BSS transition management requests, 802.11-2020 11.21.7
    /// Tells the old access point with a frame that it leaves. Kernels do not when they authenticate elsewhere.
    bool deauthenticates = false;
    /// From the end of the old links to the beginning of the new ones.
    sim::Duration gap{0};
};

/// What a built-in station is told to do: which network it belongs to, and when it begins.
struct StationSettings {
    std::string name;  ///< by which the trace and random streams know it
    ieee80211::Ssid ssid;
    Security security = Security::open;
    std::string password;
    /// A pairwise master key that it shares with the network from the beginning, in place of SAE's and OWE's
    /// arithmetic.
    ieee80211::Bytes pmk;
    bool caches_pmksa = true;  ///< keeps what SAE and OWE gave for the next time
    /// Where it looks for the network; nowhere named: on all channels that it has.
    std::vector<phy::Frequency> frequencies;
    /// Whether it becomes a station MLD where radio and network allow it, and with how many links at most.
    bool multi_link = true;
    std::size_t max_links = ieee80211::LinkId::max_links;
    /// Before it connects it asks an AP MLD for the complete profiles of the links that it has not heard
    /// (802.11be 35.3.4.2), wherever they are.
    bool asks_for_links = false;
    RoamingSettings roaming;
    sim::Time start;
};

}  // namespace mlosim::agent
