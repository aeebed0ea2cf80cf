#include "ieee80211/priority_access_multi_link.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint16_t ap_mld_addr_present = detail::presence_bit(0);
constexpr unsigned link_id_mask = 0xf;
}  // namespace

// cf. ieee80211_mle_size_ok(): the address is there whatever the presence bitmap says; cf. ieee80211_ml_epcs()
Result<PriorityAccessMultiLink> PriorityAccessMultiLink::parse(ByteView body) {
    const auto parts = detail::split_multi_link(body, MultiLinkVariant::priority_access);
    if (!parts) return fail(parts.error());
    ByteReader common{parts->common};
    PriorityAccessMultiLink value;
    value.ap_mld_addr = common.mac();
    if (!common.ok()) return fail(EINVAL, "Priority Access Multi-Link: common info without the AP MLD's address");
    for (const ElementView& e : parts->link_info) {
        if (e.type().id != detail::per_sta_profile_id) continue;
        const ElementBody whole{e};
        ByteReader in{whole};
        const std::uint16_t control = in.u16le();
        if (!in.ok()) return fail(EINVAL, "Priority Access Multi-Link: a profile shorter than STA Control");
        const auto link = LinkId::from(control & link_id_mask);
        if (!link) return fail(EINVAL, "Priority Access Multi-Link: link id 15 is reserved");
        value.profiles.push_back({*link, Bytes(in.rest().begin(), in.rest().end())});
    }
    value.other_subelements = detail::other_subelements(parts->link_info);
    return value;
}

void PriorityAccessMultiLink::append_to(ByteWriter& out) const {
    detail::write_multi_link(
        out, MultiLinkVariant::priority_access, ap_mld_addr_present, [this](ByteWriter& w) { w.mac(ap_mld_addr); },
        [this](ByteWriter& w) {
            for (const PriorityAccessPerStaProfile& p : profiles) {
                detail::write_per_sta_profile(w, [&p](ByteWriter& s) {
                    s.u16le(p.link.value());
                    s.bytes(p.profile);
                });
            }
            w.bytes(other_subelements);
        });
}

}  // namespace mlosim::ieee80211
