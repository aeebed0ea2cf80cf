#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "mld/chip_inspection.h"
#include "mld/events.h"
#include "mld/radio_directory.h"
#include "mld/world.h"
#include "netlink/agent_orders.h"
#include "netlink/family.h"
#include "netlink/generic.h"
#include "netlink/mlosim_uapi.h"
#include "netlink/station_directory.h"
#include "netlink/time_control.h"

namespace mlosim::netlink {

/// Generic netlink family "mlosim": what no kernel tells. Link wdevs with their owners, radios with their profiles, and
/// the world's clock. docs/netlink-mlosim.md
class MlosimFamily final : private mld::Events {
public:
    MlosimFamily(GenericNetlink& generic, mld::World& world, TimeControl& time, mlosim_dialect dialect,
                 mlosim_netdev_backend netdevs = MLOSIM_NETDEV_EMULATED, const StationDirectory* stations = nullptr,
                 AgentOrders* orders = nullptr);
    MlosimFamily(const MlosimFamily&) = delete;
    MlosimFamily& operator=(const MlosimFamily&) = delete;
    ~MlosimFamily() override;

    [[nodiscard]] mld::World& world() const noexcept { return world_; }
    [[nodiscard]] TimeControl& time() const noexcept { return time_; }
    /// nullptr: the world has no built-in stations.
    [[nodiscard]] const StationDirectory* stations() const noexcept { return stations_; }
    /// nullptr: the world has nothing that is built in.
    [[nodiscard]] AgentOrders* orders() const noexcept { return orders_; }
    /// nullptr: nothing can go wrong in the air. `faults` must outlive the family.
    [[nodiscard]] sim::FaultTarget* air_faults() const noexcept { return air_faults_; }
    void set_air_faults(sim::FaultTarget* faults) noexcept { air_faults_ = faults; }
    /// The attributes of NEW_WORLD and SET_WORLD.
    void put_world(MessageBuilder& message) const;
    /// Changes with every radio, wdev and link wdev that comes or goes.
    [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }

    /// Tells everybody that the clock was stopped or started.
    void announce_world();
    /// A RUN_TO is under way; whoever asked for it gets its answer when it arrives.
    void expect_arrival(std::uint32_t port, std::uint32_t seq) { waiting_ = Waiting{port, seq}; }
    void forget_arrival() { waiting_.reset(); }
    void arrived();

    /// A SETTLE is under way: the number by which settled() finds whom to answer.
    std::uint64_t expect_settling(std::uint32_t port, std::uint32_t seq);
    void forget_settling(std::uint64_t number) { settling_.erase(number); }
    void settled(std::uint64_t number, bool takes_part);

    /// Radios whose drivers are in virtual machines. `guests` must outlive the family.
    void set_guest_radios(const mld::GuestRadios& guests);
    [[nodiscard]] const mld::RadioDirectory& directory() const noexcept { return directory_; }

    // For TableFamily.
    void released(std::uint32_t port);

private:
    /// Who waits for a RUN_TO or SETTLE under way.
    struct Waiting {
        std::uint32_t port;
        std::uint32_t seq;
    };

    void tell_radio(std::uint8_t command, const mld::Radio& radio);
    void tell_wdev(std::uint8_t command, const mld::Wdev& wdev);
    void tell_link(std::uint8_t command, const mld::Wdev& link);
    void follow(mld::RadioIndex radio);
    void tell_entry(mld::RadioIndex radio, std::string_view record, std::uint64_t number);
    [[nodiscard]] bool somebody_listens() const;
    [[nodiscard]] MessageBuilder event(std::uint8_t command) const;

    void radio_added(mld::Radio& radio) override;
    void radio_removed(mld::Radio& radio) override;
    void interface_added(mld::Wdev& wdev) override;
    void interface_changed(mld::Wdev& wdev) override;
    void interface_removed(mld::Wdev& wdev) override;
    void link_registered(mld::Wdev& link) override;
    void link_removed(mld::Wdev& link) override;
    void link_changed(mld::Wdev& link) override;
    void active_links_changed(mld::Wdev& station) override;
    void netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) override;

    mld::World& world_;
    TimeControl& time_;
    mlosim_dialect dialect_;
    mlosim_netdev_backend netdevs_;
    const StationDirectory* stations_;
    AgentOrders* orders_ = nullptr;
    sim::FaultTarget* air_faults_ = nullptr;
    std::map<mld::RadioIndex, mld::ChipInspection::FollowerId> followed_;
    mld::RadioDirectory directory_;
    std::uint32_t generation_ = 1;
    std::optional<Waiting> waiting_;
    std::map<std::uint64_t, Waiting> settling_;
    std::uint64_t next_settling_ = 1;
    TableFamily<MlosimFamily> family_;
    FamilyHandle handle_;
};

}  // namespace mlosim::netlink
