#include "netlink/route.h"

#include <algorithm>

#include <linux/rtnetlink.h>

#include "mld/bridge.h"
#include "netlink/detail/bridge_message.h"
#include "netlink/detail/link_attributes.h"
#include "netlink/detail/link_message.h"
#include "netlink/detail/route_address.h"
#include "netlink/detail/route_link.h"
#include "netlink/detail/route_neighbour.h"

namespace mlosim::netlink {

namespace {

using Doit = Result<void> (*)(RouteNetlink&, const nlmsghdr&, const Sender&, Reply&);
using StartDump = Result<std::unique_ptr<Dump>> (*)(RouteNetlink&, const nlmsghdr&, const Sender&, Reply&);

/// A message type and what answers it. cf. struct rtnl_msg_handler
struct Handler {
    std::uint16_t type;
    Doit doit = nullptr;
    StartDump dump = nullptr;
};

constexpr Handler handlers[] = {
    {RTM_NEWLINK, detail::new_link},
    {RTM_DELLINK, detail::delete_link},
    {RTM_GETLINK, detail::get_link, detail::dump_links},
    {RTM_SETLINK, detail::set_link},
    {RTM_GETADDR, nullptr, detail::dump_addresses},
    {RTM_GETROUTE, nullptr, detail::dump_nothing},
    {RTM_NEWNEIGH, detail::new_neighbour},
    {RTM_DELNEIGH, detail::delete_neighbour},
    {RTM_GETNEIGH, nullptr, detail::dump_neighbours},
    {RTM_GETRULE, nullptr, detail::dump_nothing},
    {RTM_GETQDISC, nullptr, detail::dump_nothing},
    {RTM_GETTCLASS, nullptr, detail::dump_nothing},
    {RTM_GETTFILTER, nullptr, detail::dump_nothing},
    {RTM_GETMULTICAST, nullptr, detail::dump_nothing},
    {RTM_GETANYCAST, nullptr, detail::dump_nothing},
    {RTM_GETNEIGHTBL, nullptr, detail::dump_nothing},
    {RTM_GETADDRLABEL, nullptr, detail::dump_nothing},
    {RTM_GETNETCONF, nullptr, detail::dump_nothing},
    {RTM_GETMDB, nullptr, detail::dump_nothing},
    {RTM_GETNSID, detail::get_namespace_id, detail::dump_nothing},
    {RTM_GETNEXTHOP, nullptr, detail::dump_nothing},
};

const Handler* find_handler(std::uint16_t type) {
    const auto found =
        std::find_if(std::begin(handlers), std::end(handlers), [&](const Handler& h) { return h.type == type; });
    return found == std::end(handlers) ? nullptr : found;
}

/// cf. rtnl_msgtype_kind(): types come in fours, NEW, DEL, GET, SET.
constexpr unsigned kind_get = 2;

}  // namespace

RouteNetlink::RouteNetlink(Core& core, mld::World& world) : core_(core), world_(world) {
    core_.attach(Protocol::route, *this);
    world_.subscribe(*this);
}

RouteNetlink::~RouteNetlink() {
    world_.unsubscribe(*this);
}

std::uint32_t RouteNetlink::group_count() const {
    return (detail::rtnl_group_max + 31) / 32 * 32;
}

bool RouteNetlink::was_up(const mld::Netdev& netdev) const {
    return netdev.is_up() || were_up_.contains(netdev.index());
}

// cf. rtnetlink_rcv_msg()
Result<void> RouteNetlink::handle(const nlmsghdr& message, const Sender& sender, Reply& reply) {
    if (message.nlmsg_type > RTM_MAX) return fail(EOPNOTSUPP);
    if (message.nlmsg_len < NLMSG_HDRLEN + sizeof(rtgenmsg)) return {};
    const unsigned kind = (message.nlmsg_type - RTM_BASE) & 3U;
    if (kind != kind_get && !sender.privileged) return fail(EPERM);

    const Handler* handler = find_handler(message.nlmsg_type);
    if (kind == kind_get && (message.nlmsg_flags & NLM_F_DUMP) != 0) {
        if (handler == nullptr || handler->dump == nullptr) return fail(EOPNOTSUPP);
        if (reply.dump_running()) return fail(EBUSY);
        auto dump = handler->dump(*this, message, sender, reply);
        if (!dump) return fail(std::move(dump.error()));
        reply.start_dump({.seq = message.nlmsg_seq, .port = sender.port}, std::move(*dump));
        return {};
    }
    if (handler == nullptr || handler->doit == nullptr) return fail(EOPNOTSUPP);
    return handler->doit(*this, message, sender, reply);
}

void RouteNetlink::netdev_added(mld::Netdev& netdev) {
    ++link_generation_;
    announce(RTM_NEWLINK, netdev, ~std::uint32_t{0});
}

void RouteNetlink::netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) {
    if (cause == mld::NetdevCause::name) ++link_generation_;
    if (netdev.is_up()) were_up_.insert(netdev.index());
    announce(RTM_NEWLINK, netdev, changed.bits());
}

void RouteNetlink::netdev_removed(mld::Netdev& netdev) {
    ++link_generation_;
    announce(RTM_DELLINK, netdev, ~std::uint32_t{0});
    were_up_.erase(netdev.index());
}

void RouteNetlink::bridge_port_changed(mld::Netdev& bridge, mld::Netdev& port, bool removed) {
    if (!core_.has_listeners(Protocol::route, RTNLGRP_LINK)) return;
    MessageBuilder message({.type = static_cast<std::uint16_t>(removed ? RTM_DELLINK : RTM_NEWLINK)},
                           detail::largest_link_message);
    detail::put_bridge_port(message, *world_.bridges().find(bridge), port, removed);
    core_.multicast(Protocol::route, RTNLGRP_LINK, message.bytes());
}

void RouteNetlink::bridge_entry_changed(mld::Netdev& bridge, const ieee80211::MacAddress& address,
                                        const mld::BridgeEntry& entry, bool removed) {
    if (!core_.has_listeners(Protocol::route, RTNLGRP_NEIGH)) return;
    const mld::Bridge* const owner = world_.bridges().find(bridge);
    if (owner == nullptr) return;  // not quite there yet
    MessageBuilder message({.type = static_cast<std::uint16_t>(removed ? RTM_DELNEIGH : RTM_NEWNEIGH)},
                           detail::largest_link_message);
    detail::put_bridge_entry(message, *owner, address, entry);
    core_.multicast(Protocol::route, RTNLGRP_NEIGH, message.bytes());
}

void RouteNetlink::announce(std::uint16_t type, const mld::Netdev& netdev, std::uint32_t change) {
    if (!core_.has_listeners(Protocol::route, RTNLGRP_LINK)) return;
    MessageBuilder message({.type = type}, detail::largest_link_message);
    detail::put_link(message, netdev, {.change = change, .was_up = was_up(netdev), .leaving = type == RTM_DELLINK});
    core_.multicast(Protocol::route, RTNLGRP_LINK, message.bytes());
}

}  // namespace mlosim::netlink
