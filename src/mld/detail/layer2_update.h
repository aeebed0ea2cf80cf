#pragma once

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"

namespace mlosim::mld::detail {

/// What bridges learn a station's place from: an LLC XID response in its name, to everybody.
/// cf. cfg80211_send_layer2_update()
[[nodiscard]] ieee80211::Bytes layer2_update(const ieee80211::MacAddress& station);

}  // namespace mlosim::mld::detail
