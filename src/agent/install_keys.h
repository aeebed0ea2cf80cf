#pragma once

#include "agent/rsn/key_data.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "sim/result.h"

namespace mlosim::mld {
class Wdev;
}

namespace mlosim::agent {

/// What a handshake gave, put where NEW_KEY puts it. `peer`: the other end, an MLD by its MLD address.
Result<void> install_pairwise_key(mld::Wdev& wdev, const ieee80211::MacAddress& peer, ieee80211::Suite cipher,
                                  ieee80211::ByteView key);
/// `cipher`: of group data for a GTK, of group management for others.
Result<void> install_group_key(mld::Wdev& wdev, const rsn::GroupKey& key, ieee80211::Suite cipher);

}  // namespace mlosim::agent
