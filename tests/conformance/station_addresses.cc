#include "station_addresses.h"

#include <algorithm>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"

namespace mlosim::conformance {

namespace {

using ieee80211::ByteView;
using ieee80211::FrameView;
using ieee80211::MacAddress;

/// The station's address on each link that an association request asks for.
std::map<std::uint8_t, MacAddress> requested_links(const FrameView& frame) {
    std::map<std::uint8_t, MacAddress> out;
    ieee80211::ElementList elements;
    using ieee80211::ManagementSubtype;
    if (frame.frame_control().is(ManagementSubtype::association_request)) {
        if (const auto body = ieee80211::AssociationRequestBody::parse(frame.body())) elements = body->elements;
    } else if (frame.frame_control().is(ManagementSubtype::reassociation_request)) {
        if (const auto body = ieee80211::ReassociationRequestBody::parse(frame.body())) elements = body->elements;
    }
    const auto element = ieee80211::find_multi_link(elements, ieee80211::MultiLinkVariant::basic);
    if (!element) return out;
    const ieee80211::ElementBody body(*element);
    const auto multi_link = ieee80211::BasicMultiLinkView::parse(body);
    if (!multi_link) return out;
    for (const auto& profile : multi_link->profiles())
        if (const auto address = profile.sta_addr()) out[profile.link().value()] = *address;
    return out;
}

}  // namespace

void StationAddresses::note(const MacAddress& recorded, const MacAddress& ours) {
    if (recorded != ours) ours_.insert_or_assign(recorded, ours);
}

void StationAddresses::learn(ByteView recorded, ByteView ours) {
    const auto theirs = FrameView::parse(recorded);
    const auto mine = FrameView::parse(ours);
    if (!theirs || !mine || !theirs->addr2() || !mine->addr2()) return;
    note(*theirs->addr2(), *mine->addr2());
    const auto here = requested_links(*mine);
    for (const auto& [link, address] : requested_links(*theirs))
        if (const auto found = here.find(link); found != here.end()) note(address, found->second);
}

ieee80211::Bytes StationAddresses::translate(ByteView bytes) const {
    ieee80211::Bytes out(bytes.begin(), bytes.end());
    constexpr std::ptrdiff_t size = 6;
    for (auto at = out.begin(); out.end() - at >= size;) {
        const MacAddress address{std::span<const std::uint8_t, MacAddress::size>(&*at, MacAddress::size)};
        const auto found = ours_.find(address);
        if (found == ours_.end()) {
            ++at;
            continue;
        }
        at = std::copy(found->second.octets().begin(), found->second.octets().end(), at);
    }
    return out;
}

}  // namespace mlosim::conformance
