#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/security.h"
#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "phy/channel.h"
#include "phy/units.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

using agent::Security;

enum class Hidden : std::uint8_t { no, empty, zeroed };

/// Another network in the same beacons (multiple BSSID, 802.11-2020 11.1.3.8).
struct NontransmittedPlan {
    ieee80211::Ssid ssid;
    Security security = Security::open;
    std::string pointer;
};

/// One BSS: of an AP MLD, or a whole AP.
struct NetworkLinkPlan {
    phy::ChannelDefinition channel;
    ieee80211::LinkId id;
    /// Without one: of the radio's making.
    std::optional<ieee80211::MacAddress> bssid;
    std::string pointer;
};

/// A built-in access point, or AP MLD, on one of the radios.
struct NetworkPlan {
    std::string name;
    std::string radio;
    ieee80211::Ssid ssid;
    Security security = Security::open;
    std::optional<std::string> password;  ///< without one nobody gets in where it is needed
    ieee80211::Bytes pmk;                 ///< that stations share with it from the beginning
    /// A station that is silent for so long is asked, then sent away; 0: never.
    sim::Duration max_inactivity = std::chrono::minutes(5);
    std::optional<std::uint16_t> mobility_domain;
    std::string owe_transition;    ///< the other network of the pair
    sim::Duration group_rekey{0};  ///< every how long; 0: never
    sim::Duration pairwise_rekey{0};
    Hidden hidden = Hidden::no;
    bool mld = false;
    std::optional<ieee80211::MacAddress> mld_address;
    std::vector<NetworkLinkPlan> links;
    std::uint16_t beacon_interval_tu = 100;
    std::uint8_t dtim_period = 2;
    std::vector<NontransmittedPlan> nontransmitted;
    std::string pointer;
};

}  // namespace mlosim::scenario
