#pragma once

#include "ieee80211/byte_io.h"
#include "mld/detail/connection_mode.h"
#include "mld/mlme.h"

namespace mlosim::mld {
class Link;
class Wdev;
}  // namespace mlosim::mld

namespace mlosim::mld::detail {

/// What one link of an association is about.
struct AssociationSubject {
    const Link& link;
    const Bss& bss;
    ConnectionSettings settings;
};

/// The elements of a (re)association request from the SSID on, and its capabilities: the program's own elements are
/// put where 802.11-2020 Table 9-36 wants them among the MAC's. cf. ieee80211_send_assoc()
struct AssociationElements {
    std::uint16_t capabilities = 0;
    ieee80211::Bytes elements;
};
[[nodiscard]] AssociationElements association_elements(const AssociationSubject& subject,
                                                       const AssociateRequest& request, const ieee80211::Ssid& ssid,
                                                       bool wmm);

}  // namespace mlosim::mld::detail
