#pragma once

#include <cstdint>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "netlink/policy.h"

namespace mlosim::netlink::detail {

// Newer than Debian 12's <linux/if_link.h> and <linux/rtnetlink.h>.
inline constexpr std::uint16_t ifla_devlink_port = 62;
inline constexpr std::uint16_t ifla_gso_ipv4_max_size = 63;
inline constexpr std::uint16_t ifla_gro_ipv4_max_size = 64;
inline constexpr std::uint16_t ifla_dpll_pin = 65;
inline constexpr std::uint16_t ifla_max_pacing_offload_horizon = 66;
inline constexpr std::uint16_t ifla_netns_immutable = 67;
inline constexpr std::uint16_t ifla_headroom = 68;
inline constexpr std::uint16_t ifla_tailroom = 69;
inline constexpr std::uint16_t ifla_max = ifla_tailroom;
inline constexpr std::uint32_t rtext_filter_name_only = 1U << 8U;
inline constexpr std::uint32_t rtnl_group_max = 39;

/// What a link message's attributes must be. cf. ifla_policy
extern const Policy link_policy;
/// What IFLA_LINKINFO holds. cf. ifla_info_policy
extern const Policy link_info_policy;

}  // namespace mlosim::netlink::detail
