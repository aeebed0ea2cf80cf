#include "agent/association.h"

#include <algorithm>

#include "agent/phy_elements.h"
#include "agent/security_elements.h"
#include "ieee80211/basic_multi_link.h"
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
    const auto own = rsn_of(bss.security);
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
    const bool required = own->capabilities->has(ieee80211::RsnCapabilities::mfp_required);
    const bool capable = rsn->capabilities && rsn->capabilities->has(ieee80211::RsnCapabilities::mfp_capable);
    if (required && !capable) return StatusCode::robust_management_policy;
    return StatusCode::denied_other_reason;  // the key exchange that would have to follow is not played yet
}

StatusCode check(const Bss& bss, const ElementList& elements) {
    if (const auto ssid = elements.get<ieee80211::Ssid>(); !ssid || *ssid != bss.ssid)
        return StatusCode::unspecified_failure;
    if (!has_basic_rates(bss, elements)) return StatusCode::denied_rates;
    if (bss.band() == phy::Band::ghz6 && !elements.find(element::he_capabilities))
        return StatusCode::denied_he_not_supported;
    return check_security(bss, elements);
}

/// The links that a station MLD asks for, each granted if the MLD has it.
void grant_links(AssociationAnswer& answer, const Bss& bss, std::span<const Bss> links,
                 const ieee80211::BasicMultiLinkView& multi_link) {
    std::uint16_t seen = bss.mld->link.bit();
    for (const auto& profile : multi_link.profiles()) {
        if ((seen & profile.link().bit()) != 0) continue;
        seen = static_cast<std::uint16_t>(seen | profile.link().bit());
        const auto known = std::find_if(links.begin(), links.end(),
                                        [&](const Bss& b) { return b.mld && b.mld->link == profile.link(); });
        if (known == links.end()) continue;  // nothing can be said of a link that there is not
        const bool whole = profile.complete() && profile.sta_addr().has_value();
        answer.links.push_back({profile.link(), profile.sta_addr().value_or(ieee80211::MacAddress{}),
                                whole ? StatusCode::success : StatusCode::unspecified_failure});
    }
}

}  // namespace

AuthenticationAnswer answer_authentication(const Bss& bss, const ieee80211::AuthenticationBody& request) {
    AuthenticationAnswer out;
    if (request.algorithm != ieee80211::AuthenticationBody::open_system || bss.security == Security::wpa3) {
        out.status = StatusCode::unsupported_authentication_algorithm;
        return out;
    }
    if (request.transaction != 1) out.status = StatusCode::transaction_out_of_sequence;
    out.multi_link =
        bss.mld && ieee80211::find_multi_link(ElementList(request.rest), ieee80211::MultiLinkVariant::basic);
    return out;
}

AssociationAnswer answer_association(const Bss& bss, std::span<const Bss> links, const ElementList& elements) {
    AssociationAnswer answer;
    answer.status = check(bss, elements);
    if (answer.status != StatusCode::success || !bss.mld) return answer;
    const auto found = ieee80211::find_multi_link(elements, ieee80211::MultiLinkVariant::basic);
    if (!found) return answer;
    const ieee80211::ElementBody body(*found);
    const auto multi_link = ieee80211::BasicMultiLinkView::parse(body);
    if (!multi_link || !multi_link->mld_addr().is_valid_individual()) {
        answer.status = StatusCode::invalid_element;
        return answer;
    }
    if (!elements.find(element::eht_capabilities)) {
        answer.status = StatusCode::denied_eht_not_supported;
        return answer;
    }
    answer.mld_addr = multi_link->mld_addr();
    grant_links(answer, bss, links, *multi_link);
    return answer;
}

}  // namespace mlosim::agent
