// The frames of stations that want in, or out.

#include "agent/access_point.h"
#include "agent/association.h"
#include "agent/multi_link_elements.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/management_frames.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::AuthenticationBody;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::FrameHeader;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;

Bytes with_header(ManagementSubtype subtype, const MacAddress& to, const Bss& bss) {
    Bytes out;
    ByteWriter w(out);
    FrameHeader::management(subtype, to, bss.bssid, bss.bssid).append_to(w);
    return out;
}

std::uint64_t number(StatusCode status) {
    return static_cast<std::uint64_t>(status);
}

/// What an answer to an MLD that authenticates says of this one: its address alone.
void add_mld_address(Bytes& out, const Bss& bss) {
    ieee80211::BasicMultiLink multi_link;
    multi_link.mld_addr = bss.mld->mld_addr;
    ByteWriter w(out);
    multi_link.append_to(w);
}

}  // namespace

void AccessPoint::authenticating(std::size_t link, const Sender& from, const FrameView& frame) {
    const Bss& bss = bsses_[link];
    const auto request = AuthenticationBody::parse(frame.body());
    if (!request) return;
    const bool sae = request->algorithm == AuthenticationBody::sae;
    const auto elements = sae ? sae_elements(*request) : std::optional(ElementList(request->rest));
    const auto mld_addr = elements ? authenticating_mld(bss, *elements) : std::optional<MacAddress>();
    if (!mld_addr) return;
    const Sender who = *mld_addr ? Sender{**mld_addr, from.air} : Sender{plain_address(from), plain_address(from)};
    const Stations::Station* const before = stations_.find(from.id);
    if (before != nullptr && (from.id != who.id || before->is_mld != mld_addr->has_value())) expel(from.id);

    SaeResponder::Outcome outcome;
    if (sae && sae_)
        outcome = authenticate_with_sae(bss, who, mld_addr->has_value(), *request);
    else if (request->algorithm == AuthenticationBody::fast_bss_transition && gatekeeper_ && bss.mobility_domain)
        outcome = begin_transition(bss, who, mld_addr->has_value(), *request);
    else
        outcome.answer = {
            static_cast<std::uint16_t>(request->transaction + 1), answer_open_authentication(*request), {}};
    if (!outcome.answer) return;
    StatusCode& status = outcome.answer->status;
    const bool transition = outcome.accepted && !sae;
    const bool proved = sae ? outcome.accepted : status == StatusCode::success;
    if (proved) {
        if (!is_protected(who.id)) forget(who.id);
        const auto proof = sae          ? Stations::Proof::password
                           : transition ? Stations::Proof::transition
                                        : Stations::Proof::none;
        if (!stations_.authenticate(who.air, *mld_addr, proof)) status = StatusCode::too_many_stations;
    }

    AuthenticationBody body;
    body.algorithm = request->algorithm;
    body.transaction = outcome.answer->transaction;
    body.status = static_cast<std::uint16_t>(status);
    Bytes rest = std::move(outcome.answer->body);
    if (*mld_addr) add_mld_address(rest, bss);
    body.rest = rest;
    Bytes out = with_header(ManagementSubtype::authentication, who.air, bss);
    ByteWriter w(out);
    body.append_to(w);
    world().trace().record(world().now(), "agent/authentication",
                           {{"network", settings_.name},
                            {"bssid", bss.bssid.to_string()},
                            {"station", who.id.to_string()},
                            {"multi_link", mld_addr->has_value()},
                            {"algorithm", std::uint64_t{request->algorithm}},
                            {"transaction", std::uint64_t{body.transaction}},
                            {"status", number(status)}});
    reply(link, std::move(out));
}

/// A station that is no MLD any more speaks from what was its MLD address.
MacAddress AccessPoint::plain_address(const Sender& from) const {
    const mld::Sta* sta = wdev_.wiphy().stations().find(wdev_, from.id);
    return sta != nullptr && sta->is_mld() ? from.id : from.air;
}

SaeResponder::Outcome AccessPoint::authenticate_with_sae(const Bss& bss, const Sender& from, bool multi_link,
                                                         const AuthenticationBody& request) {
    const SaeResponder::Peer peer{from.id, own_address(bss, multi_link), multi_link};
    SaeResponder::Outcome out = sae_->receive(peer, request, world().now());
    if (!out.accepted) return out;
    const auto agreed = sae_->agreement(from.id);
    pmksas_.remember({from.id, agreed->pmkid, agreed->pmk, ieee80211::akm::sae}, world().now());
    return out;
}

/// Class 2 frames come from authenticated stations only (802.11-2020 11.3.3).
bool AccessPoint::turned_away(std::size_t link, const Sender& from) {
    if (stations_.is_authenticated(from.id)) return false;
    Bytes out = with_header(ManagementSubtype::deauthentication, from.air, bsses_[link]);
    ByteWriter w(out);
    ieee80211::DeauthenticationBody body;
    body.reason = static_cast<std::uint16_t>(ReasonCode::class2_frame_from_unauthenticated);
    body.append_to(w);
    reply(link, std::move(out));
    return true;
}

std::optional<AccessPoint::Request> AccessPoint::association_request(const FrameView& frame) {
    Request out;
    out.again = frame.frame_control().is(ManagementSubtype::reassociation_request);
    const auto take = [&](const auto& body) {
        if (!body) return false;
        out.elements = body->elements;
        out.capability = static_cast<std::uint16_t>(body->capabilities.raw());
        out.listen_interval = body->listen_interval;
        return true;
    };
    const bool whole = out.again ? take(ieee80211::ReassociationRequestBody::parse(frame.body()))
                                 : take(ieee80211::AssociationRequestBody::parse(frame.body()));
    return whole ? std::optional(out) : std::nullopt;
}

void AccessPoint::associating(std::size_t link, const Sender& from, const FrameView& frame) {
    const Bss& bss = bsses_[link];
    const auto request = association_request(frame);
    if (!request || turned_away(link, from)) return;

    const bool as_mld = stations_.find(from.id)->is_mld;
    AssociationAnswer answer =
        answer_association(bss, bsses_, request->elements, as_mld ? std::optional(from.id) : std::nullopt);
    // Its association is one that nobody can end for it. cf. hostapd's check_sa_query()
    if (is_protected(from.id) && !sa_queries_.failed(from.id)) {
        if (answer.status == StatusCode::success) {
            answer.status = StatusCode::association_rejected_temporarily;
            sa_queries_.begin(from.id);
        }
        return respond(link, from, *request, answer, std::nullopt, {});
    }
    Agreement agreement;
    if (answer.status == StatusCode::success) {
        agreement = agree(bss, from.id, request->elements);
        answer.status = agreement.status;
    }
    forget(from.id);
    std::optional<ieee80211::Aid> aid;
    if (answer.status == StatusCode::success) {
        aid = stations_.associate(from.id, answer.mld_addr, 0);
        if (!aid) answer.status = StatusCode::too_many_stations;
    }
    if (aid && !admit(link, from, *aid, answer, *request)) {
        aid.reset();
        answer.status = StatusCode::unspecified_failure;
    }
    if (!aid) {
        stations_.disassociate(from.id);
        return respond(link, from, *request, answer, std::nullopt, {});
    }
    if (gatekeeper_) prepare_handshake(bss, from, answer, *request, agreement);
    respond(link, from, *request, answer, aid, agreement.elements);
    if (!gatekeeper_ && joined_) joined_(from.id);
}

void AccessPoint::respond(std::size_t link, const Sender& to, const Request& request, const AssociationAnswer& answer,
                          std::optional<ieee80211::Aid> aid, const Bytes& security) {
    const Bss& bss = bsses_[link];
    ieee80211::AssociationResponseBody body;
    body.capabilities = capability_info(bss);
    body.status = static_cast<std::uint16_t>(answer.status);
    body.aid_field = aid ? aid->on_the_wire() : std::uint16_t{0};
    std::optional<ieee80211::BasicMultiLink> multi_link;
    if (aid && answer.mld_addr) {
        multi_link = multi_link_of(bss);
        const Bytes alone = association_response_elements(bss, std::nullopt);
        for (const LinkGrant& grant : answer.links)
            for (const Bss& other : bsses_)
                if (other.mld->link == grant.link)
                    multi_link->profiles.push_back(association_profile(
                        other, dtim_count(other), static_cast<std::uint16_t>(grant.status), ElementList(alone)));
    }
    Bytes more = security;
    if (answer.status == StatusCode::association_rejected_temporarily) {
        ByteWriter w(more);
        ieee80211::TimeoutInterval{ieee80211::TimeoutInterval::association_comeback, SaQueries::limit_tu}.append_to(w);
    }
    const Bytes elements = association_response_elements(bss, multi_link, more);
    body.elements = ElementList(elements);
    Bytes out =
        with_header(request.again ? ManagementSubtype::reassociation_response : ManagementSubtype::association_response,
                    to.air, bss);
    ByteWriter w(out);
    body.append_to(w);
    world().trace().record(world().now(), "agent/association",
                           {{"network", settings_.name},
                            {"bssid", bss.bssid.to_string()},
                            {"station", to.id.to_string()},
                            {"multi_link", answer.mld_addr.has_value()},
                            {"aid", std::uint64_t{aid ? aid->value() : 0U}},
                            {"status", number(answer.status)}});
    if (!aid || !gatekeeper_) return reply(link, std::move(out));
    reply(link, std::move(out), [this, station = to.id] { gatekeeper_->greet(station); });
}

void AccessPoint::leaving(const Sender& from, const FrameView& frame) {
    const bool deauthenticated = frame.frame_control().is(ManagementSubtype::deauthentication);
    if (!(deauthenticated ? stations_.remove(from.id) : stations_.disassociate(from.id))) return;
    forget(from.id);
    world().trace().record(world().now(), "agent/station-left",
                           {{"network", settings_.name}, {"station", from.id.to_string()}});
}

}  // namespace mlosim::agent
