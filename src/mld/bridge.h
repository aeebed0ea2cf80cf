#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "mld/bridge_table.h"
#include "mld/identifiers.h"
#include "sim/result.h"

namespace mlosim::mld {

/// BR_STATE_*. Without the spanning tree protocol a port forwards as soon as it can.
enum class BridgePortState : std::uint8_t { disabled = 0, listening = 1, learning = 2, forwarding = 3, blocking = 4 };

/// A device that a bridge has taken. cf. struct net_bridge_port
struct BridgePort {
    IfIndex device;
    std::uint16_t number = 0;  ///< from 1
    BridgePortState state = BridgePortState::disabled;
    bool hairpin = false;  ///< frames may leave where they came in
    bool learning = true;
    bool unicast_flood = true;
    bool multicast_flood = true;
    bool broadcast_flood = true;
    bool isolated = false;  ///< nothing passes between isolated ports
    std::uint16_t priority = 32;
    std::uint32_t path_cost = 100;
};

/// A software bridge as access points need one: a netdev whose ports are other netdevs, that learns who is behind
/// which and passes frames on at once. It speaks no spanning tree protocol, snoops no IGMP and knows no VLANs.
/// cf. net/bridge
class Bridge {
public:
    /// What the spanning tree protocol would go by: it can be read and written, and nothing follows from it.
    struct Times {
        std::chrono::milliseconds forward_delay{15'000};
        std::chrono::milliseconds hello_time{2'000};
        std::chrono::milliseconds max_age{20'000};
    };

    Bridge(World& world, Netdev& device);
    ~Bridge();
    Bridge(const Bridge&) = delete;
    Bridge& operator=(const Bridge&) = delete;

    [[nodiscard]] Netdev& device() const noexcept { return device_; }
    /// In the order in which they came.
    [[nodiscard]] const std::vector<BridgePort>& ports() const noexcept { return ports_; }
    [[nodiscard]] BridgePort* find_port(IfIndex device);
    [[nodiscard]] const BridgePort* find_port(IfIndex device) const;
    [[nodiscard]] BridgeTable& table() noexcept { return table_; }
    [[nodiscard]] const BridgeTable& table() const noexcept { return table_; }
    Times times;
    std::uint16_t priority = 0x8000;
    /// ERANGE outside of 1 s to 10 s. cf. br_set_hello_time()
    Result<void> set_hello_time(std::chrono::milliseconds time);
    /// ERANGE outside of 6 s to 40 s. cf. br_set_max_age()
    Result<void> set_max_age(std::chrono::milliseconds time);
    /// The settings of one of its ports. ERANGE: priority beyond 63, path cost not within 1 to 65535.
    /// cf. br_stp_set_port_priority(), br_stp_set_path_cost()
    Result<void> set_port(const BridgePort& port);

    /// EINVAL: no Ethernet; ELOOP: a bridge; EBUSY: a port already; EOPNOTSUPP: a station; EXFULL: 1023 ports.
    /// cf. br_add_if()
    Result<void> add_port(Netdev& port);
    /// EINVAL: none of its ports. cf. br_del_if()
    Result<void> remove_port(Netdev& port);

    /// A frame from the bridge's own netdev. cf. br_dev_xmit()
    void transmit(ieee80211::ByteView frame);
    /// A frame that came in at a port. cf. br_handle_frame()
    void received(Netdev& port, ieee80211::ByteView frame);
    /// True for what is between two neighbours alone (01:80:c2:00:00:01 to 0f): EAPOL, LLDP … cf. br_handle_frame()
    [[nodiscard]] static bool stays_at_port(ieee80211::ByteView frame);

private:
    friend class Bridges;
    enum class Target : std::uint8_t { broadcast, multicast, unknown_unicast };

    void device_opened();
    void device_closing();
    void device_address_changed(const ieee80211::MacAddress& before);
    void device_mtu_changed();
    void port_changed(Netdev& port);
    void port_address_changed(Netdev& port, const ieee80211::MacAddress& before);
    void choose_address();
    void choose_mtu();
    /// False: it was so before.
    bool set_state(BridgePort& port, BridgePortState state);
    void update_carrier();
    void announce(Netdev& port, bool removed);
    void pass_on(const BridgePort& from, ieee80211::ByteView frame);

    void flood(const BridgePort* from, Target target, ieee80211::ByteView frame);
    void send(const BridgePort* from, IfIndex to, ieee80211::ByteView frame);

    World& world_;
    Netdev& device_;
    BridgeTable table_;
    std::vector<BridgePort> ports_;
    bool address_is_users_ = false;
    bool mtu_is_users_ = false;
    bool choosing_ = false;    ///< what changes, the bridge itself changes
    bool forwarding_ = false;  ///< two ports that lead to each other make a circle: a frame goes round it once
};

/// The bridges of a world.
class Bridges {
public:
    explicit Bridges(World& world);
    ~Bridges();
    Bridges(const Bridges&) = delete;
    Bridges& operator=(const Bridges&) = delete;

    /// EEXIST, EINVAL (the name). cf. br_add_bridge()
    Result<Bridge*> add(std::string_view name);
    /// cf. br_dev_delete()
    void remove(Bridge& bridge);
    /// nullptr: the device is no bridge.
    [[nodiscard]] Bridge* find(const Netdev& device) const;
    /// The bridge that has this device as a port.
    [[nodiscard]] Bridge* master_of(const Netdev& port) const;

    // What a device tells of itself. cf. br_device_event()
    void opened(const Netdev& device);
    void closing(const Netdev& device);
    /// Up, down, or another operational state.
    void state_changed(Netdev& device);
    void address_changed(Netdev& device, const ieee80211::MacAddress& before);
    void mtu_changed(const Netdev& device);

private:
    friend class Bridge;
    World& world_;
    std::map<IfIndex, std::unique_ptr<Bridge>> bridges_;
    std::map<IfIndex, Bridge*> masters_;
};

}  // namespace mlosim::mld
