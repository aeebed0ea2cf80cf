#include "netlink/detail/route_neighbour.h"

#include <vector>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "mld/bridge.h"
#include "mld/world.h"
#include "netlink/detail/bridge_message.h"

namespace mlosim::netlink::detail {

namespace {

constexpr std::uint16_t nda_max = 18;

// cf. nda_policy[]
constexpr auto neighbour_rules = policy_table<nda_max>({
    {NDA_DST, attr::binary(16)},
    {NDA_LLADDR, attr::binary(32)},
    {NDA_CACHEINFO, attr::unspec(sizeof(nda_cacheinfo))},
    {NDA_VLAN, attr::u16()},
    {NDA_IFINDEX, attr::u32()},
    {NDA_MASTER, attr::u32()},
});
const Policy neighbour_policy{neighbour_rules};

/// One entry of one bridge, as a request names it.
struct Target {
    ndmsg header{};
    mld::Netdev* netdev = nullptr;
    mld::Bridge* bridge = nullptr;
    ieee80211::MacAddress address;
};

Result<Attributes> parse(const nlmsghdr& message, ExtAck& ack) {
    constexpr std::size_t header = NLMSG_ALIGN(sizeof(ndmsg));
    if (message.nlmsg_len < NLMSG_HDRLEN + header) return fail(EINVAL, "Invalid header length");
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&message);
    return Attributes::parse({bytes + NLMSG_HDRLEN + header, message.nlmsg_len - NLMSG_HDRLEN - header},
                             NLMSG_HDRLEN + header, neighbour_policy, Strictness::liberal, ack);
}

/// The bridge that answers for that device: its master, or itself. What devices listen to besides their own address is
/// not simulated.
Result<Target> find_target(RouteNetlink& route, const nlmsghdr& message, ExtAck& ack) {
    auto attributes = parse(message, ack);
    if (!attributes) return fail(std::move(attributes.error()));
    Target target;
    target.header = *static_cast<const ndmsg*>(NLMSG_DATA(&message));
    if (target.header.ndm_family != AF_BRIDGE) return fail(EOPNOTSUPP);
    if (target.header.ndm_ifindex == 0) return fail(EINVAL, "invalid ifindex");
    target.netdev = route.world().find_netdev(mld::IfIndex{static_cast<std::uint32_t>(target.header.ndm_ifindex)});
    if (target.netdev == nullptr) return fail(ENODEV, "unknown ifindex");
    const auto address = attributes->bytes(NDA_LLADDR);
    if (!address || address->size() != ieee80211::MacAddress::size) return fail(EINVAL, "invalid address");
    target.address = ieee80211::MacAddress{address->first<ieee80211::MacAddress::size>()};
    if (target.netdev->type() != mld::LinkType::ethernet)
        return fail(EINVAL, "FDB add only supported for Ethernet devices");
    if (attributes->has(NDA_VLAN)) return fail(EOPNOTSUPP, "VLANs are not simulated", attributes->at(NDA_VLAN));
    mld::Bridges& bridges = route.world().bridges();
    const bool by_master = target.header.ndm_flags == 0 || (target.header.ndm_flags & NTF_MASTER) != 0;
    if (by_master) target.bridge = bridges.master_of(*target.netdev);
    if (target.bridge == nullptr && (target.header.ndm_flags & NTF_SELF) != 0)
        target.bridge = bridges.find(*target.netdev);
    if (target.bridge == nullptr) return fail(EOPNOTSUPP);
    return target;
}

std::vector<mld::IfIndex> bridges_of(const mld::World& world) {
    std::vector<mld::IfIndex> all;
    for (const auto& [index, netdev] : world.netdevs())
        if (world.bridges().find(*netdev) != nullptr) all.push_back(index);
    return all;
}

}  // namespace

// cf. br_fdb_add()
Result<void> new_neighbour(RouteNetlink& route, const nlmsghdr& message, const Sender&, Reply& reply) {
    const auto target = find_target(route, message, reply.ack());
    if (!target) return fail(target.error());
    const std::uint16_t state = target->header.ndm_state;
    if ((state & (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE)) == 0) return fail(EINVAL);
    mld::BridgeTable::Request request;
    request.device = target->netdev->index();
    if ((state & NUD_PERMANENT) == 0)
        request.kind = (state & NUD_NOARP) != 0 ? mld::BridgeEntryKind::fixed : mld::BridgeEntryKind::learnt;
    const mld::BridgePort* port = target->bridge->find_port(request.device);
    if (port == nullptr && request.kind != mld::BridgeEntryKind::local)
        return fail(EINVAL, "FDB entry towards bridge must be permanent");
    if (port != nullptr && request.kind == mld::BridgeEntryKind::learnt &&
        port->state != mld::BridgePortState::forwarding)
        return fail(EPERM);
    request.create = (message.nlmsg_flags & NLM_F_CREATE) != 0;
    request.only_new = (message.nlmsg_flags & NLM_F_EXCL) != 0;
    return target->bridge->table().add(target->address, request);
}

Result<void> delete_neighbour(RouteNetlink& route, const nlmsghdr& message, const Sender&, Reply& reply) {
    const auto target = find_target(route, message, reply.ack());
    if (!target) return fail(target.error());
    return target->bridge->table().remove(target->netdev->index(), target->address);
}

Result<std::unique_ptr<Dump>> dump_neighbours(RouteNetlink& route, const nlmsghdr& message, const Sender& sender,
                                              Reply& reply) {
    std::uint32_t master = 0;
    std::uint32_t port = 0;
    // A list of old had another header. cf. valid_fdb_dump_legacy()
    const auto& header = *static_cast<const ndmsg*>(NLMSG_DATA(&message));
    if (header.ndm_family != AF_BRIDGE)
        return make_dump([](DumpBuffer&) -> Result<Progress> { return Progress::done; });
    if (message.nlmsg_len >= NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(ndmsg))) {
        port = static_cast<std::uint32_t>(header.ndm_ifindex);
        if (auto attributes = parse(message, reply.ack()))
            master = attributes->u32(NDA_MASTER).value_or(0);
        else if (sender.strict_check)
            return fail(std::move(attributes.error()));
    }
    mld::World& world = route.world();
    if (master != 0) {
        const mld::Netdev* netdev = world.find_netdev(mld::IfIndex{master});
        if (netdev == nullptr) return fail(ENODEV);
        if (world.bridges().find(*netdev) == nullptr) return fail(EINVAL);
    }
    return make_dump([&world, master, port, left = bridges_of(world),
                      next = ieee80211::MacAddress{}](DumpBuffer& out) mutable -> Result<Progress> {
        for (; !left.empty(); left.erase(left.begin()), next = {}) {
            const mld::Netdev* netdev = world.find_netdev(left.front());
            const mld::Bridge* bridge = netdev == nullptr ? nullptr : world.bridges().find(*netdev);
            if (bridge == nullptr || (master != 0 && left.front().value != master)) continue;
            const auto& entries = bridge->table().entries();
            for (auto entry = entries.lower_bound(next); entry != entries.end(); ++entry) {
                next = entry->first;
                if (port != 0 && entry->second.device.value != port) continue;
                put_bridge_entry(out.begin_raw(RTM_NEWNEIGH), *bridge, entry->first, entry->second);
                if (!out.commit()) return Progress::more;
            }
        }
        return Progress::done;
    });
}

}  // namespace mlosim::netlink::detail
