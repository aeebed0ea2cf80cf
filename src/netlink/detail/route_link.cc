#include "netlink/detail/route_link.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "mld/bridge.h"
#include "mld/veth.h"
#include "mld/world.h"
#include "netlink/detail/bridge_change.h"
#include "netlink/detail/bridge_message.h"
#include "netlink/detail/link_attributes.h"
#include "netlink/detail/link_change.h"
#include "netlink/detail/link_message.h"

namespace mlosim::netlink::detail {

namespace {

const ifinfomsg& link_header(const nlmsghdr& message) {
    return *static_cast<const ifinfomsg*>(NLMSG_DATA(&message));
}

bool has_link_header(const nlmsghdr& message) {
    return message.nlmsg_len >= NLMSG_HDRLEN + sizeof(ifinfomsg);
}

Result<Attributes> parse_after(const nlmsghdr& message, std::size_t header, Strictness strictness, ExtAck& ack) {
    if (message.nlmsg_len < NLMSG_HDRLEN + header) return fail(EINVAL, "Invalid header length");
    const std::size_t start = std::min<std::size_t>(message.nlmsg_len, NLMSG_HDRLEN + NLMSG_ALIGN(header));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&message);
    return Attributes::parse({bytes + start, message.nlmsg_len - start}, static_cast<std::uint32_t>(start), link_policy,
                             strictness, ack);
}

/// There is one namespace, in which everybody is: only references to it are good. cf. rtnl_link_get_net_by_nlattr()
Result<void> check_namespace(const Attributes& attributes, const Sender& sender) {
    if (auto pid = attributes.u32(IFLA_NET_NS_PID); pid && *pid != static_cast<std::uint32_t>(sender.peer.pid))
        return fail(ESRCH);
    if (attributes.has(IFLA_NET_NS_FD) || attributes.has(IFLA_TARGET_NETNSID)) return fail(EINVAL);
    return {};
}

/// The attributes of a request that changes something. cf. nlmsg_parse_deprecated(), rtnl_ensure_unique_netns()
Result<Attributes> parse_change(const nlmsghdr& message, const Sender& sender, ExtAck& ack) {
    auto attributes = parse_after(message, sizeof(ifinfomsg), Strictness::liberal, ack);
    if (!attributes) return attributes;
    if (attributes->has(IFLA_TARGET_NETNSID) + attributes->has(IFLA_NET_NS_PID) + attributes->has(IFLA_NET_NS_FD) > 1)
        return fail(EINVAL, "multiple netns identifying attributes specified");
    if (auto ours = check_namespace(*attributes, sender); !ours) return fail(std::move(ours.error()));
    return attributes;
}

/// By IFNAME or ALT_IFNAME. cf. rtnl_dev_get()
mld::Netdev* find_by_name(RouteNetlink& route, const Attributes& attributes) {
    if (auto name = attributes.string(IFLA_IFNAME)) return route.world().find_netdev(*name);
    if (auto name = attributes.string(IFLA_ALT_IFNAME)) return route.world().find_netdev(*name);
    return nullptr;
}

bool names_a_link(const Attributes& attributes) {
    return attributes.has(IFLA_IFNAME) || attributes.has(IFLA_ALT_IFNAME);
}

mld::Netdev* find_by_index(RouteNetlink& route, const ifinfomsg& header) {
    return route.world().find_netdev(mld::IfIndex{static_cast<std::uint32_t>(header.ifi_index)});
}

bool has_unexpected_values(const ifinfomsg& header) {
    // The header's second byte is padding without a name in C++; a strict request has all of them zero.
    return reinterpret_cast<const std::uint8_t*>(&header)[1] != 0 || header.ifi_type != 0 || header.ifi_flags != 0 ||
           header.ifi_change != 0;
}

// cf. rtnl_valid_getlink_req()
Result<Attributes> parse_get(const nlmsghdr& message, bool strict, ExtAck& ack) {
    if (!has_link_header(message)) return fail(EINVAL, "Invalid header for get link");
    if (!strict) return parse_after(message, sizeof(ifinfomsg), Strictness::liberal, ack);
    if (has_unexpected_values(link_header(message)))
        return fail(EINVAL, "Invalid values in header for get link request");
    auto attributes = parse_after(message, sizeof(ifinfomsg), Strictness::deprecated_strict, ack);
    if (!attributes) return attributes;
    for (std::uint16_t type = 0; type <= ifla_max; ++type)
        if (attributes->has(type) && type != IFLA_IFNAME && type != IFLA_ALT_IFNAME && type != IFLA_EXT_MASK &&
            type != IFLA_TARGET_NETNSID)
            return fail(EINVAL, "Unsupported attribute in get link request");
    return attributes;
}

// cf. rtnl_valid_dump_ifinfo_req()
Result<Attributes> parse_dump(const nlmsghdr& message, bool strict, ExtAck& ack) {
    if (!strict) {
        const bool old =
            message.nlmsg_len < NLMSG_HDRLEN + sizeof(ifinfomsg);  // iproute2 before 3.9 sent no more than a family
        return parse_after(message, old ? sizeof(rtgenmsg) : sizeof(ifinfomsg), Strictness::liberal, ack);
    }
    if (!has_link_header(message)) return fail(EINVAL, "Invalid header for link dump");
    if (has_unexpected_values(link_header(message)))
        return fail(EINVAL, "Invalid values in header for link dump request");
    if (link_header(message).ifi_index != 0) return fail(EINVAL, "Filter by device index not supported for link dumps");
    auto attributes = parse_after(message, sizeof(ifinfomsg), Strictness::deprecated_strict, ack);
    if (!attributes) return attributes;
    for (std::uint16_t type = 0; type <= ifla_max; ++type)
        if (attributes->has(type) && type != IFLA_TARGET_NETNSID && type != IFLA_EXT_MASK && type != IFLA_MASTER &&
            type != IFLA_LINKINFO)
            return fail(EINVAL, "Unsupported attribute in link dump request");
    if (attributes->has(IFLA_TARGET_NETNSID)) return fail(EINVAL, "Invalid target network namespace id");
    return attributes;
}

/// What a dump shall leave out; an unknown kind filters nothing. cf. link_dump_filtered(), linkinfo_to_kind_ops()
struct DumpFilter {
    std::uint32_t master = 0;
    std::string kind;

    [[nodiscard]] bool leaves_out(const mld::Netdev& netdev) const {
        const mld::Bridges& bridges = netdev.world().bridges();
        const mld::Bridge* const bridge = bridges.master_of(netdev);
        if (master != 0 && (bridge == nullptr || bridge->device().index().value != master)) return true;
        return !kind.empty() && netdev.kind() != kind;
    }
};

DumpFilter filter_of(const Attributes& attributes) {
    DumpFilter filter;
    filter.master = attributes.u32(IFLA_MASTER).value_or(0);
    ExtAck ignored;
    if (auto info = attributes.nested(IFLA_LINKINFO, link_info_policy, Strictness::liberal, ignored))
        if (const auto kind = info->string(IFLA_INFO_KIND); kind == "bridge" || kind == "veth") filter.kind = *kind;
    return filter;
}

/// A device that is of a kind changes by the kind's own attributes; a port by those of its master. cf.
/// rtnl_changelink()
Result<void> change_kind(mld::Netdev& netdev, const Attributes& info, ExtAck& ack) {
    mld::Bridges& bridges = netdev.world().bridges();
    if (info.has(IFLA_INFO_DATA)) {
        mld::Bridge* const bridge = bridges.find(netdev);
        if (bridge == nullptr || info.string(IFLA_INFO_KIND) != "bridge") return fail(EOPNOTSUPP);
        if (auto done = change_bridge(*bridge, info, ack); !done) return done;
    }
    if (info.has(IFLA_INFO_SLAVE_DATA)) {
        mld::Bridge* const master = bridges.master_of(netdev);
        if (master == nullptr || info.string(IFLA_INFO_SLAVE_KIND) != "bridge") return fail(EOPNOTSUPP);
        return change_bridge_port(*master, netdev, info, ack);
    }
    return {};
}

/// cf. rtnl_newlink_create()
Result<mld::Netdev*> make_link(mld::World& world, const Attributes& attributes, const Attributes& info, ExtAck& ack) {
    const auto kind = info.string(IFLA_INFO_KIND);
    const auto name = attributes.string(IFLA_IFNAME);
    if (kind == "veth") {
        auto peer = veth_peer_name(info, ack);
        if (!peer) return fail(std::move(peer.error()));
        return world.veth_pairs().add(name.value_or("veth%d"), *peer);
    }
    if (kind != "bridge") return fail(EOPNOTSUPP, "Unknown device type");
    auto bridge = world.bridges().add(name.value_or("bridge%d"));
    if (!bridge) return fail(std::move(bridge.error()));
    if (auto changed = change_bridge(**bridge, info, ack); !changed) {
        world.bridges().remove(**bridge);
        return fail(std::move(changed.error()));
    }
    return &(*bridge)->device();
}

/// cf. rtnl_bridge_getlink()
Result<std::unique_ptr<Dump>> dump_ports(mld::World& world) {
    return make_dump([&world, next = mld::IfIndex{}](DumpBuffer& out) mutable -> Result<Progress> {
        for (auto it = world.netdevs().lower_bound(next); it != world.netdevs().end(); ++it) {
            next = it->first;
            const mld::Bridge* const bridge = world.bridges().master_of(*it->second);
            if (bridge == nullptr) continue;
            put_bridge_port(out.begin_raw(RTM_NEWLINK), *bridge, *it->second, false);
            if (!out.commit()) return Progress::more;
        }
        return Progress::done;
    });
}

}  // namespace

Result<void> get_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply) {
    auto attributes = parse_get(message, sender.strict_check, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    if (attributes->has(IFLA_NET_NS_PID) || attributes->has(IFLA_NET_NS_FD))
        return fail(EOPNOTSUPP, "specified netns attribute not supported");
    if (attributes->has(IFLA_TARGET_NETNSID)) return fail(EINVAL);

    const ifinfomsg& header = link_header(message);
    mld::Netdev* netdev = nullptr;
    if (header.ifi_index > 0)
        netdev = find_by_index(route, header);
    else if (names_a_link(*attributes))
        netdev = find_by_name(route, *attributes);
    else
        return fail(EINVAL);
    if (netdev == nullptr) return fail(ENODEV);

    MessageBuilder answer = reply.raw_message(RTM_NEWLINK, largest_link_message);
    put_link(answer, *netdev,
             {.ext_filter_mask = attributes->u32(IFLA_EXT_MASK).value_or(0), .was_up = route.was_up(*netdev)});
    return reply.send(answer);
}

Result<std::unique_ptr<Dump>> dump_links(RouteNetlink& route, const nlmsghdr& message, const Sender& sender,
                                         Reply& reply) {
    if (static_cast<const rtgenmsg*>(NLMSG_DATA(&message))->rtgen_family == AF_BRIDGE) return dump_ports(route.world());

    std::uint32_t mask = 0;
    DumpFilter filter;
    if (auto attributes = parse_dump(message, sender.strict_check, reply.ack())) {
        mask = attributes->u32(IFLA_EXT_MASK).value_or(0);
        filter = filter_of(*attributes);
    } else if (sender.strict_check) {
        // The kernel finds this inside of the dump, so the errno comes in NLMSG_DONE.
        return make_dump([error = attributes.error(), ack = reply.ack()](DumpBuffer& out) -> Result<Progress> {
            out.ack() = ack;
            return fail(error);
        });
    }
    return make_dump([&route, mask, filter, next = mld::IfIndex{}](DumpBuffer& out) mutable -> Result<Progress> {
        out.consistency().set_generation(route.link_generation());
        const auto& netdevs = route.world().netdevs();
        for (auto it = netdevs.lower_bound(next); it != netdevs.end(); ++it) {
            next = it->first;
            if (filter.leaves_out(*it->second)) continue;
            MessageBuilder& link = out.begin_raw(RTM_NEWLINK);
            if (out.empty()) out.check_consistent();
            put_link(link, *it->second, {.ext_filter_mask = mask, .was_up = route.was_up(*it->second)});
            if (!out.commit()) return Progress::more;
        }
        next = mld::IfIndex{~std::uint32_t{0}};
        return Progress::more;  // DONE in a datagram of its own, cf. RTNL_FLAG_DUMP_SPLIT_NLM_DONE
    });
}

// cf. __rtnl_newlink(), rtnl_changelink()
Result<void> new_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply) {
    auto attributes = parse_change(message, sender, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    ExtAck ignored;
    auto info = attributes->nested(IFLA_LINKINFO, link_info_policy, Strictness::liberal, ignored);
    if (!info) return fail(info.error().code);

    const ifinfomsg& header = link_header(message);
    const bool create = (message.nlmsg_flags & NLM_F_CREATE) != 0;
    mld::Netdev* netdev = nullptr;
    if (header.ifi_index < 0) return fail(EINVAL, "ifindex can't be negative");
    if (header.ifi_index > 0)
        netdev = find_by_index(route, header);
    else
        netdev = find_by_name(route, *attributes);

    if (netdev != nullptr) {
        if ((message.nlmsg_flags & NLM_F_EXCL) != 0) return fail(EEXIST);
        if ((message.nlmsg_flags & NLM_F_REPLACE) != 0) return fail(EOPNOTSUPP);
        if (auto done = change_kind(*netdev, *info, reply.ack()); !done) return done;
        return change_link(*netdev, header, *attributes);
    }
    if (!create) {
        const auto group = attributes->u32(IFLA_GROUP);
        if (header.ifi_index > 0 || names_a_link(*attributes) || !group) return fail(ENODEV);
        return change_group(route.world(), *group, header, *attributes);
    }
    if (attributes->has(IFLA_MAP) || attributes->has(IFLA_PROTINFO)) return fail(EOPNOTSUPP);
    auto made = make_link(route.world(), *attributes, *info, reply.ack());
    if (!made) return fail(std::move(made.error()));
    return change_link(**made, ifinfomsg{.ifi_flags = header.ifi_flags, .ifi_change = header.ifi_change}, *attributes);
}

Result<void> set_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply) {
    auto attributes = parse_change(message, sender, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    const ifinfomsg& header = link_header(message);
    mld::Netdev* netdev = nullptr;
    if (header.ifi_index > 0)
        netdev = find_by_index(route, header);
    else if (names_a_link(*attributes))
        netdev = find_by_name(route, *attributes);
    else
        return fail(EINVAL);
    if (netdev == nullptr) return fail(ENODEV);
    return change_link(*netdev, header, *attributes);
}

Result<void> delete_link(RouteNetlink& route, const nlmsghdr& message, const Sender&, Reply& reply) {
    auto attributes = parse_after(message, sizeof(ifinfomsg), Strictness::liberal, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    if (attributes->has(IFLA_NET_NS_PID) || attributes->has(IFLA_NET_NS_FD))
        return fail(EOPNOTSUPP, "specified netns attribute not supported");
    if (attributes->has(IFLA_TARGET_NETNSID)) return fail(EINVAL);
    const ifinfomsg& header = link_header(message);
    if (header.ifi_index > 0 || names_a_link(*attributes)) {
        mld::Netdev* const netdev =
            header.ifi_index > 0 ? find_by_index(route, header) : find_by_name(route, *attributes);
        if (netdev == nullptr) return fail(ENODEV);
        if (mld::Bridge* const bridge = route.world().bridges().find(*netdev))
            route.world().bridges().remove(*bridge);
        else if (route.world().veth_pairs().peer_of(*netdev) != nullptr)
            route.world().veth_pairs().remove(*netdev);
        else
            return fail(EOPNOTSUPP);
        return {};
    }
    const auto group = attributes->u32(IFLA_GROUP);
    if (!group) return fail(EINVAL);
    if (*group == 0) return fail(EPERM);  // cf. rtnl_group_dellink()
    for (const auto& [index, netdev] : route.world().netdevs())
        if (netdev->group() == *group) return fail(EOPNOTSUPP);
    return fail(ENODEV);
}

}  // namespace mlosim::netlink::detail
