#pragma once

#include <vector>

#include "ieee80211/byte_io.h"
#include "mld/detail/connection_mode.h"
#include "mld/mlme.h"

namespace mlosim::mld {
class Wdev;
}  // namespace mlosim::mld

namespace mlosim::mld::detail {

/// What one link of an association is about.
struct AssociationSubject {
    const Wdev& wdev;
    const Bss& bss;
    ConnectionSettings settings;
    ieee80211::LinkId link;
    ieee80211::MacAddress address;
    /// What the program adds.
    ieee80211::ByteView elements;
};

/// The elements of a (re)association request from the SSID on, and its capabilities: the program's own elements are
/// put where 802.11-2020 Table 9-36 wants them among the MAC's; with an AP MLD a Basic Multi-Link element with a
/// profile of each of `others`. cf. ieee80211_send_assoc(), ieee80211_assoc_add_ml_elem()
struct AssociationElements {
    std::uint16_t capabilities = 0;
    ieee80211::Bytes elements;
};
[[nodiscard]] AssociationElements association_elements(const AssociationSubject& subject,
                                                       const std::vector<AssociationSubject>& others,
                                                       const AssociateRequest& request, const ieee80211::Ssid& ssid,
                                                       bool wmm);

/// What a Link Reconfiguration Request says of a link that it adds. cf. ieee80211_build_ml_reconf_req()
[[nodiscard]] ieee80211::Bytes added_link_profile(const AssociationSubject& subject, bool use_rrm);

}  // namespace mlosim::mld::detail
