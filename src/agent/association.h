#pragma once

#include <span>
#include <vector>

#include "agent/bss.h"
#include "agent/status_code.h"
#include "ieee80211/element.h"
#include "ieee80211/management_frames.h"
#include "sim/result.h"

/// What an access point says to stations that want in: rules without state.
namespace mlosim::agent {

/// An MLD that authenticates says so with a Basic Multi-Link element (802.11be 35.3.5.1); `elements` are the frame's.
/// EINVAL: that element is broken, or its address cannot be an MLD's.
[[nodiscard]] Result<std::optional<ieee80211::MacAddress>> authenticating_mld(const Bss& bss,
                                                                              const ieee80211::ElementList& elements);
/// Open-system authentication, 802.11-2020 12.3.3.2: also of networks with SAE, whose stations may have a key already.
[[nodiscard]] StatusCode answer_open_authentication(const ieee80211::AuthenticationBody& request);

/// A link that a station MLD asked for besides the one it asked on.
struct LinkGrant {
    ieee80211::LinkId link;
    ieee80211::MacAddress station;  ///< its address there
    StatusCode status = StatusCode::success;
    ieee80211::Bytes elements;  ///< what its request would have said there
    /// A bit for each link on which it does not receive while it sends there, and the other way round.
    std::uint16_t nstr_links = 0;
};

struct AssociationAnswer {
    StatusCode status = StatusCode::success;
    /// The MLD that associates. Without one it is a single station on a single link: also on an AP MLD, and also if it
    /// speaks 802.11be (802.11be 35.3.5.1: a request without a Basic Multi-Link element).
    std::optional<ieee80211::MacAddress> mld_addr;
    std::vector<LinkGrant> links;
    std::optional<std::uint16_t> eml_capabilities;
};
/// A (re)association request to `bss`, one of the MLD's (or access point's) `links`; `elements` are the request's.
/// `authenticated_as`: the MLD that the station authenticated as, which it has to be still.
[[nodiscard]] AssociationAnswer answer_association(const Bss& bss, std::span<const Bss> links,
                                                   const ieee80211::ElementList& elements,
                                                   const std::optional<ieee80211::MacAddress>& authenticated_as);

}  // namespace mlosim::agent
