#include "netlink/detail/bridge_change.h"

#include <chrono>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "mld/netdev.h"
#include "netlink/detail/link_attributes.h"

namespace mlosim::netlink::detail {

namespace {

using std::chrono::milliseconds;
constexpr milliseconds clock_tick{10};

constexpr std::uint16_t bridge_max = 50;  // IFLA_BR_FDB_MAX_LEARNED and those of its time
constexpr std::uint16_t port_max = 46;

// cf. br_policy[]
constexpr auto bridge_rules = policy_table<bridge_max>({
    {IFLA_BR_FORWARD_DELAY, attr::u32()},
    {IFLA_BR_HELLO_TIME, attr::u32()},
    {IFLA_BR_MAX_AGE, attr::u32()},
    {IFLA_BR_AGEING_TIME, attr::u32()},
    {IFLA_BR_STP_STATE, attr::u32()},
    {IFLA_BR_PRIORITY, attr::u16()},
    {IFLA_BR_VLAN_FILTERING, attr::u8()},
    {IFLA_BR_MCAST_SNOOPING, attr::u8()},
});
const Policy bridge_policy{bridge_rules};

// cf. br_port_policy[]
constexpr auto port_rules = policy_table<port_max>({
    {IFLA_BRPORT_STATE, attr::u8()},
    {IFLA_BRPORT_PRIORITY, attr::u16()},
    {IFLA_BRPORT_COST, attr::u32()},
    {IFLA_BRPORT_MODE, attr::u8()},
    {IFLA_BRPORT_LEARNING, attr::u8()},
    {IFLA_BRPORT_UNICAST_FLOOD, attr::u8()},
    {IFLA_BRPORT_MCAST_FLOOD, attr::u8()},
    {IFLA_BRPORT_BCAST_FLOOD, attr::u8()},
    {IFLA_BRPORT_ISOLATED, attr::u8()},
});
const Policy port_policy{port_rules};

constexpr auto veth_rules = policy_table<VETH_INFO_PEER>({{VETH_INFO_PEER, attr::unspec(sizeof(ifinfomsg))}});
const Policy veth_policy{veth_rules};

struct Flag {
    std::uint16_t attribute;
    bool mld::BridgePort::*value;
};
constexpr Flag port_flags[] = {
    {IFLA_BRPORT_MODE, &mld::BridgePort::hairpin},
    {IFLA_BRPORT_LEARNING, &mld::BridgePort::learning},
    {IFLA_BRPORT_UNICAST_FLOOD, &mld::BridgePort::unicast_flood},
    {IFLA_BRPORT_MCAST_FLOOD, &mld::BridgePort::multicast_flood},
    {IFLA_BRPORT_BCAST_FLOOD, &mld::BridgePort::broadcast_flood},
    {IFLA_BRPORT_ISOLATED, &mld::BridgePort::isolated},
};

bool is_port_flag(std::uint16_t attribute) {
    return std::any_of(std::begin(port_flags), std::end(port_flags),
                       [&](const Flag& flag) { return flag.attribute == attribute; });
}

}  // namespace

Result<void> change_bridge(mld::Bridge& bridge, const Attributes& link_info, ExtAck& ack) {
    if (!link_info.has(IFLA_INFO_DATA)) return {};
    auto data = link_info.nested(IFLA_INFO_DATA, bridge_policy, Strictness::liberal, ack);
    if (!data) return fail(std::move(data.error()));
    for (std::uint16_t type = 1; type <= bridge_max; ++type) {
        if (!data->has(type)) continue;
        const bool off = (type == IFLA_BR_STP_STATE && data->u32(type) == 0U) ||
                         (type == IFLA_BR_VLAN_FILTERING && data->u8(type) == std::uint8_t{0}) ||
                         type == IFLA_BR_MCAST_SNOOPING;  // without a querier all is flooded anyway
        const bool known = type == IFLA_BR_FORWARD_DELAY || type == IFLA_BR_HELLO_TIME || type == IFLA_BR_MAX_AGE ||
                           type == IFLA_BR_AGEING_TIME || type == IFLA_BR_PRIORITY;
        if (!off && !known) return fail(EOPNOTSUPP, "not simulated", data->at(type));
    }
    if (auto time = data->u32(IFLA_BR_FORWARD_DELAY)) bridge.times.forward_delay = clock_tick * *time;
    if (auto time = data->u32(IFLA_BR_HELLO_TIME))
        if (auto set = bridge.set_hello_time(clock_tick * *time); !set) return set;
    if (auto time = data->u32(IFLA_BR_MAX_AGE))
        if (auto set = bridge.set_max_age(clock_tick * *time); !set) return set;
    if (auto time = data->u32(IFLA_BR_AGEING_TIME)) bridge.table().set_ageing_time(clock_tick * *time);
    if (auto priority = data->u16(IFLA_BR_PRIORITY)) bridge.priority = *priority;
    return {};
}

Result<void> change_bridge_port(mld::Bridge& bridge, mld::Netdev& netdev, const Attributes& link_info, ExtAck& ack) {
    if (!link_info.has(IFLA_INFO_SLAVE_DATA)) return {};
    auto data = link_info.nested(IFLA_INFO_SLAVE_DATA, port_policy, Strictness::liberal, ack);
    if (!data) return fail(std::move(data.error()));
    for (std::uint16_t type = 1; type <= port_max; ++type)
        if (data->has(type) && type != IFLA_BRPORT_PRIORITY && type != IFLA_BRPORT_COST && !is_port_flag(type))
            return fail(EOPNOTSUPP, "not simulated", data->at(type));
    mld::BridgePort port = *bridge.find_port(netdev.index());
    for (const Flag& flag : port_flags)
        if (auto value = data->u8(flag.attribute)) port.*flag.value = *value != 0;
    if (auto cost = data->u32(IFLA_BRPORT_COST)) port.path_cost = *cost;
    if (auto priority = data->u16(IFLA_BRPORT_PRIORITY)) port.priority = *priority;
    return bridge.set_port(port);
}

Result<std::string> veth_peer_name(const Attributes& link_info, ExtAck& ack) {
    const std::string pattern = "veth%d";
    if (!link_info.has(IFLA_INFO_DATA)) return pattern;
    auto data = link_info.nested(IFLA_INFO_DATA, veth_policy, Strictness::liberal, ack);
    if (!data) return fail(std::move(data.error()));
    const auto peer = data->bytes(VETH_INFO_PEER);
    if (!peer) return pattern;
    auto attributes = Attributes::parse(peer->subspan(sizeof(ifinfomsg)),
                                        data->at(VETH_INFO_PEER).value_or(AttrOffset{}).bytes +
                                            static_cast<std::uint32_t>(NLA_HDRLEN + sizeof(ifinfomsg)),
                                        link_policy, Strictness::liberal, ack);
    if (!attributes) return fail(std::move(attributes.error()));
    return std::string(attributes->string(IFLA_IFNAME).value_or(pattern));
}

}  // namespace mlosim::netlink::detail
