#pragma once

#include <span>
#include <vector>

#include "agent/bss.h"
#include "agent/status_code.h"
#include "ieee80211/element.h"
#include "ieee80211/management_frames.h"

/// What an access point says to stations that want in: rules without state.
namespace mlosim::agent {

struct AuthenticationAnswer {
    StatusCode status = StatusCode::success;
    /// The station is an MLD (its request had a Basic Multi-Link element): the answer says which MLD this one is.
    bool multi_link = false;
};
/// Open-system authentication, 802.11-2020 12.3.3.2; SAE and the others are refused for now.
[[nodiscard]] AuthenticationAnswer answer_authentication(const Bss& bss, const ieee80211::AuthenticationBody& request);

/// A link that a station MLD asked for besides the one it asked on.
struct LinkGrant {
    ieee80211::LinkId link;
    ieee80211::MacAddress station;  ///< its address there
    StatusCode status = StatusCode::success;
};

struct AssociationAnswer {
    StatusCode status = StatusCode::success;
    /// The MLD that associates. Without one it is a single station on a single link: also on an AP MLD, and also if it
    /// speaks 802.11be (802.11be 35.3.5.1: a request without a Basic Multi-Link element).
    std::optional<ieee80211::MacAddress> mld_addr;
    std::vector<LinkGrant> links;
};
/// A (re)association request to `bss`, one of the MLD's (or access point's) `links`; `elements` are the request's.
[[nodiscard]] AssociationAnswer answer_association(const Bss& bss, std::span<const Bss> links,
                                                   const ieee80211::ElementList& elements);

}  // namespace mlosim::agent
