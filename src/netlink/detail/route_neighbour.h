#pragma once

#include <memory>

#include "netlink/request.h"
#include "netlink/route.h"

namespace mlosim::netlink::detail {

// Of neighbours only those of bridges exist, the family AF_BRIDGE: no IP stack is simulated.

/// cf. rtnl_fdb_add()
Result<void> new_neighbour(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);
/// cf. rtnl_fdb_del()
Result<void> delete_neighbour(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);
/// cf. rtnl_fdb_dump(), neigh_dump_info()
Result<std::unique_ptr<Dump>> dump_neighbours(RouteNetlink& route, const nlmsghdr& message, const Sender& sender,
                                              Reply& reply);

}  // namespace mlosim::netlink::detail
