#include "netlink/detail/route_link.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "mld/world.h"
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

/// No device of ours has a master: such a filter leaves nothing. Kinds of devices are all unknown, and an unknown kind
/// filters nothing. cf. link_dump_filtered(), linkinfo_to_kind_ops()
bool filters_everything(const Attributes& attributes) {
    return attributes.u32(IFLA_MASTER).value_or(0) != 0;
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
    if (static_cast<const rtgenmsg*>(NLMSG_DATA(&message))->rtgen_family == AF_BRIDGE)
        return make_dump([](DumpBuffer&) -> Result<Progress> { return Progress::done; });  // cf. rtnl_bridge_getlink()

    std::uint32_t mask = 0;
    bool nothing = false;
    if (auto attributes = parse_dump(message, sender.strict_check, reply.ack())) {
        mask = attributes->u32(IFLA_EXT_MASK).value_or(0);
        nothing = filters_everything(*attributes);
    } else if (sender.strict_check) {
        // The kernel finds this inside of the dump, so the errno comes in NLMSG_DONE.
        return make_dump([error = attributes.error(), ack = reply.ack()](DumpBuffer& out) -> Result<Progress> {
            out.ack() = ack;
            return fail(error);
        });
    }
    return make_dump([&route, mask, nothing, next = mld::IfIndex{}](DumpBuffer& out) mutable -> Result<Progress> {
        out.consistency().set_generation(route.link_generation());
        const auto& netdevs = route.world().netdevs();
        for (auto it = netdevs.lower_bound(next); !nothing && it != netdevs.end(); ++it) {
            next = it->first;
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
        if (info->has(IFLA_INFO_DATA) || info->has(IFLA_INFO_SLAVE_DATA)) return fail(EOPNOTSUPP);
        return change_link(*netdev, header, *attributes);
    }
    if (!create) {
        const auto group = attributes->u32(IFLA_GROUP);
        if (header.ifi_index > 0 || names_a_link(*attributes) || !group) return fail(ENODEV);
        return change_group(route.world(), *group, header, *attributes);
    }
    if (attributes->has(IFLA_MAP) || attributes->has(IFLA_PROTINFO)) return fail(EOPNOTSUPP);
    return fail(EOPNOTSUPP, "Unknown device type");
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
        const bool exists =
            (header.ifi_index > 0 ? find_by_index(route, header) : find_by_name(route, *attributes)) != nullptr;
        return fail(exists ? EOPNOTSUPP : ENODEV);
    }
    const auto group = attributes->u32(IFLA_GROUP);
    if (!group) return fail(EINVAL);
    if (*group == 0) return fail(EPERM);  // cf. rtnl_group_dellink()
    for (const auto& [index, netdev] : route.world().netdevs())
        if (netdev->group() == *group) return fail(EOPNOTSUPP);
    return fail(ENODEV);
}

}  // namespace mlosim::netlink::detail
