#pragma once

#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_control.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/scan.h"
#include "phy/band.h"
#include "phy/channel.h"

namespace mlosim::mld {

class Wdev;
class Wiphy;

/// What a probe request carries in `band` after the SSID: rates, capabilities and the elements that the request added,
/// each where the standard wants it. With `channel`, its number is told where the band is 2.4 GHz. cf.
/// ieee80211_put_preq_ies().
[[nodiscard]] ieee80211::Bytes probe_request_elements(const Wiphy& wiphy, const Wdev& wdev, const ScanRequest& request,
                                                      phy::Band band, std::optional<phy::Channel> channel);

/// The whole frame. cf. ieee80211_probereq_get().
[[nodiscard]] ieee80211::Bytes probe_request(const ieee80211::MacAddress& sender, const ieee80211::MacAddress& bssid,
                                             const ieee80211::Ssid& ssid, ieee80211::ByteView elements,
                                             ieee80211::SequenceControl sequence);

}  // namespace mlosim::mld
