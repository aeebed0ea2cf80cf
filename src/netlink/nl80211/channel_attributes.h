#pragma once

#include "mld/wiphy.h"
#include "netlink/attributes.h"
#include "netlink/message.h"
#include "phy/channel.h"
#include "sim/result.h"

/// A channel as nl80211 writes it: frequency, width, centers, puncturing.
namespace mlosim::netlink::nl80211 {

/// cf. nl80211_send_chandef()
void put_channel_definition(MessageBuilder& out, const phy::ChannelDefinition& channel);

/// The channel that a request describes, if the wiphy can use it; EINVAL says what is wrong with it. Monitors may use
/// more channels than others. cf. _nl80211_parse_chandef()
[[nodiscard]] Result<phy::ChannelDefinition> parse_channel_definition(const mld::Wiphy& wiphy,
                                                                      const Attributes& request, bool monitor);

}  // namespace mlosim::netlink::nl80211
