#pragma once

#include <cmath>
#include <compare>

namespace mlosim::phy {

/// A place in the world, in metres.
struct Position {
    double x = 0.0;
    double y = 0.0;
    double z = 0.0;
    friend constexpr bool operator==(const Position&, const Position&) = default;
};

/// In metres. Sums, products and sqrt are exact to the last bit by IEEE 754, so this is the same everywhere.
[[nodiscard]] inline double distance(const Position& a, const Position& b) {
    const double x = a.x - b.x;
    const double y = a.y - b.y;
    const double z = a.z - b.z;
    return std::sqrt(x * x + y * y + z * z);
}

}  // namespace mlosim::phy
