#pragma once

#include "phy/band.h"
#include "phy/position.h"
#include "phy/units.h"

namespace mlosim::phy {

/// Log-distance path loss: free space over the first metre, then 10 n dB per decade of distance. docs/phy.md says where
/// n is from.
struct PathLoss {
    double exponent_2_4ghz = 3.0;
    double exponent_5ghz = 3.1;
    double exponent_6ghz = 3.1;
    /// Standard deviation of the shadowing that each pair of ports gets once and for all. 0: none.
    Db shadowing{0.0};

    [[nodiscard]] double exponent(Band band) const;
    /// Of the first metre, in free space.
    [[nodiscard]] static Db first_metre(Frequency center);
    /// Of the rest, without shadowing. Nearer than one metre counts as one metre.
    [[nodiscard]] Db beyond(double metres, Band band) const;
    [[nodiscard]] Db loss(double metres, Band band, Frequency center) const {
        return first_metre(center) + beyond(metres, band);
    }
};

/// Thermal noise of 290 K over `mhz` plus the receiver's noise figure.
[[nodiscard]] Dbm noise_floor(double mhz, Db noise_figure);

/// The noise figure of a receiver of which nothing else is known. 802.11 assumes 10 dB in its sensitivities, chips do
/// better.
inline constexpr Db default_noise_figure{7.0};

}  // namespace mlosim::phy
