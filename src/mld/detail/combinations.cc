#include "mld/detail/combinations.h"

#include <numeric>

namespace mlosim::mld::detail {

namespace {

bool allows(const InterfaceCombination& combination, const CombinationUse& use) {
    const std::uint32_t total = std::accumulate(use.interfaces.begin(), use.interfaces.end(), 0U);
    if (total > combination.max_interfaces || use.channels > combination.channels) return false;

    std::vector<std::uint32_t> room;
    for (const InterfaceLimit& limit : combination.limits)
        room.push_back(limit.max);
    for (unsigned t = 0; t < use.interfaces.size(); ++t) {
        const auto type = static_cast<InterfaceType>(t);
        if (use.interfaces[t] == 0 || use.software_types.contains(type)) continue;
        bool named = false;
        for (std::size_t i = 0; i < room.size(); ++i) {
            if (!combination.limits[i].types.contains(type)) continue;
            named = true;
            if (room[i] < use.interfaces[t]) return false;
            room[i] -= use.interfaces[t];
        }
        if (!named) return false;
    }

    // cf. cfg80211_calculate_bi_data()
    std::uint32_t gcd = 0;
    bool different = false;
    for (std::uint32_t interval : use.beacon_intervals) {
        if (gcd != 0 && interval != use.beacon_intervals.front()) different = true;
        gcd = std::gcd(gcd, interval);
    }
    if (gcd == 0) return true;
    if (combination.beacon_interval_min_gcd != 0) return gcd >= combination.beacon_interval_min_gcd;
    return !different;
}

}  // namespace

bool any_combination_allows(std::span<const InterfaceCombination> combinations, const CombinationUse& use) {
    for (const InterfaceCombination& combination : combinations)
        if (allows(combination, use)) return true;
    return false;
}

}  // namespace mlosim::mld::detail
