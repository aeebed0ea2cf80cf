#include "netlink/detail/link_attributes.h"

#include <limits>

#include <net/if.h>

namespace mlosim::netlink::detail {

namespace {

constexpr std::uint16_t longest_address = 32;           // MAX_ADDR_LEN
constexpr std::uint16_t longest_physical_id = 32;       // MAX_PHYS_ITEM_ID_LEN
constexpr std::uint16_t longest_alias = 255;            // IFALIASZ - 1
constexpr std::uint16_t longest_alternative = 127;      // ALTIFNAMSIZ - 1
constexpr std::int64_t least_gso_size = 128 + 192 + 1;  // MAX_TCP_HEADER + 1 of a kernel with every tunnel

constexpr auto link_rules = policy_table<ifla_max>({
    {IFLA_IFNAME, attr::string(IFNAMSIZ - 1)},
    {IFLA_ADDRESS, attr::binary(longest_address)},
    {IFLA_BROADCAST, attr::binary(longest_address)},
    {IFLA_MAP, attr::unspec(sizeof(rtnl_link_ifmap))},
    {IFLA_MTU, attr::u32()},
    {IFLA_LINK, attr::u32()},
    {IFLA_MASTER, attr::u32()},
    {IFLA_CARRIER, attr::u8()},
    {IFLA_TXQLEN, attr::range(AttributeType::u32, 0, std::numeric_limits<std::int32_t>::max())},
    {IFLA_WEIGHT, attr::u32()},
    {IFLA_OPERSTATE, attr::u8()},
    {IFLA_LINKMODE, attr::u8()},
    {IFLA_LINKINFO, attr::nested()},
    {IFLA_NET_NS_PID, attr::u32()},
    {IFLA_NET_NS_FD, attr::u32()},
    {IFLA_IFALIAS, attr::binary(longest_alias)},
    {IFLA_VFINFO_LIST, attr::nested()},
    {IFLA_VF_PORTS, attr::nested()},
    {IFLA_PORT_SELF, attr::nested()},
    {IFLA_AF_SPEC, attr::nested()},
    {IFLA_EXT_MASK, attr::u32()},
    {IFLA_PROMISCUITY, attr::u32()},
    {IFLA_NUM_TX_QUEUES, attr::u32()},
    {IFLA_NUM_RX_QUEUES, attr::u32()},
    {IFLA_GSO_MAX_SEGS, attr::u32()},
    {IFLA_GSO_MAX_SIZE, attr::min(AttributeType::u32, least_gso_size)},
    {IFLA_PHYS_PORT_ID, attr::binary(longest_physical_id)},
    {IFLA_CARRIER_CHANGES, attr::u32()},
    {IFLA_PHYS_SWITCH_ID, attr::binary(longest_physical_id)},
    {IFLA_LINK_NETNSID, attr::s32()},
    {IFLA_PROTO_DOWN, attr::u8()},
    {IFLA_XDP, attr::nested()},
    {IFLA_EVENT, attr::u32()},
    {IFLA_GROUP, attr::u32()},
    {IFLA_TARGET_NETNSID, attr::s32()},
    {IFLA_CARRIER_UP_COUNT, attr::u32()},
    {IFLA_CARRIER_DOWN_COUNT, attr::u32()},
    {IFLA_MIN_MTU, attr::u32()},
    {IFLA_MAX_MTU, attr::u32()},
    {IFLA_PROP_LIST, attr::nested()},
    {IFLA_ALT_IFNAME, attr::string(longest_alternative)},
    {IFLA_PERM_ADDRESS, attr::reject()},
    {IFLA_PROTO_DOWN_REASON, attr::nested()},
    {IFLA_NEW_IFINDEX, attr::min(AttributeType::s32, 1)},
    {IFLA_PARENT_DEV_NAME, attr::nul_string()},
    {IFLA_GRO_MAX_SIZE, attr::u32()},
    {IFLA_TSO_MAX_SIZE, attr::reject()},
    {IFLA_TSO_MAX_SEGS, attr::reject()},
    {IFLA_ALLMULTI, attr::reject()},
    {ifla_gso_ipv4_max_size, attr::min(AttributeType::u32, least_gso_size)},
    {ifla_gro_ipv4_max_size, attr::u32()},
    {ifla_netns_immutable, attr::reject()},
    {ifla_headroom, attr::reject()},
    {ifla_tailroom, attr::reject()},
});

constexpr auto link_info_rules = policy_table<IFLA_INFO_SLAVE_DATA>({
    {IFLA_INFO_KIND, attr::string()},
    {IFLA_INFO_DATA, attr::nested()},
    {IFLA_INFO_SLAVE_KIND, attr::string()},
    {IFLA_INFO_SLAVE_DATA, attr::nested()},
});

}  // namespace

const Policy link_policy{link_rules, ifla_dpll_pin};
const Policy link_info_policy{link_info_rules};

}  // namespace mlosim::netlink::detail
