#pragma once

#include <vector>

#include "agent/station_agents.h"
#include "mld/world.h"
#include "netlink/station_directory.h"

namespace mlosim::scenario {

/// The built-in stations of a world, for family `mlosim`.
class AgentDirectory final : public netlink::StationDirectory {
public:
    AgentDirectory(const mld::World& world, const agent::StationAgents& agents) : world_(world), agents_(agents) {}

    [[nodiscard]] std::vector<mld::WdevId> stations() const override;
    [[nodiscard]] std::optional<netlink::BuiltInStation> find(mld::WdevId wdev) const override;

private:
    const mld::World& world_;
    const agent::StationAgents& agents_;
};

}  // namespace mlosim::scenario
