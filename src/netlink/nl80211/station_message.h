#pragma once

#include "mld/sta.h"
#include "mld/wdev.h"
#include "netlink/message.h"
#include "sim/virtual_time.h"

namespace mlosim::netlink::nl80211 {

/// A peer with all that is counted of it. cf. nl80211_send_station(), sta_set_sinfo()
void put_station(MessageBuilder& out, const mld::Sta& sta, sim::Time now);
/// A peer that is new: nothing is known of it but that it is there. cf. cfg80211_new_sta()
void put_new_station(MessageBuilder& out, const mld::Sta& sta);

/// cf. nl80211_put_sta_rate()
void put_rate(MessageBuilder& out, std::uint16_t attribute, const phy::Rate& rate);

}  // namespace mlosim::netlink::nl80211
