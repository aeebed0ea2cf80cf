#pragma once

#include <vector>

#include "mld/mlme.h"
#include "mld/wiphy.h"
#include "netlink/request.h"

namespace mlosim::netlink::nl80211 {

/// A channel that exists and may be used. cf. nl80211_get_valid_chan()
[[nodiscard]] Result<phy::Frequency> usable_frequency(const mld::Wiphy& wiphy, std::optional<phy::Frequency> frequency);

/// What a request's MLO_LINKS say of each link: EINVAL for one without a link id, a BSSID or a channel, or that is
/// there twice. cf. nl80211_process_links()
[[nodiscard]] Result<std::vector<mld::AssociateLink>> parse_association_links(const mld::Wiphy& wiphy,
                                                                              const Request& request);

}  // namespace mlosim::netlink::nl80211
