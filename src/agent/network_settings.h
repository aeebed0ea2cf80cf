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
#include "mld/access_point_settings.h"
#include "phy/channel.h"
#include "sim/virtual_time.h"

namespace mlosim::agent {

/// Another network in the beacons of each link (multiple BSSID, 802.11-2020 11.1.3.8).
struct NontransmittedSettings {
    ieee80211::Ssid ssid;
    Security security = Security::open;
};

/// One BSS of a network: a link of the AP MLD, or the whole access point.
struct LinkSettings {
    phy::ChannelDefinition channel;
    ieee80211::LinkId id;
    /// Without one: made from the interface's address.
    std::optional<ieee80211::MacAddress> bssid;
};

/// What a built-in access point is told to be.
struct NetworkSettings {
    std::string name;  ///< by which the trace and random streams know it
    ieee80211::Ssid ssid;
    Security security = Security::open;
    std::string password;  ///< of networks with one; without it only stations that share `pmk` get in
    /// A pairwise master key that stations have from the beginning: nobody needs to compute one (SAE, OWE). Its PMKID
    /// is that of 802.11-2020 12.7.1.3. Empty: none.
    ieee80211::Bytes pmk;
    /// Fast BSS transitions between the access points of one name that have the same (its MDID).
    std::optional<std::uint16_t> mobility_domain;
    /// The network that is the other half of this one: one open, one with OWE, each telling of the other (the Wi-Fi
    /// Alliance's OWE specification 2.2). Empty: none.
    std::string owe_transition;
    sim::Duration group_rekey{0};     ///< every how long; 0: never
    sim::Duration pairwise_rekey{0};  ///< of each station
    /// A station that is not heard of for so long is asked whether it is there; 0: never. cf. ap_max_inactivity
    sim::Duration max_inactivity = std::chrono::minutes(5);
    mld::HiddenSsid hidden = mld::HiddenSsid::not_hidden;
    bool mld = false;
    std::vector<LinkSettings> links;      ///< one unless `mld`
    std::uint16_t beacon_interval = 100;  ///< TU
    std::uint8_t dtim_period = 2;
    std::vector<NontransmittedSettings> nontransmitted;
};

}  // namespace mlosim::agent
