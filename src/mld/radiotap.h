#pragma once

#include <optional>

#include "ieee80211/byte_io.h"
#include "mld/frame.h"

namespace mlosim::mld {

/// The header that a monitor interface puts in front of a frame. cf. ieee80211_add_rx_radiotap_header()
[[nodiscard]] ieee80211::Bytes received_radiotap(const RxStatus& status);

/// The header that hwsim0 puts in front of each frame sent by any radio. cf. mac80211_hwsim_monitor_rx()
[[nodiscard]] ieee80211::Bytes air_radiotap(sim::Time now, const phy::Rate& rate, const phy::Channel& channel);

/// Length of the header in front of a frame that a program sends; nothing if it has none. cf.
/// ieee80211_validate_radiotap_len()
[[nodiscard]] std::optional<std::size_t> radiotap_length(ieee80211::ByteView frame);

}  // namespace mlosim::mld
