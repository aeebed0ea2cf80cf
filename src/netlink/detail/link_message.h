#pragma once

#include <cstdint>

#include "mld/netdev.h"
#include "netlink/message.h"

namespace mlosim::netlink::detail {

/// What a link message says beyond the device itself.
struct LinkMessageOptions {
    std::uint32_t change = 0;           ///< ifi_change
    std::uint32_t ext_filter_mask = 0;  ///< RTEXT_FILTER_*: what the requester wants or does not want
    bool was_up = false;
    bool leaving = false;  ///< the device is going: queues and IP settings are gone already
};

/// Writes ifinfomsg and the attributes that describe a network device. cf. rtnl_fill_ifinfo()
void put_link(MessageBuilder& message, const mld::Netdev& netdev, const LinkMessageOptions& options);

/// Most that put_link() writes.
inline constexpr std::size_t largest_link_message = 4096;

}  // namespace mlosim::netlink::detail
