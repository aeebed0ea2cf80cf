#pragma once

#include "mld/bss.h"

namespace mlosim::mld::detail {

/// What is known of a BSS says that it is about to leave its channel: nobody should join it now.
/// cf. ieee80211_mgd_csa_in_process()
[[nodiscard]] bool announces_channel_switch(const Bss& bss);

}  // namespace mlosim::mld::detail
