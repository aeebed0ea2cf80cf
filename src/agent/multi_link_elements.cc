#include "agent/multi_link_elements.h"

#include <algorithm>

#include "agent/element_difference.h"
#include "sim/invariant.h"

namespace mlosim::agent {

namespace {

using ieee80211::BasicMultiLink;
using ieee80211::BasicPerStaProfile;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::ElementType;
namespace element = ieee80211::element;

/// Elements that a profile never has: they are the frame's, or the MLD's as a whole (802.11be 35.3.3.4).
const std::set<ElementType>& not_in_profiles() {
    static const std::set<ElementType> types{element::ssid,
                                             element::tim,
                                             element::reduced_neighbor_report,
                                             element::multiple_bssid,
                                             element::multiple_bssid_index,
                                             element::multi_link,
                                             element::fragment};
    return types;
}

/// What every profile of an affiliated AP says of its link. All TSFs of this world are one.
BasicPerStaProfile station_info(const Bss& link, std::uint8_t dtim_count) {
    BasicPerStaProfile out;
    out.link = link.mld->link;
    out.complete = true;
    out.sta_addr = link.bssid;
    out.beacon_interval = link.beacon_interval;
    out.tsf_offset = 0;
    out.dtim = ieee80211::DtimInfo{dtim_count, link.dtim_period};
    out.bss_parameters_change_count = link.mld->change_count;
    return out;
}

/// The types that the Request elements in `profile` name.
std::set<ElementType> requested_types(const ieee80211::Bytes& profile) {
    constexpr ElementType extended_request = ElementType::extended(10);
    std::set<ElementType> out;
    for (const ieee80211::ElementView& e : ElementList(profile)) {
        if (e.type() == element::request)
            for (const std::uint8_t id : e.first_piece())
                out.insert(ElementType{id});
        if (e.type() == extended_request && !e.first_piece().empty() && e.first_piece()[0] == ElementType::extension_id)
            for (const std::uint8_t extension : e.first_piece().subspan(1))
                out.insert(ElementType::extended(extension));
    }
    return out;
}

}  // namespace

BasicMultiLink multi_link_of(const Bss& bss) {
    MLOSIM_INVARIANT(bss.mld.has_value(), "a link of an MLD was asked for");
    BasicMultiLink out;
    out.mld_addr = bss.mld->mld_addr;
    out.link_id = bss.mld->link;
    out.bss_parameters_change_count = bss.mld->change_count;
    if (const auto* own = bss.radio->extended_for(mld::InterfaceType::ap); own != nullptr && own->eml != 0)
        out.eml = ieee80211::EmlCapabilities::from_raw(own->eml);
    ieee80211::MldCapabilities capabilities;
    capabilities.set(ieee80211::MldCapabilities::max_simultaneous_links_minus_1, bss.mld->links - 1);
    capabilities.set(ieee80211::MldCapabilities::tid_to_link_mapping, 1);  // all traffic alike
    out.mld_capabilities = capabilities;
    return out;
}

BasicPerStaProfile complete_profile(const Bss& link, const Surroundings& of_link, const ElementList& frame) {
    BasicPerStaProfile out = station_info(link, of_link.dtim_count);
    const ieee80211::Bytes own = probe_response_elements(link, of_link);
    ByteWriter w(out.profile);
    w.u16le(static_cast<std::uint16_t>(capability_info(link).raw()));
    w.bytes(profile_elements(frame, ElementList(own), not_in_profiles()));
    return out;
}

BasicPerStaProfile asked_profile(const ieee80211::ProbeRequestPerStaProfile& asked, const Bss& link,
                                 const Surroundings& of_link, const ElementList& frame) {
    const std::set<ElementType> types = requested_types(asked.profile);
    if (asked.complete || types.empty()) return complete_profile(link, of_link, frame);
    BasicPerStaProfile out;
    out.link = link.mld->link;
    out.sta_addr = link.bssid;
    ByteWriter w(out.profile);
    w.u16le(static_cast<std::uint16_t>(capability_info(link).raw()));
    const ieee80211::Bytes own = probe_response_elements(link, of_link);
    for (const ieee80211::ElementView& e : ElementList(own))
        if (types.contains(e.type()) && !not_in_profiles().contains(e.type())) w.bytes(e.encoded());
    return out;
}

BasicPerStaProfile association_profile(const Bss& link, std::uint8_t dtim_count, std::uint16_t status,
                                       const ElementList& frame) {
    BasicPerStaProfile out = station_info(link, dtim_count);
    const ieee80211::Bytes own = association_response_elements(link, std::nullopt);
    ByteWriter w(out.profile);
    w.u16le(static_cast<std::uint16_t>(capability_info(link).raw()));
    w.u16le(status);
    w.bytes(profile_elements(frame, ElementList(own), not_in_profiles()));
    return out;
}

}  // namespace mlosim::agent
