#pragma once

#include "agent/access_point_orders.h"
#include "agent/access_points.h"
#include "agent/station_agents.h"
#include "mld/world.h"
#include "netlink/agent_orders.h"

namespace mlosim::scenario {

/// Passes what family `mlosim` is asked on to the built-in agents, as a scenario's steps do.
class AgentCommander final : public netlink::AgentOrders {
public:
    AgentCommander(const mld::World& world, agent::AccessPoints& access_points, const agent::StationAgents& stations)
        : world_(world), access_points_(access_points), stations_(stations) {}

    Result<void> rekey(mld::WdevId ap, Station station) override;
    Result<void> send_away(mld::WdevId ap, Station station, std::uint16_t reason, bool disassociates) override;
    Result<void> remove_link(mld::WdevId ap, ieee80211::LinkId link, std::uint16_t beacons) override;
    Result<void> rest_link(mld::WdevId ap, ieee80211::LinkId link, sim::Duration duration) override;
    Result<void> switch_channel(mld::WdevId ap, LinkOrOnly link, const phy::ChannelDefinition& channel,
                                std::uint8_t beacons, bool quiet) override;
    Result<void> change_color(mld::WdevId ap, LinkOrOnly link, std::uint8_t color, std::uint8_t beacons) override;
    Result<void> request_transition(mld::WdevId ap, Station station, std::vector<ieee80211::MacAddress> targets,
                                    std::uint16_t disassociates_after) override;
    Result<void> roam(mld::WdevId station, std::vector<ieee80211::MacAddress> targets) override;

private:
    Result<void> obey(mld::WdevId ap, const agent::AccessPointOrder& order);

    const mld::World& world_;
    agent::AccessPoints& access_points_;
    const agent::StationAgents& stations_;
};

}  // namespace mlosim::scenario
