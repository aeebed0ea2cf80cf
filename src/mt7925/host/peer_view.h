#pragma once

#include <cstdint>

#include "mld/sta.h"
#include "mld/wdev.h"
#include "mt7925/host/key_message.h"
#include "mt7925/host/station_message.h"
#include "phy/channel.h"

/// A peer of the MAC's as the driver tells the firmware of it.
namespace mlosim::mt7925::host {

/// What `link` of `peer` can, less what the radio cannot, on a channel: its elements as mac80211 keeps them.
/// cf. ieee80211_ht_cap_ie_to_sta_ht_cap() and its like
[[nodiscard]] PeerCapabilities peer_capabilities(const mld::Sta& peer, const mld::LinkSta& link,
                                                 const phy::ChannelDefinition& channel);

/// All that the MAC knows for STA_REC of `peer`'s link. The driver adds what is its own: the entry, its state, the
/// MLD's entries, header translation; and takes the capabilities away again while the peer is new (EntryState::none:
/// mac80211 knows its rates alone). cf. mt7925_mcu_sta_update()
[[nodiscard]] StationRecord station_record(const mld::Sta& peer, const mld::LinkSta& link,
                                           const phy::ChannelDefinition& channel);

/// KEY_V3's part that the MAC knows. The driver adds the entry and the group key kept. `address`: the peer's link's, of
/// a group key the link's BSSID.
[[nodiscard]] KeyInput key_input(const mld::Key& key, const ieee80211::MacAddress& address);

}  // namespace mlosim::mt7925::host
