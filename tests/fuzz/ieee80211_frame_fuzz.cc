// Any bytes as a frame: header and management bodies, every accessor, and the header written again.

#include <algorithm>

#include "ieee80211/beacon_template.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

namespace {
template <class Body>
void check_body(ByteView bytes) {
    const auto body = Body::parse(bytes);
    if (!body) return;
    Bytes written;
    ByteWriter out{written};
    body->append_to(out);
    MLOSIM_INVARIANT(std::ranges::equal(written, bytes), "a body is written as it was");
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes{data, size};
    const auto frame = FrameView::parse(bytes);
    const auto header = FrameHeader::parse(bytes);
    MLOSIM_INVARIANT(frame.has_value() == header.has_value(), "view and value accept the same frames");
    if (!frame) return 0;
    Bytes written;
    ByteWriter out{written};
    header->append_to(out);
    out.bytes(frame->body());
    MLOSIM_INVARIANT(std::ranges::equal(written, bytes), "a frame is written as it was");
    MLOSIM_INVARIANT(frame->addr4().has_value() <= frame->addr3().has_value(), "four addresses are more than three");
    MLOSIM_INVARIANT(frame->source().has_value() == frame->destination().has_value(), "both or neither");
    (void)frame->bssid();
    (void)frame->qos();
    (void)frame->ht_control();

    check_body<BeaconBody>(frame->body());
    check_body<AuthenticationBody>(frame->body());
    check_body<AssociationRequestBody>(frame->body());
    check_body<ReassociationRequestBody>(frame->body());
    check_body<AssociationResponseBody>(frame->body());
    check_body<DeauthenticationBody>(frame->body());
    check_body<ActionBody>(frame->body());

    if (const auto beacon = BeaconTemplate::parse(bytes)) {
        Bytes again;
        ByteWriter w{again};
        const auto tim = Tim::from(0, 1);
        beacon->append_to(w, 1, 2, *tim);
        const auto reparsed = BeaconTemplate::parse(again);
        MLOSIM_INVARIANT(reparsed && std::ranges::equal(reparsed->tail(), beacon->tail()), "a beacon keeps its tail");
    }
    return 0;
}
