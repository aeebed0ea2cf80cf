#include "agent/station_agents.h"

#include <utility>

#include "agent/owner.h"
#include "mld/netdev.h"
#include "mld/wiphy.h"
#include "sim/invariant.h"

namespace mlosim::agent {

StationAgents::StationAgents(mld::World& world) : world_(world) {
    world_.subscribe(*this);
}

StationAgents::~StationAgents() {
    world_.unsubscribe(*this);
}

StationAgent& StationAgents::add(mld::Wdev& wdev, StationSettings settings) {
    const auto [at, fresh] = members_.try_emplace(wdev.id());
    MLOSIM_INVARIANT(fresh, "an interface has one station");
    at->second = std::make_unique<StationAgent>(wdev, std::move(settings));
    return *at->second;
}

StationAgent* StationAgents::find(const mld::Wdev& wdev) const {
    const auto at = members_.find(wdev.id());
    return at != members_.end() ? at->second.get() : nullptr;
}

void StationAgents::for_each(const std::function<void(const StationAgent&)>& what) const {
    for (const auto& [id, station] : members_)
        what(*station);
}

void StationAgents::scan_finished(mld::Wdev& wdev, const mld::Scan& scan) {
    if (StationAgent* station = find(wdev)) station->scan_finished(scan.aborted);
}

void StationAgents::mlme_frame(mld::Wdev& wdev, const mld::MlmeFrame& frame) {
    if (StationAgent* station = find(wdev)) station->mlme_frame(frame);
}

void StationAgents::mlme_timed_out(mld::Wdev& wdev, mld::MlmeTimeout, const ieee80211::MacAddress&) {
    if (StationAgent* station = find(wdev)) station->timed_out();
}

void StationAgents::connected(mld::Wdev& wdev, const mld::ConnectResult& result) {
    if (StationAgent* station = find(wdev)) station->connection_result(result);
}

void StationAgents::disconnected(mld::Wdev& wdev, const mld::DisconnectInfo& info) {
    if (StationAgent* station = find(wdev)) station->disconnected(info.reason);
}

void StationAgents::control_port_received(mld::Wdev& wdev, mld::OwnerId owner, ieee80211::ByteView ethernet, bool,
                                          std::optional<ieee80211::LinkId>) {
    if (owner != owner_of(wdev.id())) return;
    if (StationAgent* station = find(wdev)) station->control_port_frame(ethernet);
}

void StationAgents::netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) {
    if (netdev.wdev() == nullptr || cause != mld::NetdevCause::flags || !changed.has(mld::NetdevFlag::up)) return;
    if (StationAgent* station = find(*netdev.wdev())) station->interface_changed();
}

void StationAgents::interface_changed(mld::Wdev& wdev) {
    if (wdev.type() != mld::InterfaceType::station) members_.erase(wdev.id());
}

void StationAgents::interface_removed(mld::Wdev& wdev) {
    members_.erase(wdev.id());
}

}  // namespace mlosim::agent
