#include "netlink/detail/link_change.h"

#include <linux/if.h>
#include <sys/socket.h>

#include "mld/bridge.h"
#include "mld/world.h"
#include "netlink/detail/link_attributes.h"

namespace mlosim::netlink::detail {

namespace {

using Step = Result<void> (*)(mld::Netdev&, const ifinfomsg&, const Attributes&);

constexpr std::uint32_t most_segments = 65535;
constexpr std::uint32_t most_size = 65536;          // of the devices here: none takes larger segments
constexpr std::uint32_t most_gro_size = 8 * 65535;  // GRO_MAX_SIZE

/// cf. validate_linkmsg()
Result<void> validate_change(mld::Netdev&, const ifinfomsg&, const Attributes& attributes) {
    for (const std::uint16_t address : {IFLA_ADDRESS, IFLA_BROADCAST})
        if (auto bytes = attributes.bytes(address); bytes && bytes->size() < ieee80211::MacAddress::size)
            return fail(EINVAL);
    if (attributes.u32(IFLA_GSO_MAX_SIZE).value_or(0) > most_size) return fail(EINVAL, "too big gso_max_size");
    if (attributes.u32(IFLA_GSO_MAX_SEGS).value_or(0) > most_segments) return fail(EINVAL, "too big gso_max_segs");
    if (attributes.u32(IFLA_GRO_MAX_SIZE).value_or(0) > most_gro_size) return fail(EINVAL, "too big gro_max_size");
    if (attributes.u32(ifla_gso_ipv4_max_size).value_or(0) > most_size)
        return fail(EINVAL, "too big gso_ipv4_max_size");
    if (attributes.u32(ifla_gro_ipv4_max_size).value_or(0) > most_gro_size)
        return fail(EINVAL, "too big gro_ipv4_max_size");
    for (const Attribute family : attributes.each(IFLA_AF_SPEC))
        if (family.type() != AF_INET && family.type() != AF_INET6) return fail(EAFNOSUPPORT);
    return {};
}

Result<void> change_map(mld::Netdev&, const ifinfomsg&, const Attributes& attributes) {
    if (attributes.has(IFLA_MAP)) return fail(EOPNOTSUPP);  // no ndo_set_config
    return {};
}

Result<void> change_address(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto address = attributes.mac(IFLA_ADDRESS)) return netdev.set_address(*address);
    return {};
}

Result<void> change_mtu(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto mtu = attributes.u32(IFLA_MTU)) return netdev.set_mtu(*mtu);
    return {};
}

Result<void> change_group_number(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto group = attributes.u32(IFLA_GROUP)) netdev.set_group(*group);
    return {};
}

/// A name is a new name where the index says which device is meant.
Result<void> change_name(mld::Netdev& netdev, const ifinfomsg& header, const Attributes& attributes) {
    const auto name = attributes.string(IFLA_IFNAME);
    if (header.ifi_index > 0 && name && !name->empty()) return netdev.rename(*name);
    return {};
}

Result<void> change_alias(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto alias = attributes.string(IFLA_IFALIAS)) return netdev.set_alias(*alias);
    return {};
}

/// cf. rtnl_dev_combine_flags(): ifi_change 0 stands for all of them, as older programs send it.
Result<void> change_flags(mld::Netdev& netdev, const ifinfomsg& header, const Attributes&) {
    if (header.ifi_flags == 0 && header.ifi_change == 0) return {};
    std::uint32_t flags = header.ifi_flags;
    if (header.ifi_change != 0) flags = (flags & header.ifi_change) | (netdev.flags().bits() & ~header.ifi_change);
    return netdev.set_flags(mld::NetdevFlags::from_bits(flags));
}

/// cf. do_set_master(): bridges alone are masters here.
Result<void> change_master(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    const auto index = attributes.u32(IFLA_MASTER);
    if (!index) return {};
    mld::Bridges& bridges = netdev.world().bridges();
    mld::Bridge* const before = bridges.master_of(netdev);
    if (before != nullptr && before->device().index().value == *index) return {};
    if (before != nullptr)
        if (auto left = before->remove_port(netdev); !left) return left;
    if (*index == 0) return {};
    const mld::Netdev* master = netdev.world().find_netdev(mld::IfIndex{*index});
    if (master == nullptr) return fail(EINVAL);
    mld::Bridge* const bridge = bridges.find(*master);
    if (bridge == nullptr) return fail(EOPNOTSUPP);
    return bridge->add_port(netdev);
}

Result<void> change_carrier(mld::Netdev&, const ifinfomsg&, const Attributes& attributes) {
    if (attributes.has(IFLA_CARRIER)) return fail(EOPNOTSUPP);  // no ndo_change_carrier
    return {};
}

Result<void> change_queue_length(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto length = attributes.u32(IFLA_TXQLEN)) netdev.set_tx_queue_length(*length);
    return {};
}

Result<void> change_operational_state(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto state = attributes.u8(IFLA_OPERSTATE))
        netdev.set_operational_state(static_cast<mld::OperationalState>(*state));
    return {};
}

Result<void> change_link_mode(mld::Netdev& netdev, const ifinfomsg&, const Attributes& attributes) {
    if (auto mode = attributes.u8(IFLA_LINKMODE)) netdev.set_link_mode(static_cast<mld::LinkMode>(*mode));
    return {};
}

/// Virtual functions, ports, IP settings, protodown, XDP programs: devices here have none of it.
Result<void> change_the_rest(mld::Netdev&, const ifinfomsg&, const Attributes& attributes) {
    for (const Attribute function : attributes.each(IFLA_VFINFO_LIST))
        return fail(function.type() == IFLA_VF_INFO ? EOPNOTSUPP : EINVAL);
    if (attributes.has(IFLA_VF_PORTS) || attributes.has(IFLA_PORT_SELF)) return fail(EOPNOTSUPP);
    for (const Attribute family : attributes.each(IFLA_AF_SPEC))
        return fail(EOPNOTSUPP, "no IP stack is simulated", family.offset());
    if (attributes.has(IFLA_PROTO_DOWN) || attributes.has(IFLA_PROTO_DOWN_REASON))
        return fail(EOPNOTSUPP, "Protodown not supported by device");
    for (const Attribute program : attributes.each(IFLA_XDP)) {
        if (program.type() == IFLA_XDP_ATTACHED || program.type() == IFLA_XDP_PROG_ID) return fail(EINVAL);
        if (program.type() == IFLA_XDP_FD) return fail(EOPNOTSUPP);
    }
    return {};
}

constexpr Step steps[] = {
    validate_change,  change_map,      change_address, change_mtu,     change_group_number, change_name,
    change_alias,     change_flags,    change_master,  change_carrier, change_queue_length, change_operational_state,
    change_link_mode, change_the_rest,
};

}  // namespace

Result<void> change_link(mld::Netdev& netdev, const ifinfomsg& header, const Attributes& attributes) {
    for (const Step step : steps)
        if (auto done = step(netdev, header, attributes); !done) return done;
    return {};
}

Result<void> change_group(mld::World& world, std::uint32_t group, const ifinfomsg& header,
                          const Attributes& attributes) {
    std::vector<mld::IfIndex> members;
    for (const auto& [index, netdev] : world.netdevs())
        if (netdev->group() == group) members.push_back(index);
    for (const mld::IfIndex index : members)
        if (mld::Netdev* netdev = world.find_netdev(index))
            if (auto done = change_link(*netdev, header, attributes); !done) return done;
    return {};
}

}  // namespace mlosim::netlink::detail
