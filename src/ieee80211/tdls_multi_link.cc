#include "ieee80211/tdls_multi_link.h"

namespace mlosim::ieee80211 {

Result<TdlsMultiLink> TdlsMultiLink::parse(ByteView body) {
    const auto parts = detail::split_multi_link(body, MultiLinkVariant::tdls);
    if (!parts) return fail(parts.error());
    ByteReader common{parts->common};
    TdlsMultiLink value;
    value.ap_mld_addr = common.mac();
    if (!common.ok()) return fail(EINVAL, "TDLS Multi-Link: common info without the AP MLD's address");
    const ByteView links = parts->link_info.bytes();
    value.link_info.assign(links.begin(), links.end());
    return value;
}

void TdlsMultiLink::append_to(ByteWriter& out) const {
    detail::write_multi_link(
        out, MultiLinkVariant::tdls, 0, [this](ByteWriter& w) { w.mac(ap_mld_addr); },
        [this](ByteWriter& w) { w.bytes(link_info); });
}

}  // namespace mlosim::ieee80211
