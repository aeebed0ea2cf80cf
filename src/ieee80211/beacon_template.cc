#include "ieee80211/beacon_template.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t sequence_at = 22;
constexpr std::size_t interval_offset = 8;
constexpr std::size_t capabilities_offset = 10;

Result<BeaconBody> beacon_body(const FrameView& frame) {
    if (!frame.frame_control().is(ManagementSubtype::beacon)) return fail(EINVAL, "beacon: another kind of frame");
    return BeaconBody::parse(frame.body());
}

void put_u16le(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value);
    bytes[at + 1] = static_cast<std::uint8_t>(value >> 8U);
}
}  // namespace

Result<BeaconTemplate> BeaconTemplate::from(ByteView head, ByteView tail) {
    const auto frame = FrameView::parse(head);
    if (!frame) return fail(frame.error());
    const auto body = beacon_body(*frame);
    if (!body) return fail(body.error());
    if (!body->elements.complete() || !ElementList{tail}.complete()) {
        return fail(EINVAL, "beacon: an element of head or tail is cut off");
    }
    return BeaconTemplate{Bytes(head.begin(), head.end()), Bytes(tail.begin(), tail.end())};
}

Result<BeaconTemplate> BeaconTemplate::parse(ByteView bytes) {
    const auto frame = FrameView::parse(bytes);
    if (!frame) return fail(frame.error());
    const auto body = beacon_body(*frame);
    if (!body) return fail(body.error());
    // Without a TIM its place is before the first element that the standard puts after it: after SSID, rates and DSSS
    // set.
    const ByteView elements = body->elements.bytes();
    std::size_t before = 0;
    std::size_t tim_size = 0;
    for (const ElementView& e : body->elements) {
        if (e.type() == element::tim) {
            tim_size = e.encoded().size();
            break;
        }
        const bool precedes = e.type() == element::ssid || e.type() == element::supported_rates ||
                              e.type() == element::dsss_parameter_set;
        if (!precedes && !body->elements.find(element::tim)) break;
        before += e.encoded().size();
    }
    return from(bytes.first(bytes.size() - elements.size() + before), elements.subspan(before + tim_size));
}

void BeaconTemplate::set_beacon_interval(std::uint16_t tus) {
    put_u16le(head_, fixed_at() + interval_offset, tus);
}

void BeaconTemplate::set_capabilities(const CapabilityInfo& capabilities) {
    put_u16le(head_, fixed_at() + capabilities_offset, static_cast<std::uint16_t>(capabilities.raw()));
}

void BeaconTemplate::append_to(ByteWriter& out, std::uint16_t sequence_number, std::uint64_t timestamp,
                               const Tim& tim) const {
    const std::size_t start = out.size();
    out.bytes(head_);
    SequenceControl sequence;
    sequence.set(SequenceControl::number, sequence_number & SequenceControl::number.max());
    std::ranges::copy(sequence.octets(), out.bytes().begin() + static_cast<std::ptrdiff_t>(start + sequence_at));
    for (std::size_t i = 0; i < sizeof(timestamp); ++i) {
        out.bytes()[start + fixed_at() + i] = static_cast<std::uint8_t>(timestamp >> (8 * i));
    }
    tim.append_to(out);
    out.bytes(tail_);
}

}  // namespace mlosim::ieee80211
