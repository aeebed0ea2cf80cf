// The frames of stations that want in, or out.

#include "agent/access_point.h"
#include "agent/association.h"
#include "agent/multi_link_elements.h"
#include "ieee80211/management_frames.h"

namespace mlosim::agent {

namespace {

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

/// What an answer to an MLD says of this one: its address alone while authenticating, the link too once it is in.
Bytes authentication_elements(const Bss& bss, const AuthenticationAnswer& answer) {
    Bytes out;
    if (!answer.multi_link) return out;
    ieee80211::BasicMultiLink multi_link;
    multi_link.mld_addr = bss.mld->mld_addr;
    ByteWriter w(out);
    multi_link.append_to(w);
    return out;
}

}  // namespace

void AccessPoint::authenticating(std::size_t link, const FrameView& frame) {
    const Bss& bss = bsses_[link];
    const MacAddress station = *frame.addr2();
    const auto request = ieee80211::AuthenticationBody::parse(frame.body());
    if (!request || !station.is_valid_individual()) return;
    AuthenticationAnswer answer = answer_authentication(bss, *request);
    if (answer.status == StatusCode::success && !stations_.authenticate(station))
        answer.status = StatusCode::too_many_stations;

    ieee80211::AuthenticationBody body;
    body.algorithm = request->algorithm;
    body.transaction = static_cast<std::uint16_t>(request->transaction + 1);
    body.status = static_cast<std::uint16_t>(answer.status);
    const Bytes elements = authentication_elements(bss, answer);
    body.rest = elements;
    Bytes out = with_header(ManagementSubtype::authentication, station, bss);
    ByteWriter w(out);
    body.append_to(w);
    world().trace().record(world().now(), "agent/authentication",
                           {{"network", settings_.name},
                            {"bssid", bss.bssid.to_string()},
                            {"station", station.to_string()},
                            {"algorithm", std::uint64_t{request->algorithm}},
                            {"status", number(answer.status)}});
    reply(link, std::move(out));
}

/// Class 2 frames come from authenticated stations only (802.11-2020 11.3.3).
bool AccessPoint::turned_away(std::size_t link, const MacAddress& station) {
    if (stations_.is_authenticated(station)) return false;
    Bytes out = with_header(ManagementSubtype::deauthentication, station, bsses_[link]);
    ByteWriter w(out);
    ieee80211::DeauthenticationBody body;
    body.reason = static_cast<std::uint16_t>(ReasonCode::class2_frame_from_unauthenticated);
    body.append_to(w);
    reply(link, std::move(out));
    return true;
}

void AccessPoint::associating(std::size_t link, const FrameView& frame) {
    const Bss& bss = bsses_[link];
    const MacAddress station = *frame.addr2();
    const bool again = frame.frame_control().is(ManagementSubtype::reassociation_request);
    ElementList elements;
    if (again) {
        const auto request = ieee80211::ReassociationRequestBody::parse(frame.body());
        if (!request) return;
        elements = request->elements;
    } else {
        const auto request = ieee80211::AssociationRequestBody::parse(frame.body());
        if (!request) return;
        elements = request->elements;
    }
    if (turned_away(link, station)) return;

    AssociationAnswer answer = answer_association(bss, bsses_, elements);
    std::optional<ieee80211::Aid> aid;
    if (answer.status == StatusCode::success) {
        auto links = static_cast<std::uint16_t>(bss.mld ? bss.mld->link.bit() : 0);
        for (const LinkGrant& grant : answer.links)
            if (grant.status == StatusCode::success) links = static_cast<std::uint16_t>(links | grant.link.bit());
        aid = stations_.associate(station, answer.mld_addr, links);
        if (!aid) answer.status = StatusCode::too_many_stations;
    }
    if (!aid) stations_.disassociate(station);

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
    const Bytes granted = association_response_elements(bss, multi_link);
    body.elements = ElementList(granted);
    Bytes out = with_header(again ? ManagementSubtype::reassociation_response : ManagementSubtype::association_response,
                            station, bss);
    ByteWriter w(out);
    body.append_to(w);
    world().trace().record(world().now(), "agent/association",
                           {{"network", settings_.name},
                            {"bssid", bss.bssid.to_string()},
                            {"station", station.to_string()},
                            {"multi_link", answer.mld_addr.has_value()},
                            {"aid", std::uint64_t{aid ? aid->value() : 0U}},
                            {"status", number(answer.status)}});
    reply(link, std::move(out));
}

void AccessPoint::leaving(const FrameView& frame) {
    const MacAddress station = *frame.addr2();
    const bool deauthenticated = frame.frame_control().is(ManagementSubtype::deauthentication);
    if (!(deauthenticated ? stations_.remove(station) : stations_.disassociate(station))) return;
    world().trace().record(world().now(), "agent/station-left",
                           {{"network", settings_.name}, {"station", station.to_string()}});
}

}  // namespace mlosim::agent
