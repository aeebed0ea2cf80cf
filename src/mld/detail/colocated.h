#pragma once

#include <vector>

#include "mld/scan.h"
#include "sim/result.h"

namespace mlosim::mld {
class Wiphy;
}

namespace mlosim::mld::detail {

/// The 6 GHz half of a scan.
struct SixGhzPlan {
    std::vector<phy::Channel> channels;
    std::vector<Colocated6GHz> colocated;
};

/// Which 6 GHz channels are worth a visit: with ScanFlag::colocated_6ghz the preferred scanning channels and those
/// where the neighbor reports of known access points name one of theirs; else all that were asked for. EOPNOTSUPP: the
/// radio has no 6 GHz; EINVAL: none. cf. cfg80211_scan_6ghz().
[[nodiscard]] Result<SixGhzPlan> plan_6ghz(Wiphy& wiphy, const Scan& scan);

}  // namespace mlosim::mld::detail
