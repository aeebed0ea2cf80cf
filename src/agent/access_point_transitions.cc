// Fast BSS transitions to and between access points of one mobility domain, 802.11-2020 13.4 to 13.8.

#include <algorithm>

#include "agent/access_point.h"
#include "agent/security_elements.h"
#include "ieee80211/element_type.h"
#include "ieee80211/management_frames.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::MacAddress;
using ieee80211::Rsn;
using rsn::FastTransition;
namespace element = ieee80211::element;

constexpr std::uint8_t request_transaction = 5;
constexpr std::uint8_t response_transaction = 6;

Bytes whole(const ElementList& elements, ieee80211::ElementType type) {
    const auto found = elements.find(type);
    if (!found) return {};
    return {found->encoded().begin(), found->encoded().end()};
}

std::optional<FastTransition> fast_transition(const ElementList& elements) {
    const auto found = elements.find(element::fast_bss_transition);
    if (!found) return std::nullopt;
    auto parsed = FastTransition::parse(found->first_piece());
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

/// The BSS's RSNE, with the key that is meant.
Bytes rsne_naming(const Bss& bss, const ieee80211::Pmkid& name) {
    Rsn own = *rsn_of(bss);
    own.pmkids = std::vector{name};
    Bytes out;
    ByteWriter w(out);
    own.append_to(w);
    return out;
}

Bytes rsnxe_of(const Bss& bss) {
    Bytes out;
    ByteWriter w(out);
    if (const auto own = rsnx_of(bss.security)) own->append_to(w);
    return out;
}

Bytes joined(std::initializer_list<const Bytes*> pieces) {
    Bytes out;
    for (const Bytes* piece : pieces)
        out.insert(out.end(), piece->begin(), piece->end());
    return out;
}

}  // namespace

rsn::KeyHolder AccessPoint::own_holder_id() const {
    const std::string name = wdev_.address().to_string();
    return {name.begin(), name.end()};
}

rsn::Nonce AccessPoint::nonce() {
    rsn::Nonce out{};
    const Bytes octets = random_octets(out.size());
    std::copy(octets.begin(), octets.end(), out.begin());
    return out;
}

StatusCode AccessPoint::enter_domain(const Bss& bss, const MacAddress& station, const ElementList& request,
                                     Agreement& out) {
    const Bytes domain = rsn::mobility_domain_element(*bss.mobility_domain);
    const auto asked = request.find(element::mobility_domain);
    if (!asked || asked->first_piece().size() < 2 ||
        !std::equal(domain.begin() + 2, domain.begin() + 4, asked->first_piece().begin()))
        return StatusCode::invalid_mobility_domain;
    const bool as_mld = stations_.find(station)->is_mld;
    const rsn::DomainMember member{bss.ssid, *bss.mobility_domain, own_holder_id()};
    const rsn::NamedKey r0 = rsn::derive_r0(out.pmk, member, station);
    const rsn::NamedKey r1 = rsn::derive_r1(r0, own_address(bss, as_mld), station);
    transition_keys_.remember({r0, station, member.holder, member.domain, out.akm->suite});
    FastTransition said;
    said.r1_holder = own_address(bss, as_mld);
    said.r0_holder = member.holder;
    out.fast_transition = said.element();
    out.pmk = r1.key;
    out.pmkid.reset();
    out.r1_name = r1.name;
    out.elements = joined({&domain, &out.fast_transition});
    return StatusCode::success;
}

// 13.8.2, 13.8.3
SaeResponder::Outcome AccessPoint::begin_transition(const Bss& bss, const Sender& from, bool multi_link,
                                                    const ieee80211::AuthenticationBody& request) {
    SaeResponder::Outcome out;
    const auto refused = [&](StatusCode status) {
        out.answer = SaeResponder::Outcome::Answer{static_cast<std::uint16_t>(request.transaction + 1), status, {}};
        return out;
    };
    if (request.transaction != 1) return refused(StatusCode::transaction_out_of_sequence);
    const ElementList elements(request.rest);
    const auto rsn = elements.get<Rsn>();
    const Bytes domain = rsn::mobility_domain_element(*bss.mobility_domain);
    const Bytes asked = whole(elements, element::mobility_domain);
    if (asked.size() < 4 || !std::equal(asked.begin() + 2, asked.begin() + 4, domain.begin() + 2))
        return refused(StatusCode::invalid_mobility_domain);
    const auto said = fast_transition(elements);
    if (!said || said->r0_holder.empty()) return refused(StatusCode::invalid_fast_transition);
    const bool whole_rsn = rsn && rsn->akms && rsn->akms->size() == 1 && rsn->pairwise_ciphers &&
                           rsn->pairwise_ciphers->size() == 1 && rsn->pmkids && rsn->pmkids->size() == 1;
    if (!whole_rsn || !rsn::is_fast_transition(rsn->akms->front())) return refused(StatusCode::invalid_akmp);
    const auto* known = transition_keys_.find(rsn->pmkids->front(), from.id, *bss.mobility_domain);
    if (known == nullptr || known->akm != rsn->akms->front() || known->holder != said->r0_holder)
        return refused(StatusCode::invalid_pmkid);
    if (rsn->pairwise_ciphers->front() != rsn_of(bss)->pairwise_ciphers->front())
        return refused(StatusCode::invalid_pairwise_cipher);

    const MacAddress own = own_address(bss, multi_link);
    Transition begun;
    begun.r1 = rsn::derive_r1(known->r0, own, from.id);
    begun.holder = known->holder;
    begun.anonce = nonce();
    begun.snonce = said->snonce;
    begun.akm = known->akm;
    begun.cipher = rsn->pairwise_ciphers->front();
    begun.key = rsn::PairwiseKey::derive(*rsn::find_akm(known->akm), begun.cipher, begun.r1.key, {own, from.id},
                                         begun.anonce, begun.snonce);
    FastTransition answer;
    answer.rsnxe_used = said->rsnxe_used;
    answer.anonce = begun.anonce;
    answer.snonce = begun.snonce;
    answer.r1_holder = own;
    answer.r0_holder = begun.holder;
    const Bytes rsne = rsne_naming(bss, known->r0.name);
    const Bytes fte = answer.element();
    fast_transitions_[from.id] = std::move(begun);
    out = refused(StatusCode::success);
    out.answer->body = joined({&rsne, &domain, &fte});
    out.accepted = true;
    return out;
}

// 13.8.4, 13.8.5
StatusCode AccessPoint::finish_transition(const Bss& bss, const MacAddress& station, const ElementList& request,
                                          Agreement& out) {
    const auto at = fast_transitions_.find(station);
    if (at == fast_transitions_.end()) return StatusCode::invalid_pmkid;
    const Transition begun = std::move(at->second);
    fast_transitions_.erase(at);
    const auto rsn = request.get<Rsn>();
    const bool same = rsn->pmkids && rsn->pmkids->size() == 1 && rsn->pmkids->front() == begun.r1.name &&
                      rsn->akms->front() == begun.akm && rsn->pairwise_ciphers->front() == begun.cipher;
    if (!same) return StatusCode::invalid_pmkid;
    const auto said = fast_transition(request);
    const MacAddress own = own_address(bss, stations_.find(station)->is_mld);
    if (!said || said->anonce != begun.anonce || said->snonce != begun.snonce || said->r1_holder != own ||
        said->r0_holder != begun.holder)
        return StatusCode::invalid_fast_transition;
    rsn::TransitionProof proof{{own, station},
                               request_transaction,
                               whole(request, element::rsn),
                               whole(request, element::mobility_domain),
                               whole(request, element::rsnx)};
    const Bytes mic = rsn::transition_mic(begun.key.kck, proof, whole(request, element::fast_bss_transition));
    const std::uint8_t count = proof.rsnxe.empty() ? 3 : 4;
    if (said->protected_elements != count || !rsn::same_secret(mic, said->mic))
        return StatusCode::invalid_fast_transition;

    FastTransition answer = *said;
    answer.wrapped_keys.clear();
    const bool one_of_many = bss.mld && !stations_.find(station)->is_mld;
    const bool mfp = rsn->capabilities && rsn->capabilities->has(ieee80211::RsnCapabilities::mfp_capable);
    for (const rsn::GroupKey& key : gatekeeper_->keys_in_use(one_of_many ? link_id(bss) : std::nullopt))
        if (key.kind == rsn::GroupKeyKind::gtk || mfp)
            answer.wrapped_keys.push_back(rsn::wrapped_for_transition(key, begun.key.kek));
    proof.transaction = response_transaction;
    proof.rsne = rsne_naming(bss, begun.r1.name);
    proof.mobility_domain = rsn::mobility_domain_element(*bss.mobility_domain);
    proof.rsnxe = rsnxe_of(bss);
    answer.protected_elements = proof.rsnxe.empty() ? 3 : 4;
    answer.mic = rsn::transition_mic(begun.key.kck, proof, answer.element());
    out.fast_transition = answer.element();
    out.pmk = begun.r1.key;
    out.r1_name = begun.r1.name;
    out.key = begun.key;
    out.elements = joined({&proof.rsne, &proof.mobility_domain, &out.fast_transition});
    return StatusCode::success;
}

}  // namespace mlosim::agent
