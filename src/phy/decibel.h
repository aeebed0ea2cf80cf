#pragma once

namespace mlosim::phy {

/// Logarithm and exponential out of IEEE 754's exact operations alone, so that no C library's last bit can change a
/// run. Relative error below 1e-14.
[[nodiscard]] double natural_log(double x);  ///< x > 0
[[nodiscard]] double log10_of(double x);     ///< x > 0
[[nodiscard]] double exp_of(double x);       ///< 0 below -708, infinity above 709

}  // namespace mlosim::phy
