#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/candidate.h"
#include "agent/station_settings.h"
#include "ieee80211/mac_address.h"

namespace mlosim::agent {

/// Why a station looks for another access point.
enum class RoamCause : std::uint8_t { signal, request, script };
[[nodiscard]] std::string_view to_string(RoamCause cause);

/// What a station shall do about its access point.
struct RoamWish {
    RoamCause cause = RoamCause::signal;
    /// BSSIDs or addresses of AP MLDs, the best first; none: any other.
    std::vector<ieee80211::MacAddress> targets;
};

/// Decides when a station looks around and where it goes: by signal strength with hysteresis, or as it is wished.
class RoamingPolicy {
public:
    explicit RoamingPolicy(const RoamingSettings& settings) : settings_(settings) {}

    /// Whether there is anything to watch at all.
    [[nodiscard]] bool watches_signal() const noexcept { return settings_.below_dbm.has_value(); }
    [[nodiscard]] bool is_weak(double signal_dbm) const;
    /// The one of `found` (loudest first) to leave `current` for, of which nothing is heard, or that much. nullptr: it
    /// stays.
    [[nodiscard]] const Candidate* choose(const RoamWish& wish, const Candidate& current,
                                          std::optional<double> current_dbm, std::span<const Candidate> found) const;

private:
    const RoamingSettings settings_;
};

}  // namespace mlosim::agent
