#include "agent/probe_match.h"

#include <algorithm>

#include "ieee80211/bss_elements.h"
#include "ieee80211/management_frames.h"

namespace mlosim::agent {

namespace {

using ieee80211::ByteView;
using ieee80211::ElementList;
using ieee80211::ElementView;
using ieee80211::MacAddress;
namespace element = ieee80211::element;

bool is_name(const Bss& bss, ByteView octets) {
    const auto same = [&](const ieee80211::Ssid& ssid) {
        return std::equal(octets.begin(), octets.end(), ssid.octets().begin(), ssid.octets().end());
    };
    return same(bss.ssid) || std::any_of(bss.nontransmitted.begin(), bss.nontransmitted.end(),
                                         [&](const auto& n) { return same(n.ssid); });
}

/// A wildcard finds what shows itself: the BSS, or one that its frames carry.
bool shows_itself(const Bss& bss) {
    return bss.hidden == mld::HiddenSsid::not_hidden || !bss.nontransmitted.empty();
}

bool names_in_list(const Bss& bss, const ElementView& list) {
    for (const ElementView& e : ElementList(list.first_piece())) {
        if (e.type() != element::ssid) continue;
        if (e.first_piece().empty() ? shows_itself(bss) : is_name(bss, e.first_piece())) return true;
    }
    return false;
}

bool short_name_in_list(const Bss& bss, const ElementView& list) {
    ieee80211::ByteReader in(list.first_piece());
    while (in.remaining() >= 4) {
        const std::uint32_t wanted = in.u32le();
        if (wanted == bss.ssid.short_ssid()) return true;
        for (const NontransmittedBss& other : bss.nontransmitted)
            if (wanted == other.ssid.short_ssid()) return true;
    }
    return false;
}

bool asks_for(const Bss& bss, const ElementList& elements) {
    const auto ssid = elements.find(element::ssid);
    if (!ssid || ssid->first_piece().size() > ieee80211::Ssid::max_size) return false;
    if (!ssid->first_piece().empty() && is_name(bss, ssid->first_piece())) return true;
    const auto list = elements.find(element::ssid_list);
    if (list && names_in_list(bss, *list)) return true;
    const auto short_list = elements.find(element::short_ssid_list);
    if (short_list && short_name_in_list(bss, *short_list)) return true;
    // With a list of short names an empty SSID asks for those alone.
    return ssid->first_piece().empty() && !short_list && shows_itself(bss);
}

bool is_mld_address(const Bss& bss, const std::optional<MacAddress>& address) {
    return bss.mld && address == bss.mld->mld_addr;
}

}  // namespace

bool answers_probe(const Bss& bss, const ieee80211::FrameView& request) {
    const MacAddress receiver = request.addr1();
    if (receiver != MacAddress::broadcast() && receiver != bss.bssid) return false;
    const auto bssid = request.addr3();
    if (bssid != MacAddress::broadcast() && bssid != bss.bssid) return false;
    const ElementList elements(request.body());
    // Asked for on another channel of 2.4 GHz, where this one is heard too.
    if (const auto channel = elements.get<ieee80211::DsssParameterSet>();
        channel && channel->channel != bss.channel.control.number())
        return false;
    return asks_for(bss, elements);
}

std::optional<ieee80211::ProbeRequestMultiLink> multi_link_probe(const Bss& bss, const ieee80211::FrameView& request) {
    if (!bss.mld) return std::nullopt;
    const auto found =
        ieee80211::find_multi_link(ElementList(request.body()), ieee80211::MultiLinkVariant::probe_request);
    if (!found) return std::nullopt;
    auto parsed = ieee80211::ProbeRequestMultiLink::parse(ieee80211::ElementBody(*found));
    if (!parsed) return std::nullopt;
    if (parsed->ap_mld_id.value_or(0) != 0)
        return std::nullopt;  // an MLD of a nontransmitted BSS, of which there is none
    const bool to_this_bss = request.addr1() == bss.bssid || request.addr3() == bss.bssid;
    if (!to_this_bss && !is_mld_address(bss, parsed->mld_addr)) return std::nullopt;
    if (parsed->mld_addr && !is_mld_address(bss, parsed->mld_addr)) return std::nullopt;
    return std::move(*parsed);
}

}  // namespace mlosim::agent
