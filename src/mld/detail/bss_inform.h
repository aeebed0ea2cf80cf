#pragma once

#include "ieee80211/frame_header.h"
#include "mld/bss_table.h"
#include "mld/frame.h"

namespace mlosim::mld {
class Wiphy;
}

namespace mlosim::mld::detail {

/// What the parts of a radio's scan see of the world around the table.
struct InformContext {
    Wiphy& wiphy;
    BssTable& table;
    sim::Time now;
    /// While a connected station scans: its TSF and BSSID at that time.
    std::uint64_t parent_tsf = 0;
    ieee80211::MacAddress parent_bssid;
};

/// Takes a beacon or probe response into the table: its own BSS, those of a Multiple BSSID element, and the affiliated
/// APs that a probe response describes completely. nullptr: the frame says of no BSS that this radio could use. cf.
/// cfg80211_inform_bss_frame_data().
const Bss* inform_bss(const InformContext& context, const ieee80211::FrameView& frame, const RxStatus& status);

}  // namespace mlosim::mld::detail
