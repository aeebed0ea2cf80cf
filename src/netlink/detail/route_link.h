#pragma once

#include <memory>

#include "netlink/request.h"
#include "netlink/route.h"

namespace mlosim::netlink::detail {

// The rtnetlink requests about links. Each gets the message as it came.

/// One device, by index or name. cf. rtnl_getlink()
Result<void> get_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);
/// All devices. cf. rtnl_dump_ifinfo()
Result<std::unique_ptr<Dump>> dump_links(RouteNetlink& route, const nlmsghdr& message, const Sender& sender,
                                         Reply& reply);
/// Changes a device; creates none. cf. rtnl_newlink()
Result<void> new_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);
/// cf. rtnl_setlink()
Result<void> set_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);
/// EOPNOTSUPP for every device there is. cf. rtnl_dellink()
Result<void> delete_link(RouteNetlink& route, const nlmsghdr& message, const Sender& sender, Reply& reply);

}  // namespace mlosim::netlink::detail
