#include "agent/transition_request.h"

#include <algorithm>

#include "ieee80211/element.h"

namespace mlosim::agent {

namespace {

using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteView;

// Request Mode, 802.11-2020 Figure 9-903.
constexpr std::uint8_t has_candidates = 1U << 0;
constexpr std::uint8_t is_abridged = 1U << 1;
constexpr std::uint8_t is_imminent = 1U << 2;
constexpr std::uint8_t has_termination = 1U << 3;
constexpr std::uint8_t has_session_url = 1U << 4;

constexpr std::size_t termination_size = 12;
constexpr std::uint8_t neighbor_report = 52;  // Element ID
constexpr std::size_t neighbor_fixed = 13;
constexpr std::uint8_t preference_subelement = 3;
constexpr std::uint8_t unsaid_preference = 128;

/// 9.4.2.36; nothing: too short.
std::optional<TransitionRequest::Neighbor> read_neighbor(ByteView body) {
    if (body.size() < neighbor_fixed) return std::nullopt;
    ByteReader in(body);
    TransitionRequest::Neighbor out;
    out.bssid = in.mac();
    out.preference = unsaid_preference;
    in.skip(neighbor_fixed - ieee80211::MacAddress::size);
    while (in.remaining() >= 2) {
        const std::uint8_t id = in.u8();
        const ByteView value = in.take(in.u8());
        if (!in.ok()) break;
        if (id == preference_subelement && !value.empty()) out.preference = value[0];
    }
    return out;
}

}  // namespace

Result<TransitionRequest> TransitionRequest::parse(ByteView body) {
    ByteReader in(body);
    TransitionRequest out;
    out.token = in.u8();
    const std::uint8_t mode = in.u8();
    in.skip(2);  // Disassociation Timer
    in.skip(1);  // Validity Interval
    if ((mode & has_termination) != 0) in.skip(termination_size);
    if ((mode & has_session_url) != 0) in.skip(in.u8());
    if (!in.ok()) return fail(EINVAL, "a BSS transition management request that is not whole");
    out.abridged = (mode & is_abridged) != 0;
    out.disassociation_imminent = (mode & is_imminent) != 0;
    if ((mode & has_candidates) == 0) return out;
    while (in.remaining() >= 2) {
        const std::uint8_t id = in.u8();
        const ByteView element = in.take(in.u8());
        if (!in.ok()) return fail(EINVAL, "a candidate list that is not whole");
        if (id != neighbor_report) continue;
        const auto neighbor = read_neighbor(element);
        if (!neighbor) return fail(EINVAL, "a neighbor report that is not whole");
        if (neighbor->preference != 0) out.neighbors.push_back(*neighbor);
    }
    std::stable_sort(out.neighbors.begin(), out.neighbors.end(),
                     [](const Neighbor& a, const Neighbor& b) { return a.preference > b.preference; });
    return out;
}

Bytes transition_request(std::uint8_t token, const std::vector<TransitionCandidate>& where,
                         std::uint16_t disassociates_after) {
    constexpr std::uint8_t validity = 255;       // beacons
    constexpr std::uint32_t reachable = 3;       // Neighbor Report, BSSID Information: AP Reachability
    constexpr std::uint32_t same_security = 4;   // … and Security
    constexpr std::uint8_t preference_size = 3;  // a subelement with one octet
    std::uint8_t mode = 0;
    if (!where.empty()) mode |= has_candidates | is_abridged;
    if (disassociates_after != 0) mode |= is_imminent;
    Bytes out;
    ieee80211::ByteWriter w(out);
    w.u8(category_wnm);
    w.u8(wnm_transition_request);
    w.u8(token);
    w.u8(mode);
    w.u16le(disassociates_after);
    w.u8(validity);
    for (const TransitionCandidate& one : where) {
        w.u8(neighbor_report);
        w.u8(static_cast<std::uint8_t>(neighbor_fixed + preference_size));
        w.mac(one.bssid);
        w.u32le(reachable | same_security);
        w.u8(one.operating_class);
        w.u8(one.channel);
        w.u8(one.phy_type);
        w.u8(preference_subelement);
        w.u8(1);
        w.u8(one.preference);
    }
    return out;
}

Bytes transition_response(std::uint8_t token, TransitionStatus status, const ieee80211::MacAddress& target) {
    Bytes out;
    ieee80211::ByteWriter w(out);
    w.u8(category_wnm);
    w.u8(wnm_transition_response);
    w.u8(token);
    w.u8(static_cast<std::uint8_t>(status));
    w.u8(0);  // BSS Termination Delay
    if (status == TransitionStatus::accept) w.mac(target);
    return out;
}

}  // namespace mlosim::agent
