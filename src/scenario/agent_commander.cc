#include "scenario/agent_commander.h"

#include <utility>

#include "agent/station_agent.h"
#include "mld/wdev.h"

namespace mlosim::scenario {

Result<void> AgentCommander::obey(mld::WdevId ap, const agent::AccessPointOrder& order) {
    const mld::Wdev* wdev = world_.find_wdev(ap);
    agent::AccessPoint* access_point = wdev != nullptr ? access_points_.find(*wdev) : nullptr;
    if (access_point == nullptr) return fail(ENODEV, "no built-in access point is there");
    return access_point->obey(order);
}

Result<void> AgentCommander::rekey(mld::WdevId ap, Station station) {
    return obey(ap, agent::RekeyOrder{station});
}

Result<void> AgentCommander::send_away(mld::WdevId ap, Station station, std::uint16_t reason, bool disassociates) {
    return obey(ap, agent::SendAwayOrder{station, reason, disassociates});
}

Result<void> AgentCommander::remove_link(mld::WdevId ap, ieee80211::LinkId link, std::uint16_t beacons) {
    return obey(ap, agent::RemoveLinkOrder{link, beacons});
}

Result<void> AgentCommander::rest_link(mld::WdevId ap, ieee80211::LinkId link, sim::Duration duration) {
    return obey(ap, agent::RestLinkOrder{link, duration});
}

Result<void> AgentCommander::switch_channel(mld::WdevId ap, LinkOrOnly link, const phy::ChannelDefinition& channel,
                                            std::uint8_t beacons, bool quiet) {
    return obey(ap, agent::SwitchChannelOrder{link, channel, beacons, quiet});
}

Result<void> AgentCommander::change_color(mld::WdevId ap, LinkOrOnly link, std::uint8_t color, std::uint8_t beacons) {
    return obey(ap, agent::ChangeColorOrder{link, color, beacons});
}

Result<void> AgentCommander::request_transition(mld::WdevId ap, Station station,
                                                std::vector<ieee80211::MacAddress> targets,
                                                std::uint16_t disassociates_after) {
    return obey(ap, agent::TransitionOrder{station, std::move(targets), disassociates_after});
}

Result<void> AgentCommander::roam(mld::WdevId id, std::vector<ieee80211::MacAddress> targets) {
    const mld::Wdev* wdev = world_.find_wdev(id);
    agent::StationAgent* station = wdev != nullptr ? stations_.find(*wdev) : nullptr;
    if (station == nullptr) return fail(ENODEV, "no built-in station is there");
    return station->roam(std::move(targets));
}

}  // namespace mlosim::scenario
