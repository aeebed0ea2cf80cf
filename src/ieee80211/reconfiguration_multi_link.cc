#include "ieee80211/reconfiguration_multi_link.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint16_t mld_addr_present = detail::presence_bit(0);
constexpr std::uint16_t eml_present = detail::presence_bit(1);
constexpr std::uint16_t mld_capabilities_present = detail::presence_bit(2);
constexpr std::uint16_t extended_present = detail::presence_bit(3);

struct StaControl : BitString<2, StaControl> {
    using BitString::BitString;
    static constexpr Field link_id{0, 4};
    static constexpr Field complete{4};
    static constexpr Field addr_present{5};
    static constexpr Field removal_timer_present{6};
    static constexpr Field operation{7, 4};
    static constexpr Field parameters_present{11};
    static constexpr Field nstr_two_octets{12};
    static constexpr Field nstr_present{13};
};

// cf. ieee80211_mle_reconf_sta_prof_size_ok()
Result<ReconfigurationPerStaProfile> parse_profile(ByteView body) {
    ByteReader in{body};
    const StaControl control = StaControl::from_raw(in.u16le());
    const std::size_t info_length = in.u8();  // counts itself
    if (!in.ok()) return fail(EINVAL, "Reconfiguration profile: shorter than STA Control and STA Info Length");
    const auto link = LinkId::from(control.get(StaControl::link_id));
    if (!link) return fail(EINVAL, "Reconfiguration profile: link id 15 is reserved");
    if (info_length == 0 || info_length - 1 > in.remaining()) {
        return fail(EINVAL, "Reconfiguration profile: STA Info longer than what is left");
    }
    ByteReader info{in.take(info_length - 1)};

    ReconfigurationPerStaProfile value;
    value.link = *link;
    value.complete = control.has(StaControl::complete);
    value.operation = static_cast<ReconfigurationOperation>(control.get(StaControl::operation));
    if (control.has(StaControl::addr_present)) value.sta_addr = info.mac();
    if (control.has(StaControl::removal_timer_present)) value.ap_removal_timer = info.u16le();
    if (control.has(StaControl::parameters_present)) value.operation_parameters = info.u16le();
    if (control.has(StaControl::nstr_present)) {
        value.nstr_links = control.has(StaControl::nstr_two_octets) ? info.u16le() : std::uint16_t{info.u8()};
    }
    if (!info.ok()) {
        return fail(EINVAL, "Reconfiguration profile: STA Info shorter than the parts that STA Control announces");
    }
    value.profile.assign(in.rest().begin(), in.rest().end());
    return value;
}
}  // namespace

void ReconfigurationPerStaProfile::append_to(ByteWriter& out) const {
    StaControl control;
    control.set(StaControl::link_id, link.value())
        .set(StaControl::complete, complete ? 1 : 0)
        .set(StaControl::addr_present, sta_addr ? 1 : 0)
        .set(StaControl::removal_timer_present, ap_removal_timer ? 1 : 0)
        .set(StaControl::operation, static_cast<unsigned>(operation) & 0xfU)
        .set(StaControl::parameters_present, operation_parameters ? 1 : 0)
        .set(StaControl::nstr_two_octets, nstr_links && *nstr_links > 0xff ? 1 : 0)
        .set(StaControl::nstr_present, nstr_links ? 1 : 0);
    detail::write_per_sta_profile(out, [&](ByteWriter& w) {
        w.bytes(control.octets());
        const std::size_t length_at = w.size();
        w.u8(0);
        if (sta_addr) w.mac(*sta_addr);
        if (ap_removal_timer) w.u16le(*ap_removal_timer);
        if (operation_parameters) w.u16le(*operation_parameters);
        if (nstr_links && *nstr_links > 0xff) w.u16le(*nstr_links);
        if (nstr_links && *nstr_links <= 0xff) w.u8(static_cast<std::uint8_t>(*nstr_links));
        w.bytes()[length_at] = static_cast<std::uint8_t>(w.size() - length_at);
        w.bytes(profile);
    });
}

Result<ReconfigurationMultiLink> ReconfigurationMultiLink::parse(ByteView body) {
    const auto parts = detail::split_multi_link(body, MultiLinkVariant::reconfiguration);
    if (!parts) return fail(parts.error());
    ByteReader common{parts->common};
    ReconfigurationMultiLink value;
    if ((parts->presence & mld_addr_present) != 0) value.mld_addr = common.mac();
    if ((parts->presence & eml_present) != 0) value.eml = EmlCapabilities::from_raw(common.u16le());
    if ((parts->presence & mld_capabilities_present) != 0) {
        value.mld_capabilities = MldCapabilities::from_raw(common.u16le());
    }
    if ((parts->presence & extended_present) != 0) {
        value.extended_mld_capabilities = ExtendedMldCapabilities::from_raw(common.u16le());
    }
    if (!common.ok()) {
        return fail(EINVAL, "Reconfiguration Multi-Link: common info shorter than the parts that it announces");
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

void ReconfigurationMultiLink::append_to(ByteWriter& out) const {
    const auto presence = static_cast<std::uint16_t>((mld_addr ? mld_addr_present : 0U) | (eml ? eml_present : 0U) |
                                                     (mld_capabilities ? mld_capabilities_present : 0U) |
                                                     (extended_mld_capabilities ? extended_present : 0U));
    detail::write_multi_link(
        out, MultiLinkVariant::reconfiguration, presence,
        [this](ByteWriter& w) {
            if (mld_addr) w.mac(*mld_addr);
            if (eml) w.bytes(eml->octets());
            if (mld_capabilities) w.bytes(mld_capabilities->octets());
            if (extended_mld_capabilities) w.bytes(extended_mld_capabilities->octets());
        },
        [this](ByteWriter& w) {
            for (const ReconfigurationPerStaProfile& profile : profiles)
                profile.append_to(w);
            w.bytes(other_subelements);
        });
}

}  // namespace mlosim::ieee80211
