#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mld/identifiers.h"
#include "phy/channel.h"
#include "sim/result.h"
#include "sim/virtual_time.h"

namespace mlosim::netlink {

/// Who tells the world's built-in access points and stations what to do: the room of agents is none that netlink may
/// use. ENODEV: none is on that interface. Without a station all are meant, or the group.
class AgentOrders {
public:
    using Station = std::optional<ieee80211::MacAddress>;
    using LinkOrOnly = std::optional<ieee80211::LinkId>;

    virtual ~AgentOrders() = default;
    virtual Result<void> rekey(mld::WdevId ap, Station station) = 0;
    virtual Result<void> send_away(mld::WdevId ap, Station station, std::uint16_t reason, bool disassociates) = 0;
    virtual Result<void> remove_link(mld::WdevId ap, ieee80211::LinkId link, std::uint16_t beacons) = 0;
    virtual Result<void> rest_link(mld::WdevId ap, ieee80211::LinkId link, sim::Duration duration) = 0;
    virtual Result<void> switch_channel(mld::WdevId ap, LinkOrOnly link, const phy::ChannelDefinition& channel,
                                        std::uint8_t beacons, bool quiet) = 0;
    virtual Result<void> change_color(mld::WdevId ap, LinkOrOnly link, std::uint8_t color, std::uint8_t beacons) = 0;
    virtual Result<void> request_transition(mld::WdevId ap, Station station, std::vector<ieee80211::MacAddress> targets,
                                            std::uint16_t disassociates_after) = 0;
    virtual Result<void> roam(mld::WdevId station, std::vector<ieee80211::MacAddress> targets) = 0;
};

}  // namespace mlosim::netlink
