#pragma once

#include <cstdint>

#include "mld/wdev.h"
#include "netlink/message.h"

/// Statistics of mac80211's intermediate queues. Frames here wait in no queue, so they are all zero, as on a kernel at
/// rest.
namespace mlosim::netlink::nl80211 {

/// cf. ieee80211_get_txq_stats() of a whole wiphy
void put_wiphy_txq_stats(MessageBuilder& out, std::uint32_t max_flows);
/// Those of one queue. cf. nl80211_put_txq_stats(), ieee80211_fill_txq_stats()
void put_queue_stats(MessageBuilder& out, std::uint16_t attribute);
/// Nothing for interfaces without a queue for group frames. cf. ieee80211_get_txq_stats() of an interface
void put_interface_txq_stats(MessageBuilder& out, const mld::Wdev& wdev);

}  // namespace mlosim::netlink::nl80211
