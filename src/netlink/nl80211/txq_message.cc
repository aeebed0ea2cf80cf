#include "netlink/nl80211/txq_message.h"

#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

void put_wiphy_txq_stats(MessageBuilder& out, std::uint32_t max_flows) {
    auto nest = out.nest_noflag(NL80211_ATTR_TXQ_STATS);
    for (std::uint16_t statistic :
         {NL80211_TXQ_STATS_BACKLOG_BYTES, NL80211_TXQ_STATS_BACKLOG_PACKETS, NL80211_TXQ_STATS_OVERLIMIT,
          NL80211_TXQ_STATS_OVERMEMORY, NL80211_TXQ_STATS_COLLISIONS})
        out.put_u32(statistic, 0);
    out.put_u32(NL80211_TXQ_STATS_MAX_FLOWS, max_flows);
}

void put_queue_stats(MessageBuilder& out, std::uint16_t attribute) {
    auto nest = out.nest_noflag(attribute);
    for (std::uint16_t statistic :
         {NL80211_TXQ_STATS_BACKLOG_BYTES, NL80211_TXQ_STATS_BACKLOG_PACKETS, NL80211_TXQ_STATS_FLOWS,
          NL80211_TXQ_STATS_DROPS, NL80211_TXQ_STATS_ECN_MARKS, NL80211_TXQ_STATS_OVERLIMIT,
          NL80211_TXQ_STATS_COLLISIONS, NL80211_TXQ_STATS_TX_BYTES, NL80211_TXQ_STATS_TX_PACKETS})
        out.put_u32(statistic, 0);
}

void put_interface_txq_stats(MessageBuilder& out, const mld::Wdev& wdev) {
    if (wdev.has_queue()) put_queue_stats(out, NL80211_ATTR_TXQ_STATS);
}

}  // namespace mlosim::netlink::nl80211
