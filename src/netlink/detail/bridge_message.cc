#include "netlink/detail/bridge_message.h"

#include <chrono>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "mld/netdev.h"
#include "mld/world.h"

namespace mlosim::netlink::detail {

namespace {

using std::chrono::milliseconds;

/// Times of bridges are in hundredths of a second. cf. jiffies_to_clock_t()
constexpr milliseconds clock_tick{10};

std::uint32_t ticks(milliseconds time) {
    return static_cast<std::uint32_t>(time / clock_tick);
}

std::uint32_t ticks_since(const mld::World& world, sim::Time then) {
    return static_cast<std::uint32_t>((world.now() - then) / clock_tick);
}

ifla_bridge_id identity(const mld::Bridge& bridge) {
    ifla_bridge_id id{};
    id.prio[0] = static_cast<std::uint8_t>(bridge.priority >> 8U);
    id.prio[1] = static_cast<std::uint8_t>(bridge.priority & 0xffU);
    const auto& octets = bridge.device().address().octets();
    std::copy(octets.begin(), octets.end(), id.addr);
    return id;
}

/// Without the spanning tree protocol every bridge is its own root. cf. br_fill_info()
void put_bridge_info(MessageBuilder& message, const mld::Bridge& bridge) {
    message.put_u32(IFLA_BR_FORWARD_DELAY, ticks(bridge.times.forward_delay));
    message.put_u32(IFLA_BR_HELLO_TIME, ticks(bridge.times.hello_time));
    message.put_u32(IFLA_BR_MAX_AGE, ticks(bridge.times.max_age));
    message.put_u32(IFLA_BR_AGEING_TIME, ticks(bridge.table().ageing_time()));
    message.put_u32(IFLA_BR_STP_STATE, 0);
    message.put_u16(IFLA_BR_PRIORITY, bridge.priority);
    message.put_u8(IFLA_BR_VLAN_FILTERING, 0);
    message.put_u16(IFLA_BR_GROUP_FWD_MASK, 0);
    message.put_struct(IFLA_BR_BRIDGE_ID, identity(bridge));
    message.put_struct(IFLA_BR_ROOT_ID, identity(bridge));
    message.put_u16(IFLA_BR_ROOT_PORT, 0);
    message.put_u32(IFLA_BR_ROOT_PATH_COST, 0);
    message.put_u8(IFLA_BR_TOPOLOGY_CHANGE, 0);
    message.put_u8(IFLA_BR_TOPOLOGY_CHANGE_DETECTED, 0);
    message.put_mac(IFLA_BR_GROUP_ADDR, ieee80211::MacAddress{{0x01, 0x80, 0xc2, 0, 0, 0}});
}

// cf. br_port_fill_attrs()
void put_port_info(MessageBuilder& message, const mld::Bridge& bridge, const mld::BridgePort& port) {
    const auto number = static_cast<std::uint16_t>((port.priority << 10U) | port.number);
    message.put_u8(IFLA_BRPORT_STATE, static_cast<std::uint8_t>(port.state));
    message.put_u16(IFLA_BRPORT_PRIORITY, port.priority);
    message.put_u32(IFLA_BRPORT_COST, port.path_cost);
    message.put_u8(IFLA_BRPORT_MODE, port.hairpin ? 1 : 0);
    message.put_u8(IFLA_BRPORT_GUARD, 0);
    message.put_u8(IFLA_BRPORT_PROTECT, 0);
    message.put_u8(IFLA_BRPORT_FAST_LEAVE, 0);
    message.put_u8(IFLA_BRPORT_MCAST_TO_UCAST, 0);
    message.put_u8(IFLA_BRPORT_LEARNING, port.learning ? 1 : 0);
    message.put_u8(IFLA_BRPORT_UNICAST_FLOOD, port.unicast_flood ? 1 : 0);
    message.put_u8(IFLA_BRPORT_MCAST_FLOOD, port.multicast_flood ? 1 : 0);
    message.put_u8(IFLA_BRPORT_BCAST_FLOOD, port.broadcast_flood ? 1 : 0);
    message.put_u8(IFLA_BRPORT_PROXYARP, 0);
    message.put_u8(IFLA_BRPORT_PROXYARP_WIFI, 0);
    message.put_struct(IFLA_BRPORT_ROOT_ID, identity(bridge));
    message.put_struct(IFLA_BRPORT_BRIDGE_ID, identity(bridge));
    message.put_u16(IFLA_BRPORT_DESIGNATED_PORT, number);
    message.put_u16(IFLA_BRPORT_DESIGNATED_COST, 0);
    message.put_u16(IFLA_BRPORT_ID, number);
    message.put_u16(IFLA_BRPORT_NO, port.number);
    message.put_u8(IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, 0);
    message.put_u8(IFLA_BRPORT_CONFIG_PENDING, 0);
    message.put_u8(IFLA_BRPORT_ISOLATED, port.isolated ? 1 : 0);
}

// cf. fdb_to_nud()
std::uint16_t state_of(const mld::Bridge& bridge, const mld::BridgeEntry& entry) {
    if (entry.kind == mld::BridgeEntryKind::local) return NUD_PERMANENT;
    if (entry.kind == mld::BridgeEntryKind::fixed) return NUD_NOARP;
    return bridge.table().expired(entry) ? NUD_STALE : NUD_REACHABLE;
}

}  // namespace

void put_link_info(MessageBuilder& message, const mld::Netdev& netdev) {
    const mld::Bridges& bridges = netdev.world().bridges();
    const mld::Bridge* master = bridges.master_of(netdev);
    if (netdev.kind().empty() && master == nullptr) return;
    auto info = message.nest_noflag(IFLA_LINKINFO);
    if (!netdev.kind().empty()) message.put_string(IFLA_INFO_KIND, netdev.kind());
    if (const mld::Bridge* bridge = bridges.find(netdev)) {
        auto data = message.nest_noflag(IFLA_INFO_DATA);
        put_bridge_info(message, *bridge);
    }
    if (master != nullptr) {
        message.put_string(IFLA_INFO_SLAVE_KIND, "bridge");
        auto data = message.nest_noflag(IFLA_INFO_SLAVE_DATA);
        put_port_info(message, *master, *master->find_port(netdev.index()));
    }
}

void put_bridge_port(MessageBuilder& message, const mld::Bridge& bridge, const mld::Netdev& netdev, bool removed) {
    ifinfomsg header{};
    header.ifi_family = AF_BRIDGE;
    header.ifi_type = static_cast<std::uint16_t>(netdev.type());
    header.ifi_index = static_cast<int>(netdev.index().value);
    header.ifi_flags = netdev.flags().bits();
    message.put_header(header);
    message.put_string(IFLA_IFNAME, netdev.name());
    message.put_u32(IFLA_MASTER, bridge.device().index().value);
    message.put_u32(IFLA_MTU, netdev.mtu());
    message.put_u8(IFLA_OPERSTATE, static_cast<std::uint8_t>(netdev.operational_state()));
    message.put_mac(IFLA_ADDRESS, netdev.address());
    if (removed) return;
    if (const mld::BridgePort* port = bridge.find_port(netdev.index())) {
        auto info = message.nest(IFLA_PROTINFO);
        put_port_info(message, bridge, *port);
    }
}

void put_bridge_entry(MessageBuilder& message, const mld::Bridge& bridge, const ieee80211::MacAddress& address,
                      const mld::BridgeEntry& entry) {
    constexpr std::uint16_t nda_flags_ext = 15;
    ndmsg header{};
    header.ndm_family = AF_BRIDGE;
    header.ndm_ifindex = static_cast<int>(entry.device.value);
    header.ndm_state = state_of(bridge, entry);
    message.put_header(header);
    message.put_mac(NDA_LLADDR, address);
    message.put_u32(NDA_MASTER, bridge.device().index().value);
    message.put_u32(nda_flags_ext, 0);
    const mld::World& world = bridge.device().world();
    nda_cacheinfo times{};
    times.ndm_used = ticks_since(world, entry.used);
    times.ndm_updated = ticks_since(world, entry.updated);
    message.put_struct(NDA_CACHEINFO, times);
}

}  // namespace mlosim::netlink::detail
