#pragma once

#include <optional>

namespace mlosim::mld::detail {

/// An average in which each new value weighs 1/`weight`. mac80211 averages signals with 8, beacons' with 4.
/// cf. DECLARE_EWMA() in sta_info.h and ieee80211_i.h
inline double ewma(const std::optional<double>& before, double value, double weight = 8.0) {
    return before ? *before + (value - *before) / weight : value;
}

}  // namespace mlosim::mld::detail
