#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "phy/channel.h"
#include "sim/virtual_time.h"

/// What a built-in access point is told to do while the world runs, by a scenario's step or from outside.
namespace mlosim::agent {

/// New keys: one station's pair, or without one the group's.
struct RekeyOrder {
    std::optional<ieee80211::MacAddress> station;
};
/// One station is deauthenticated (or only disassociated), or without one all are.
struct SendAwayOrder {
    std::optional<ieee80211::MacAddress> station;
    std::uint16_t reason = 3;  ///< it is leaving; 802.11-2020 Table 9-49
    bool disassociates = false;
};
/// A link of the MLD goes for good, after beacons that say so.
struct RemoveLinkOrder {
    ieee80211::LinkId link;
    std::uint16_t beacons = 10;
};
/// After some beacons that say so no TID is on a link for so long.
struct RestLinkOrder {
    ieee80211::LinkId link;
    sim::Duration duration{0};
};
/// The channel of a link, or of a plain access point, after beacons that say so.
struct SwitchChannelOrder {
    std::optional<ieee80211::LinkId> link;
    phy::ChannelDefinition channel;
    std::uint8_t beacons = 10;
    bool quiet = false;  ///< nobody is to send meanwhile
};
struct ChangeColorOrder {
    std::optional<ieee80211::LinkId> link;
    std::uint8_t color = 1;  ///< 1 to 63
    std::uint8_t beacons = 10;
};
/// One station, or without one all, are asked to go elsewhere: a BSS transition management request.
struct TransitionOrder {
    std::optional<ieee80211::MacAddress> station;
    /// BSSIDs, the best first; none: all others of the same name.
    std::vector<ieee80211::MacAddress> targets;
    /// Who is still there after so many beacons is disassociated; 0: nobody.
    std::uint16_t disassociates_after = 0;
};

using AccessPointOrder = std::variant<RekeyOrder, SendAwayOrder, RemoveLinkOrder, RestLinkOrder, SwitchChannelOrder,
                                      ChangeColorOrder, TransitionOrder>;

}  // namespace mlosim::agent
