#pragma once

#include <cstdint>
#include <vector>

#include "ieee80211/byte_io.h"

namespace mlosim::mld {

/// A pattern in a frame that wakes the host (struct cfg80211_pkt_pattern).
struct WakePattern {
    ieee80211::Bytes pattern;
    ieee80211::Bytes mask;  ///< a bit an octet of the pattern, lowest first
    std::uint32_t offset = 0;
    friend bool operator==(const WakePattern&, const WakePattern&) = default;
};

/// What shall wake a host that sleeps (struct cfg80211_wowlan).
struct WakeOn {
    bool any = false;
    bool disconnect = false;
    bool magic_packet = false;
    bool gtk_rekey_failure = false;
    bool eap_identity_request = false;
    bool four_way_handshake = false;
    bool rfkill_release = false;
    std::vector<WakePattern> patterns;
    friend bool operator==(const WakeOn&, const WakeOn&) = default;
};

}  // namespace mlosim::mld
