#pragma once

#include <memory>

#include "netlink/request.h"
#include "netlink/route.h"

namespace mlosim::netlink::detail {

/// The loopback's addresses while it is up; no other device has any. cf. inet_dump_ifaddr(), inet6_dump_addr()
Result<std::unique_ptr<Dump>> dump_addresses(RouteNetlink& route, const nlmsghdr& message, const Sender& sender,
                                             Reply& reply);
/// A list in which there is nothing: routes, neighbours, queue disciplines …
Result<std::unique_ptr<Dump>> dump_nothing(RouteNetlink& route, const nlmsghdr& message, const Sender& sender,
                                           Reply& reply);
/// No namespace has a number here. cf. rtnl_net_getid()
Result<void> get_namespace_id(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);

}  // namespace mlosim::netlink::detail
