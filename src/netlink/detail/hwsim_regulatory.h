#pragma once

#include <cstdint>
#include <optional>

#include "phy/regulatory.h"

namespace mlosim::netlink::detail {

/// The domains of mac80211_hwsim's own making, by HWSIM_ATTR_REG_CUSTOM_REG's number. cf. hwsim_world_regdom_custom[]
[[nodiscard]] std::optional<phy::RegulatoryDomain> hwsim_custom_domain(std::uint32_t number);

}  // namespace mlosim::netlink::detail
