#include "ieee80211/basic_multi_link.h"

namespace mlosim::ieee80211 {

namespace {
// Common Info (802.11be Figure 9-1074n): the MLD MAC Address, then one part for each presence bit, in the order of the
// bits.
enum CommonPart : unsigned {
    link_id_part,
    change_count_part,
    sync_delay_part,
    eml_part,
    mld_part,
    ap_mld_id_part,
    extended_mld_part
};
constexpr std::size_t common_sizes[] = {1, 1, 2, 2, 2, 1, 2};

// STA Control (802.11be Figure 9-1074t).
constexpr unsigned link_id_mask = 0xf;
constexpr unsigned complete_bit = 1U << 4U;
constexpr unsigned nstr_two_octets_bit = 1U << 10U;
constexpr std::size_t control_size = 2;

// STA Info: one part for each presence bit, in this order.
enum InfoPart : unsigned {
    addr_part,
    beacon_interval_part,
    tsf_offset_part,
    dtim_part,
    nstr_part,
    info_change_count_part,
    info_parts
};
constexpr unsigned info_bits[] = {1U << 5U, 1U << 6U, 1U << 7U, 1U << 8U, 1U << 9U, 1U << 11U};

bool info_present(unsigned control, unsigned part) {
    // The NSTR bitmap is part of complete profiles only. cf. ieee80211_mle_basic_sta_prof_size_ok()
    if (part == nstr_part && (control & complete_bit) == 0) return false;
    return (control & info_bits[part]) != 0;
}

std::size_t info_size(unsigned control, unsigned part) {
    constexpr std::size_t sizes[] = {6, 2, 8, 2, 1, 1};
    if (!info_present(control, part)) return 0;
    return part == nstr_part && (control & nstr_two_octets_bit) != 0 ? 2 : sizes[part];
}

/// Where `part` begins, counted from the start of the subelement; `info_parts` gives the end.
std::size_t info_offset(unsigned control, unsigned part) {
    std::size_t offset = control_size + 1;
    for (unsigned p = 0; p < part; ++p)
        offset += info_size(control, p);
    return offset;
}

std::size_t common_offset(std::uint16_t presence, unsigned part) {
    std::size_t offset = MacAddress::size;
    for (unsigned p = 0; p < part; ++p) {
        if ((presence & detail::presence_bit(p)) != 0) offset += common_sizes[p];
    }
    return offset;
}

/// An optional's value from a reader where the part is present.
template <class T, class F>
std::optional<T> if_present(bool present, F&& read) {
    if (!present) return std::nullopt;
    return read();
}
}  // namespace

// ---- Per-STA Profile ----

Result<BasicPerStaProfileView> BasicPerStaProfileView::parse(const ElementView& subelement) {
    BasicPerStaProfileView view{ElementBody(subelement)};
    const ByteView body = view.body_;
    if (body.size() < control_size + 1)
        return fail(EINVAL, "Per-STA Profile: shorter than STA Control and STA Info Length");
    if (!LinkId::from(view.control() & link_id_mask)) return fail(EINVAL, "Per-STA Profile: link id 15 is reserved");
    const std::size_t info_length = body[control_size];
    if (control_size + info_length < info_offset(view.control(), info_parts)) {
        return fail(EINVAL, "Per-STA Profile: STA Info shorter than the parts that STA Control announces");
    }
    if (control_size + info_length > body.size())
        return fail(EINVAL, "Per-STA Profile: STA Info longer than what is left");
    return view;
}

std::uint16_t BasicPerStaProfileView::control() const {
    return ByteReader{body_}.u16le();
}
ByteReader BasicPerStaProfileView::at(unsigned part) const {
    return ByteReader{body_.bytes().subspan(info_offset(control(), part))};
}
LinkId BasicPerStaProfileView::link() const {
    return *LinkId::from(control() & link_id_mask);
}
bool BasicPerStaProfileView::complete() const {
    return (control() & complete_bit) != 0;
}
std::optional<MacAddress> BasicPerStaProfileView::sta_addr() const {
    return if_present<MacAddress>(info_present(control(), addr_part), [&] { return at(addr_part).mac(); });
}
std::optional<std::uint16_t> BasicPerStaProfileView::beacon_interval() const {
    return if_present<std::uint16_t>(info_present(control(), beacon_interval_part),
                                     [&] { return at(beacon_interval_part).u16le(); });
}
std::optional<std::int64_t> BasicPerStaProfileView::tsf_offset() const {
    return if_present<std::int64_t>(info_present(control(), tsf_offset_part),
                                    [&] { return static_cast<std::int64_t>(at(tsf_offset_part).u64le()); });
}
std::optional<DtimInfo> BasicPerStaProfileView::dtim() const {
    return if_present<DtimInfo>(info_present(control(), dtim_part), [&] {
        ByteReader in = at(dtim_part);
        DtimInfo info;
        info.count = in.u8();
        info.period = in.u8();
        return info;
    });
}
std::optional<std::uint16_t> BasicPerStaProfileView::nstr_links() const {
    return if_present<std::uint16_t>(info_present(control(), nstr_part), [&] {
        return (control() & nstr_two_octets_bit) != 0 ? at(nstr_part).u16le() : std::uint16_t{at(nstr_part).u8()};
    });
}
std::optional<std::uint8_t> BasicPerStaProfileView::bss_parameters_change_count() const {
    return if_present<std::uint8_t>(info_present(control(), info_change_count_part),
                                    [&] { return at(info_change_count_part).u8(); });
}
ByteView BasicPerStaProfileView::profile() const {
    const ByteView body = body_;
    return body.subspan(control_size + body[control_size]);
}

BasicPerStaProfile BasicPerStaProfileView::value() const {
    return {link(),
            complete(),
            sta_addr(),
            beacon_interval(),
            tsf_offset(),
            dtim(),
            nstr_links(),
            bss_parameters_change_count(),
            Bytes(profile().begin(), profile().end())};
}

void BasicPerStaProfile::append_to(ByteWriter& out) const {
    const bool with_nstr = complete && nstr_links.has_value();
    const bool present[] = {sta_addr.has_value(),
                            beacon_interval.has_value(),
                            tsf_offset.has_value(),
                            dtim.has_value(),
                            with_nstr,
                            bss_parameters_change_count.has_value()};
    unsigned control = link.value() | (complete ? complete_bit : 0U);
    for (unsigned part = 0; part < info_parts; ++part) {
        if (present[part]) control |= info_bits[part];
    }
    if (with_nstr && *nstr_links > 0xff) control |= nstr_two_octets_bit;

    detail::write_per_sta_profile(out, [&](ByteWriter& w) {
        w.u16le(static_cast<std::uint16_t>(control));
        w.u8(static_cast<std::uint8_t>(info_offset(control, info_parts) - control_size));
        if (sta_addr) w.mac(*sta_addr);
        if (beacon_interval) w.u16le(*beacon_interval);
        if (tsf_offset) w.u64le(static_cast<std::uint64_t>(*tsf_offset));
        if (dtim) {
            w.u8(dtim->count);
            w.u8(dtim->period);
        }
        if (with_nstr && (control & nstr_two_octets_bit) != 0) w.u16le(*nstr_links);
        if (with_nstr && (control & nstr_two_octets_bit) == 0) w.u8(static_cast<std::uint8_t>(*nstr_links));
        if (bss_parameters_change_count) w.u8(*bss_parameters_change_count);
        w.bytes(profile);
    });
}

BasicPerStaProfileView BasicPerStaProfileRange::Iterator::operator*() const {
    auto view = BasicPerStaProfileView::parse(*at_);
    MLOSIM_INVARIANT(view.has_value(), "the element's parser has checked every profile");
    return std::move(*view);
}

void BasicPerStaProfileRange::Iterator::to_profile() {
    while (at_ != std::default_sentinel && at_->type().id != detail::per_sta_profile_id)
        ++at_;
}

// ---- the element ----

Result<BasicMultiLinkView> BasicMultiLinkView::parse(ByteView body) {
    auto parts = detail::split_multi_link(body, MultiLinkVariant::basic);
    if (!parts) return fail(std::move(parts.error()));
    if (parts->common.size() < common_offset(parts->presence, std::size(common_sizes))) {
        return fail(EINVAL, "Basic Multi-Link: common info shorter than the parts that it announces");
    }
    const BasicMultiLinkView view{*parts};
    if (view.has(link_id_part) && !view.link_id()) return fail(EINVAL, "Basic Multi-Link: link id 15 is reserved");
    for (const ElementView& e : parts->link_info) {
        if (e.type().id != detail::per_sta_profile_id) continue;
        if (auto ok = BasicPerStaProfileView::parse(e); !ok) return fail(std::move(ok.error()));
    }
    return view;
}

bool BasicMultiLinkView::has(unsigned part) const {
    return (parts_.presence & detail::presence_bit(part)) != 0;
}
ByteReader BasicMultiLinkView::at(unsigned part) const {
    return ByteReader{parts_.common.subspan(common_offset(parts_.presence, part))};
}
MacAddress BasicMultiLinkView::mld_addr() const {
    return ByteReader{parts_.common}.mac();
}
std::optional<LinkId> BasicMultiLinkView::link_id() const {
    if (!has(link_id_part)) return std::nullopt;
    return LinkId::from(at(link_id_part).u8() & link_id_mask);
}
std::optional<std::uint8_t> BasicMultiLinkView::bss_parameters_change_count() const {
    return if_present<std::uint8_t>(has(change_count_part), [&] { return at(change_count_part).u8(); });
}
std::optional<MediumSyncDelay> BasicMultiLinkView::medium_sync_delay() const {
    return if_present<MediumSyncDelay>(has(sync_delay_part),
                                       [&] { return MediumSyncDelay::from_raw(at(sync_delay_part).u16le()); });
}
std::optional<EmlCapabilities> BasicMultiLinkView::eml() const {
    return if_present<EmlCapabilities>(has(eml_part), [&] { return EmlCapabilities::from_raw(at(eml_part).u16le()); });
}
std::optional<MldCapabilities> BasicMultiLinkView::mld_capabilities() const {
    return if_present<MldCapabilities>(has(mld_part), [&] { return MldCapabilities::from_raw(at(mld_part).u16le()); });
}
std::optional<std::uint8_t> BasicMultiLinkView::ap_mld_id() const {
    return if_present<std::uint8_t>(has(ap_mld_id_part), [&] { return at(ap_mld_id_part).u8(); });
}
std::optional<ExtendedMldCapabilities> BasicMultiLinkView::extended_mld_capabilities() const {
    return if_present<ExtendedMldCapabilities>(
        has(extended_mld_part), [&] { return ExtendedMldCapabilities::from_raw(at(extended_mld_part).u16le()); });
}

std::optional<BasicPerStaProfileView> BasicMultiLinkView::profile(LinkId link) const {
    for (auto&& view : profiles()) {
        if (view.link() == link) return std::move(view);
    }
    return std::nullopt;
}

Result<BasicMultiLink> BasicMultiLink::parse(ByteView body) {
    const auto view = BasicMultiLinkView::parse(body);
    if (!view) return fail(view.error());
    BasicMultiLink value{view->mld_addr(),
                         view->link_id(),
                         view->bss_parameters_change_count(),
                         view->medium_sync_delay(),
                         view->eml(),
                         view->mld_capabilities(),
                         view->ap_mld_id(),
                         view->extended_mld_capabilities(),
                         {},
                         {}};
    for (const BasicPerStaProfileView& profile : view->profiles())
        value.profiles.push_back(profile.value());
    value.other_subelements = detail::other_subelements(view->link_info());
    return value;
}

void BasicMultiLink::append_to(ByteWriter& out) const {
    const bool present[] = {link_id.has_value(),
                            bss_parameters_change_count.has_value(),
                            medium_sync_delay.has_value(),
                            eml.has_value(),
                            mld_capabilities.has_value(),
                            ap_mld_id.has_value(),
                            extended_mld_capabilities.has_value()};
    std::uint16_t presence = 0;
    for (unsigned part = 0; part < std::size(common_sizes); ++part) {
        if (present[part]) presence |= detail::presence_bit(part);
    }
    detail::write_multi_link(
        out, MultiLinkVariant::basic, presence,
        [this](ByteWriter& w) {
            w.mac(mld_addr);
            if (link_id) w.u8(link_id->value());
            if (bss_parameters_change_count) w.u8(*bss_parameters_change_count);
            if (medium_sync_delay) w.bytes(medium_sync_delay->octets());
            if (eml) w.bytes(eml->octets());
            if (mld_capabilities) w.bytes(mld_capabilities->octets());
            if (ap_mld_id) w.u8(*ap_mld_id);
            if (extended_mld_capabilities) w.bytes(extended_mld_capabilities->octets());
        },
        [this](ByteWriter& w) {
            for (const BasicPerStaProfile& profile : profiles)
                profile.append_to(w);
            w.bytes(other_subelements);
        });
}

}  // namespace mlosim::ieee80211
