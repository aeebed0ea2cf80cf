#include "agent/bss_elements.h"

#include <array>

#include "agent/change_elements.h"
#include "agent/multiple_bssid_elements.h"
#include "agent/phy_elements.h"
#include "agent/regulatory_elements.h"
#include "agent/rsn/fast_transition.h"
#include "agent/security_elements.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/wmm.h"

namespace mlosim::agent {

namespace {

using ieee80211::CapabilityInfo;
using ieee80211::ElementBuilder;

// Extended Capabilities, 802.11-2020 Table 9-153.
constexpr unsigned ssid_list = 25;
constexpr unsigned complete_nontransmitted_list = 80;

/// It gives its stations a key for its beacons.
bool protects_beacons(const Bss& bss) {
    const auto rsn = rsn_of(bss);
    return rsn && bss.plays_handshake && rsn->capabilities->has(ieee80211::RsnCapabilities::mfp_capable);
}

/// The bits that the radio has, and those that the access point itself answers for.
ieee80211::ExtendedCapabilities extended_capabilities(const Bss& bss) {
    const mld::InterfaceExtendedCapabilities* own = bss.radio->extended_for(mld::InterfaceType::ap);
    const ieee80211::Bytes& value = own != nullptr ? own->extended.value : bss.radio->extended_capabilities.value;
    auto parsed = ieee80211::ExtendedCapabilities::parse(value);
    ieee80211::ExtendedCapabilities out = parsed ? std::move(*parsed) : ieee80211::ExtendedCapabilities{};
    const bool set_of_bssids = !bss.nontransmitted.empty();
    out.set(ieee80211::ExtendedCapabilities::multiple_bssid, set_of_bssids);
    out.set(ssid_list);
    out.set(ieee80211::ExtendedCapabilities::bss_transition);
    out.set(ieee80211::ExtendedCapabilities::beacon_protection, protects_beacons(bss));
    if (set_of_bssids) out.set(complete_nontransmitted_list);
    return out;
}

ieee80211::Ssid shown_ssid(const Bss& bss, bool hidden) {
    if (!hidden || bss.hidden == mld::HiddenSsid::not_hidden) return bss.ssid;
    if (bss.hidden == mld::HiddenSsid::zero_length) return {};
    const ieee80211::Bytes zeros(bss.ssid.octets().size(), 0);
    return ieee80211::Ssid::from(ieee80211::ByteView(zeros)).value_or(ieee80211::Ssid{});
}

ieee80211::WmmParameters wmm_parameters() {
    ieee80211::WmmParameters out = ieee80211::WmmParameters::defaults();
    out.qos.set(ieee80211::WmmQosInfo::parameter_set_count, 1);
    return out;
}

/// OWE Transition Mode element, the Wi-Fi Alliance's OWE specification 2.2.1.
void add_owe_transition(ElementBuilder& out, const Bss& bss) {
    constexpr std::array<std::uint8_t, 4> type{0x50, 0x6f, 0x9a, 0x1c};
    const OwePartner& partner = *bss.owe_partner;
    ieee80211::Bytes body(type.begin(), type.end());
    ieee80211::ByteWriter w(body);
    w.mac(partner.bssid);
    w.u8(static_cast<std::uint8_t>(partner.ssid.octets().size()));
    w.bytes(partner.ssid.octets());
    const auto operating_class = partner.channel.operating_class();
    if (partner.channel.control != bss.channel.control && operating_class) {
        w.u8(*operating_class);
        w.u8(static_cast<std::uint8_t>(partner.channel.control.number()));
    }
    out.add(ieee80211::element::vendor_specific, body);
}

bool spectrum_management(const Bss& bss) {
    return bss.band() == phy::Band::ghz5 && country_of(bss).has_value();
}

}  // namespace

CapabilityInfo capability_info(const Bss& bss) {
    CapabilityInfo out;
    out.set(CapabilityInfo::ess);
    if (is_private(bss.security)) out.set(CapabilityInfo::privacy);
    if (bss.band() == phy::Band::ghz2_4) out.set(CapabilityInfo::short_slot_time);
    if (spectrum_management(bss)) out.set(CapabilityInfo::spectrum_management);
    return out;
}

ieee80211::Bytes elements_before_tim(const Bss& bss, bool hidden) {
    ElementBuilder out;
    out.add(shown_ssid(bss, hidden));
    out.add(rates(bss).supported);
    if (bss.band() == phy::Band::ghz2_4)
        out.add(ieee80211::DsssParameterSet{static_cast<std::uint8_t>(bss.channel.control.number())});
    return out.build();
}

ieee80211::Bytes elements_after_tim(const Bss& bss, const Surroundings& surroundings, bool in_beacon) {
    ElementBuilder out;
    if (const auto country = country_of(bss)) out.add(*country);
    if (spectrum_management(bss)) out.add(ieee80211::PowerConstraint{0});
    if (bss.band() == phy::Band::ghz2_4)
        out.add(ieee80211::Erp{}.set(ieee80211::Erp::barker_preamble));  // as no short preambles are offered
    if (const auto extended = rates(bss).extended) out.add(*extended);
    if (const auto rsn = rsn_of(bss)) out.add(*rsn);
    if (bss.mobility_domain) {
        const ieee80211::Bytes domain = rsn::mobility_domain_element(*bss.mobility_domain);
        out.add(ieee80211::ElementList(domain));
    }
    if (const auto own_class = bss.channel.operating_class()) {
        ieee80211::SupportedOperatingClasses classes;
        classes.current = *own_class;
        classes.others = ieee80211::InlineBytes<254>(operating_classes(bss));
        out.add(classes);
    }
    out.add(extended_capabilities(bss));
    if (const auto envelope = power_envelope_of(bss)) out.add(*envelope);
    for (const auto& report : surroundings.neighbors)
        out.add(report);
    if (const auto rsnx = rsnx_of(bss.security)) out.add(*rsnx);
    add_phy_elements(out, bss);
    if (surroundings.multi_link) out.add(*surroundings.multi_link);
    out.add(ieee80211::ElementList(surroundings.announcements));
    const ieee80211::Bytes changes = change_elements(bss);
    out.add(ieee80211::ElementList(changes));
    out.add(wmm_parameters());
    if (bss.owe_partner) add_owe_transition(out, bss);
    if (!bss.nontransmitted.empty()) {
        const ieee80211::Bytes own = out.build();
        out.add(ieee80211::ElementList(multiple_bssid_elements(bss, ieee80211::ElementList(own), in_beacon)));
    }
    return out.build();
}

ieee80211::Bytes probe_response_elements(const Bss& bss, const Surroundings& surroundings) {
    ieee80211::Bytes out = elements_before_tim(bss, false);
    const ieee80211::Bytes rest = elements_after_tim(bss, surroundings, false);
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
}

ieee80211::Bytes association_response_elements(const Bss& bss,
                                               const std::optional<ieee80211::BasicMultiLink>& multi_link,
                                               ieee80211::ByteView security) {
    ElementBuilder out;
    const ieee80211::RateElements own_rates = rates(bss);
    out.add(own_rates.supported);
    if (own_rates.extended) out.add(*own_rates.extended);
    out.add(ieee80211::ElementList(security));
    out.add(extended_capabilities(bss));
    if (const auto rsnx = rsnx_of(bss.security)) out.add(*rsnx);
    add_phy_elements(out, bss);
    if (multi_link) out.add(*multi_link);
    out.add(wmm_parameters());
    return out.build();
}

}  // namespace mlosim::agent
