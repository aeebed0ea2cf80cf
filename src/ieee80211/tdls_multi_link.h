#pragma once

#include "ieee80211/multi_link.h"

namespace mlosim::ieee80211 {

/// TDLS Multi-Link element, 802.11be 9.4.2.322.5: the AP MLD that the two stations share.
struct TdlsMultiLink {
    static constexpr ElementType type = element::multi_link;

    MacAddress ap_mld_addr;
    Bytes link_info;  // whole subelements, as received

    [[nodiscard]] static Result<TdlsMultiLink> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const TdlsMultiLink&, const TdlsMultiLink&) = default;
};

}  // namespace mlosim::ieee80211
