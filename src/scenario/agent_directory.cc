#include "scenario/agent_directory.h"

#include <cmath>
#include <optional>

#include "agent/station_agent.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"

namespace mlosim::scenario {

namespace {

mlosim_station_state number_of(agent::StationState state) {
    using agent::StationState;
    switch (state) {
        case StationState::idle:
            return MLOSIM_STATION_IDLE;
        case StationState::scanning:
            return MLOSIM_STATION_SCANNING;
        case StationState::authenticating:
            return MLOSIM_STATION_AUTHENTICATING;
        case StationState::associating:
            return MLOSIM_STATION_ASSOCIATING;
        case StationState::handshake:
            return MLOSIM_STATION_HANDSHAKE;
        case StationState::connected:
            return MLOSIM_STATION_CONNECTED;
        case StationState::roaming:
            return MLOSIM_STATION_ROAMING;
    }
    return MLOSIM_STATION_IDLE;
}

std::optional<int> whole(std::optional<double> dbm) {
    return dbm ? std::optional(static_cast<int>(std::lround(*dbm))) : std::nullopt;
}

/// The links that it has now.
std::vector<netlink::BuiltInStation::Link> links_of(const agent::StationAgent& station) {
    std::vector<netlink::BuiltInStation::Link> out;
    const mld::Wdev& wdev = station.wdev();
    const mld::Sta* ap = wdev.mlme() != nullptr ? wdev.mlme()->access_point() : nullptr;
    if (ap == nullptr || wdev.mlme()->connection() == nullptr) return out;
    for (const auto& link : wdev.links()) {
        if (!link->channel()) continue;
        netlink::BuiltInStation::Link one;
        if (wdev.is_mld()) one.id = link->id();
        one.bssid = link->bssid();
        one.frequency = link->channel()->control.center;
        const mld::LinkSta* peer = wdev.is_mld() ? ap->link(link->id()) : &ap->default_link();
        if (peer != nullptr) one.signal_dbm = whole(agent::heard_dbm(peer->statistics));
        out.push_back(one);
    }
    return out;
}

}  // namespace

std::vector<mld::WdevId> AgentDirectory::stations() const {
    std::vector<mld::WdevId> out;
    agents_.for_each([&](const agent::StationAgent& station) { out.push_back(station.wdev().id()); });
    return out;
}

std::optional<netlink::BuiltInStation> AgentDirectory::find(mld::WdevId id) const {
    const mld::Wdev* wdev = world_.find_wdev(id);
    const agent::StationAgent* station = wdev != nullptr ? agents_.find(*wdev) : nullptr;
    if (station == nullptr) return std::nullopt;
    netlink::BuiltInStation out;
    out.name = station->settings().name;
    out.state = number_of(station->state());
    out.ssid = station->settings().ssid;
    if (const agent::Candidate* at = station->access_point()) out.access_point = at->address();
    out.links = links_of(*station);
    out.signal_dbm = whole(station->signal_dbm());
    out.last_reason = station->last_reason();
    const agent::StationCounters& counters = station->counters();
    out.connections = counters.connections;
    out.disconnections = counters.disconnections;
    out.roams = counters.roams;
    out.failures = counters.failures;
    return out;
}

}  // namespace mlosim::scenario
