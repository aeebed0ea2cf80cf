#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/world.h"
#include "netlink/core.h"

namespace mlosim::netlink {

/// rtnetlink over the world's network devices: links are read, changed and announced; of addresses, routes and the like
/// there are only those of a machine without a network, because no IP stack is simulated. cf. net/core/rtnetlink.c
class RouteNetlink final : public ProtocolHandler, private mld::Events {
public:
    RouteNetlink(Core& core, mld::World& world);
    RouteNetlink(const RouteNetlink&) = delete;
    RouteNetlink& operator=(const RouteNetlink&) = delete;
    ~RouteNetlink() override;

    Result<void> handle(const nlmsghdr& message, const Sender& sender, Reply& reply) override;
    [[nodiscard]] std::uint32_t group_count() const override;
    void released(std::uint32_t) override {}

    [[nodiscard]] mld::World& world() const noexcept { return world_; }
    /// Changes with each device that comes, goes or gets another name. cf. dev_base_seq
    [[nodiscard]] std::uint32_t link_generation() const noexcept { return link_generation_; }
    /// True once the device was up: its queue discipline is "noqueue" then, "noop" before. cf. dev_activate()
    [[nodiscard]] bool was_up(const mld::Netdev& netdev) const;

private:
    void netdev_added(mld::Netdev& netdev) override;
    void netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) override;
    void netdev_removed(mld::Netdev& netdev) override;
    void bridge_port_changed(mld::Netdev& bridge, mld::Netdev& port, bool removed) override;
    void bridge_entry_changed(mld::Netdev& bridge, const ieee80211::MacAddress& address, const mld::BridgeEntry& entry,
                              bool removed) override;

    /// RTM_NEWLINK or RTM_DELLINK to RTNLGRP_LINK. cf. rtmsg_ifinfo()
    void announce(std::uint16_t type, const mld::Netdev& netdev, std::uint32_t change);

    Core& core_;
    mld::World& world_;
    std::uint32_t link_generation_ = 1;
    std::set<mld::IfIndex> were_up_;
};

}  // namespace mlosim::netlink
