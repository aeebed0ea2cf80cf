#include "agent/link_mapping_answers.h"

#include <optional>

#include "ieee80211/tid_to_link_mapping.h"
#include "mld/data_path.h"
#include "mld/stations.h"
#include "mld/wdev.h"

namespace mlosim::agent {

namespace {

using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::TidToLinkMapping;

constexpr std::uint8_t protected_eht = 37;
constexpr std::uint8_t ttlm_request = 0;
constexpr std::uint8_t ttlm_response = 1;
constexpr std::uint8_t ttlm_teardown = 2;
constexpr std::uint16_t action_frames = 0x00d0;
constexpr std::uint16_t success = 0;
constexpr std::uint16_t denied = 133;  // DENIED_TID_TO_LINK_MAPPING

std::uint16_t links_of(const mld::Sta& station) {
    std::uint16_t out = 0;
    for (const auto& link : station.links())
        out = static_cast<std::uint16_t>(out | link->link.bit());
    return out;
}

/// Nothing: the elements contradict themselves, or name links that the station lacks. What they do not map stays on
/// all.
std::optional<mld::LinkMapping> mapping_of(const ieee80211::ElementList& elements, std::uint16_t links) {
    mld::LinkMapping out;
    out.downlink.fill(links);
    out.uplink.fill(links);
    unsigned found = 0;
    std::optional<TidToLinkMapping::Direction> first;
    for (const auto& element : elements) {
        if (element.type() != TidToLinkMapping::type) continue;
        const ieee80211::ElementBody body(element);
        const auto parsed = TidToLinkMapping::parse(body);
        if (!parsed || parsed->switch_time || parsed->expected_duration() || ++found > 2) return std::nullopt;
        using Direction = TidToLinkMapping::Direction;
        if (found == 2 &&
            (first == parsed->direction() || first == Direction::both || parsed->direction() == Direction::both))
            return std::nullopt;
        first = parsed->direction();
        if (parsed->is_default()) continue;
        for (unsigned tid = 0; tid < mld::LinkMapping::tids; ++tid) {
            const auto wanted = parsed->links(tid);
            if (!wanted) continue;
            if ((*wanted & ~links) != 0) return std::nullopt;
            if (parsed->direction() != Direction::uplink) out.downlink[tid] = *wanted;
            if (parsed->direction() != Direction::downlink) out.uplink[tid] = *wanted;
        }
    }
    return found == 0 ? std::nullopt : std::optional(out);
}

}  // namespace

Result<void> LinkMappingAnswers::start() {
    if (registered_) return {};
    for (const std::uint8_t action : {ttlm_request, ttlm_teardown})
        if (auto done = wdev_.wiphy().register_frame(wdev_, *this, action_frames, Bytes{protected_eht, action}); !done)
            return done;
    registered_ = true;
    return {};
}

bool LinkMappingAnswers::frame_received(mld::Wdev& wdev, const mld::FrameBytes& bytes, const mld::RxStatus&) {
    const auto frame = ieee80211::FrameView::parse(*bytes);
    if (!frame || !frame->addr2() || frame->body().size() < 2) return false;
    mld::Sta* station = wdev.wiphy().stations().find(wdev, *frame->addr2());
    if (station == nullptr || !station->is_mld()) return true;
    if (frame->body()[1] == ttlm_teardown)
        station->link_mapping.reset();
    else
        requested(*station, *frame);
    return true;
}

void LinkMappingAnswers::requested(mld::Sta& station, const ieee80211::FrameView& frame) {
    ByteReader in(frame.body());
    in.skip(2);
    const std::uint8_t token = in.u8();
    if (!in.ok()) return;
    const auto mapping = mapping_of(ieee80211::ElementList(in.rest()), links_of(station));
    if (mapping) station.link_mapping = mapping;
    Bytes answer;
    ByteWriter out(answer);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, station.address(), wdev_.address(),
                                       wdev_.address())
        .append_to(out);
    out.u8(protected_eht);
    out.u8(ttlm_response);
    out.u8(token);
    out.u16le(mapping ? success : denied);
    wdev_.wiphy().data_path().send_management(wdev_, nullptr, std::move(answer), {});
}

}  // namespace mlosim::agent
