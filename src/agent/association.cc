#include "agent/association.h"

#include <algorithm>

#include "agent/phy_elements.h"
#include "agent/rsn/akm.h"
#include "agent/security_elements.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/ssid.h"

namespace mlosim::agent {

namespace {

using ieee80211::ElementList;
using ieee80211::ElementView;
namespace element = ieee80211::element;

/// Whether the station has every rate that members must have. Selectors ask for features, not rates.
bool has_basic_rates(const Bss& bss, const ElementList& elements) {
    std::vector<unsigned> offered;
    for (const auto type : {element::supported_rates, element::extended_supported_rates})
        if (const auto found = elements.find(type))
            for (const std::uint8_t octet : found->first_piece())
                offered.push_back(octet & 0x7fU);
    const ieee80211::RateElements own = rates(bss);
    const auto all_offered = [&](const auto& list) {
        return std::all_of(list.rates().begin(), list.rates().end(), [&](ieee80211::RateOctet rate) {
            return !rate.basic() || rate.is_selector() ||
                   std::find(offered.begin(), offered.end(), rate.units_of_500_kbps()) != offered.end();
        });
    };
    return all_offered(own.supported) && (!own.extended || all_offered(*own.extended));
}

/// What is wrong with the station's choice of suites. cf. wpa_validate_wpa_ie() for the order
StatusCode check_security(const Bss& bss, const ElementList& elements) {
    const auto own = rsn_of(bss);
    if (!own) return StatusCode::success;
    const auto rsn = elements.get<ieee80211::Rsn>();
    if (!rsn) return StatusCode::invalid_element;
    const auto one_of = [](const auto& chosen, const auto& offered) {
        return chosen && chosen->size() == 1 &&
               std::find(offered->begin(), offered->end(), chosen->front()) != offered->end();
    };
    if (rsn->group_data_cipher != own->group_data_cipher) return StatusCode::invalid_group_cipher;
    if (!one_of(rsn->akms, own->akms)) return StatusCode::invalid_akmp;
    if (!one_of(rsn->pairwise_ciphers, own->pairwise_ciphers)) return StatusCode::invalid_pairwise_cipher;
    using ieee80211::RsnCapabilities;
    const auto says = [](const ieee80211::Rsn& who, RsnCapabilities::Field what) {
        return who.capabilities && who.capabilities->has(what);
    };
    const bool capable = says(*rsn, RsnCapabilities::mfp_capable);
    // SAE is never without, also where WPA2 may be (the Wi-Fi Alliance's WPA3 specification 2.3).
    const bool required = says(*own, RsnCapabilities::mfp_required) || rsn::is_sae(rsn->akms->front());
    if (required && !capable) return StatusCode::robust_management_policy;
    if (says(*rsn, RsnCapabilities::mfp_required) && !says(*own, RsnCapabilities::mfp_capable))
        return StatusCode::robust_management_policy;
    return bss.plays_handshake ? StatusCode::success : StatusCode::denied_other_reason;
}

StatusCode check(const Bss& bss, const ElementList& elements) {
    if (const auto ssid = elements.get<ieee80211::Ssid>(); !ssid || *ssid != bss.ssid)
        return StatusCode::unspecified_failure;
    if (!has_basic_rates(bss, elements)) return StatusCode::denied_rates;
    if (bss.band() == phy::Band::ghz6 && !elements.find(element::he_capabilities))
        return StatusCode::denied_he_not_supported;
    return check_security(bss, elements);
}

/// Whether the station may be on that link, where its request would have said `elements`.
StatusCode check_link(const Bss& link, const ElementList& elements) {
    if (!has_basic_rates(link, elements)) return StatusCode::denied_rates;
    if (link.band() == phy::Band::ghz6 && !elements.find(element::he_capabilities))
        return StatusCode::denied_he_not_supported;
    return elements.find(element::eht_capabilities) ? StatusCode::success : StatusCode::denied_eht_not_supported;
}

/// The links that a station MLD asks for, each granted if the MLD has it and the station can be on it. False: the
/// request contradicts itself.
bool grant_links(AssociationAnswer& answer, const Bss& bss, std::span<const Bss> links, const ElementList& frame,
                 const ieee80211::BasicMultiLinkView& multi_link) {
    constexpr std::size_t capability_octets = 2;
    std::uint16_t seen = bss.mld->link.bit();
    for (const auto& profile : multi_link.profiles()) {
        if ((seen & profile.link().bit()) != 0) return false;
        seen = static_cast<std::uint16_t>(seen | profile.link().bit());
        const auto known = std::find_if(links.begin(), links.end(),
                                        [&](const Bss& b) { return b.mld && b.mld->link == profile.link(); });
        if (known == links.end()) continue;  // nothing can be said of a link that there is not
        LinkGrant grant;
        grant.link = profile.link();
        const auto address = profile.sta_addr();
        const auto others = [&](const LinkGrant& g) { return g.station == address; };
        const bool whole = profile.complete() && address && address->is_valid_individual() &&
                           profile.profile().size() >= capability_octets;
        if (whole && std::any_of(answer.links.begin(), answer.links.end(), others)) return false;
        if (whole) {
            grant.station = *address;
            grant.elements = ieee80211::inherit(frame, ElementList(profile.profile().subspan(capability_octets)));
            grant.status = check_link(*known, ElementList(grant.elements));
            grant.nstr_links = profile.nstr_links().value_or(0);
        } else {
            grant.status = StatusCode::unspecified_failure;
        }
        answer.links.push_back(std::move(grant));
    }
    return true;
}

}  // namespace

Result<std::optional<ieee80211::MacAddress>> authenticating_mld(const Bss& bss, const ElementList& elements) {
    if (!bss.mld) return std::nullopt;
    const auto found = ieee80211::find_multi_link(elements, ieee80211::MultiLinkVariant::basic);
    if (!found) return std::nullopt;
    const ieee80211::ElementBody body(*found);
    const auto multi_link = ieee80211::BasicMultiLinkView::parse(body);
    if (!multi_link) return fail(multi_link.error());
    const ieee80211::MacAddress address = multi_link->mld_addr();
    if (!address.is_valid_individual() || address == bss.mld->mld_addr)
        return fail(EINVAL, "not an address of another MLD");
    return address;
}

StatusCode answer_open_authentication(const ieee80211::AuthenticationBody& request) {
    if (request.algorithm != ieee80211::AuthenticationBody::open_system)
        return StatusCode::unsupported_authentication_algorithm;
    return request.transaction == 1 ? StatusCode::success : StatusCode::transaction_out_of_sequence;
}

AssociationAnswer answer_association(const Bss& bss, std::span<const Bss> links, const ElementList& elements,
                                     const std::optional<ieee80211::MacAddress>& authenticated_as) {
    AssociationAnswer answer;
    answer.status = check(bss, elements);
    if (answer.status != StatusCode::success || !bss.mld) return answer;
    const auto refuse = [&](StatusCode status) {
        answer = {};
        answer.status = status;
        return answer;
    };
    const auto found = ieee80211::find_multi_link(elements, ieee80211::MultiLinkVariant::basic);
    // An MLD stays one, and the same. cf. hostapd_process_ml_assoc_req()
    if (!found) return authenticated_as ? refuse(StatusCode::unspecified_failure) : answer;
    const ieee80211::ElementBody body(*found);
    const auto multi_link = ieee80211::BasicMultiLinkView::parse(body);
    if (!multi_link || !multi_link->mld_addr().is_valid_individual()) return refuse(StatusCode::invalid_element);
    if (multi_link->mld_addr() != authenticated_as) return refuse(StatusCode::unspecified_failure);
    if (!elements.find(element::eht_capabilities)) return refuse(StatusCode::denied_eht_not_supported);
    answer.mld_addr = multi_link->mld_addr();
    if (const auto eml = multi_link->eml()) answer.eml_capabilities = static_cast<std::uint16_t>(eml->raw());
    if (!grant_links(answer, bss, links, elements, *multi_link)) return refuse(StatusCode::invalid_element);
    return answer;
}

}  // namespace mlosim::agent
