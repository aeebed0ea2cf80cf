#pragma once

#include <cstddef>
#include <span>

#include "phy/rates.h"
#include "phy/units.h"

namespace mlosim::phy {

/// The chance that a frame of `bytes` sent at `rate` is lost at `snr` (over the PPDU's bandwidth, AWGN). docs/phy.md
/// has the curves.
[[nodiscard]] double packet_error_rate(const Rate& rate, Db snr, std::size_t bytes);

/// The SNR at which a frame of `bytes` is lost with probability `per`, 0 < per < 1: the inverse of the above.
[[nodiscard]] Db snr_for_error_rate(const Rate& rate, double per, std::size_t bytes);

/// Below this SNR a receiver does not even notice that there is a frame.
[[nodiscard]] Db detection_threshold(const Rate& rate);

/// Receiver minimum input level sensitivity for 20 MHz and more, PER 10 %. 802.11be Table 36-67 for MCS 0–13.
[[nodiscard]] Dbm minimum_sensitivity(unsigned mcs, unsigned mhz);

}  // namespace mlosim::phy
