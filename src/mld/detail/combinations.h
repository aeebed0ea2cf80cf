#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mld/interface_type.h"
#include "mld/radio_profile.h"

namespace mlosim::mld::detail {

/// What would run on a wiphy at the same time (struct iface_combination_params).
struct CombinationUse {
    std::array<std::uint32_t, nl80211_interface_types> interfaces{};
    std::uint32_t channels = 0;
    std::vector<std::uint32_t> beacon_intervals;
    /// Types that need no room in a combination.
    InterfaceTypes software_types;
};

/// Whether one of the combinations that the radio states has room for all of it. cf. cfg80211_iter_combinations().
[[nodiscard]] bool any_combination_allows(std::span<const InterfaceCombination> combinations,
                                          const CombinationUse& use);

}  // namespace mlosim::mld::detail
