#include "ieee80211/probe_request_multi_link.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint16_t ap_mld_id_present = detail::presence_bit(0);
constexpr std::uint16_t mld_addr_present = detail::presence_bit(1);
constexpr unsigned link_id_mask = 0xf;
constexpr unsigned complete_bit = 1U << 4U;

Result<ProbeRequestPerStaProfile> parse_profile(ByteView body) {
    ByteReader in{body};
    const std::uint16_t control = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Probe Request Multi-Link: a profile shorter than STA Control");
    const auto link = LinkId::from(control & link_id_mask);
    if (!link) return fail(EINVAL, "Probe Request Multi-Link: link id 15 is reserved");
    return ProbeRequestPerStaProfile{*link, (control & complete_bit) != 0, Bytes(in.rest().begin(), in.rest().end())};
}
}  // namespace

Result<ProbeRequestMultiLink> ProbeRequestMultiLink::parse(ByteView body) {
    const auto parts = detail::split_multi_link(body, MultiLinkVariant::probe_request);
    if (!parts) return fail(parts.error());
    ProbeRequestMultiLink value;
    ByteReader common{parts->common};
    if ((parts->presence & ap_mld_id_present) != 0) value.ap_mld_id = common.u8();
    if ((parts->presence & mld_addr_present) != 0) value.mld_addr = common.mac();
    if (!common.ok()) {
        return fail(EINVAL, "Probe Request Multi-Link: common info shorter than the parts that it announces");
    }
    for (const ElementView& e : parts->link_info) {
        if (e.type().id != detail::per_sta_profile_id) continue;
        auto profile = parse_profile(ElementBody(e));
        if (!profile) return fail(std::move(profile.error()));
        value.profiles.push_back(std::move(*profile));
    }
    value.other_subelements = detail::other_subelements(parts->link_info);
    return value;
}

void ProbeRequestMultiLink::append_to(ByteWriter& out) const {
    const auto presence =
        static_cast<std::uint16_t>((ap_mld_id ? ap_mld_id_present : 0U) | (mld_addr ? mld_addr_present : 0U));
    detail::write_multi_link(
        out, MultiLinkVariant::probe_request, presence,
        [this](ByteWriter& w) {
            if (ap_mld_id) w.u8(*ap_mld_id);
            if (mld_addr) w.mac(*mld_addr);
        },
        [this](ByteWriter& w) {
            for (const ProbeRequestPerStaProfile& p : profiles) {
                detail::write_per_sta_profile(w, [&p](ByteWriter& s) {
                    s.u16le(static_cast<std::uint16_t>(p.link.value() | (p.complete ? complete_bit : 0U)));
                    s.bytes(p.profile);
                });
            }
            w.bytes(other_subelements);
        });
}

}  // namespace mlosim::ieee80211
