#pragma once

#include <cstdint>

#include "mld/bss.h"
#include "mld/scan.h"
#include "mld/wdev.h"
#include "netlink/message.h"

namespace mlosim::netlink::nl80211 {

/// What TRIGGER_SCAN, NEW_SCAN_RESULTS and SCAN_ABORTED events say. cf. nl80211_prep_scan_msg()
void put_scan(MessageBuilder& out, const mld::Wdev& wdev, const mld::Scan& scan);

/// One entry of GET_SCAN's answer. cf. nl80211_send_bss()
void put_bss(MessageBuilder& out, const mld::Wdev& wdev, const mld::Bss& bss, std::uint32_t generation, sim::Time now);

}  // namespace mlosim::netlink::nl80211
