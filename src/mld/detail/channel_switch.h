#pragma once

#include "mld/bss.h"

namespace mlosim::mld::detail {

/// What is known of a BSS says that it is about to leave its channel: nobody should join it now.
/// cf. ieee80211_mgd_csa_in_process()
[[nodiscard]] bool announces_channel_switch(const Bss& bss);

/// The new probe response of a BSS repeats, a second or more after the last, an announcement to stop sending and to
/// switch to where the BSS is: some access points never take it out again. cf. cfg80211_check_stuck_ecsa()
[[nodiscard]] bool switch_is_stuck(const Bss& known, const BssElements& update);

}  // namespace mlosim::mld::detail
