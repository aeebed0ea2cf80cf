#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "agent/station_agent.h"
#include "mld/events.h"
#include "mld/world.h"

namespace mlosim::agent {

/// The built-in stations of a world: tells each what happens to its interface, and forgets it when that is gone.
class StationAgents final : public mld::Events {
public:
    explicit StationAgents(mld::World& world);
    ~StationAgents() override;
    StationAgents(const StationAgents&) = delete;
    StationAgents& operator=(const StationAgents&) = delete;

    /// A station on `wdev`, which is of type station and has no other. It begins at its start.
    StationAgent& add(mld::Wdev& wdev, StationSettings settings);
    [[nodiscard]] StationAgent* find(const mld::Wdev& wdev) const;
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    /// In the order of the interfaces' numbers.
    void for_each(const std::function<void(const StationAgent&)>& what) const;

    void scan_finished(mld::Wdev& wdev, const mld::Scan& scan) override;
    void mlme_frame(mld::Wdev& wdev, const mld::MlmeFrame& frame) override;
    void mlme_timed_out(mld::Wdev& wdev, mld::MlmeTimeout, const ieee80211::MacAddress&) override;
    void connected(mld::Wdev& wdev, const mld::ConnectResult& result) override;
    void disconnected(mld::Wdev& wdev, const mld::DisconnectInfo& info) override;
    void control_port_received(mld::Wdev& wdev, mld::OwnerId owner, ieee80211::ByteView ethernet, bool unencrypted,
                               std::optional<ieee80211::LinkId> link) override;
    void netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) override;
    void interface_changed(mld::Wdev& wdev) override;
    void interface_removed(mld::Wdev& wdev) override;

private:
    mld::World& world_;
    std::map<mld::WdevId, std::unique_ptr<StationAgent>> members_;
};

}  // namespace mlosim::agent
