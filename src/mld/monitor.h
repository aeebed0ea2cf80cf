#pragma once

#include <cstdint>

#include "phy/flags.h"

namespace mlosim::mld {

/// What a monitor interface passes on (enum nl80211_mntr_flags as bits, cf. enum monitor_flags).
enum class MonitorFlag : std::uint32_t {
    changed = 1U << 0,  ///< flags were stated at all, maybe none of the others
    fcs_failed = 1U << 1,
    plcp_failed = 1U << 2,
    control = 1U << 3,
    other_bss = 1U << 4,
    cook_frames = 1U << 5,
    active = 1U << 6,
    skip_tx = 1U << 7,
};
using MonitorFlags = phy::Flags<MonitorFlag>;

}  // namespace mlosim::mld
