#include "mld/detail/malformed.h"

#include "ieee80211/management_frames.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::ByteView;
using ieee80211::FrameControl;
using ieee80211::ManagementSubtype;

template <class Body>
bool cut_off(ByteView bytes) {
    const auto body = Body::parse(bytes);
    return !body || !body->elements.complete();
}

}  // namespace

bool is_malformed(const ieee80211::FrameView& frame) {
    const FrameControl fc = frame.frame_control();
    if (fc.type() != ieee80211::FrameType::management || fc.has(FrameControl::protected_frame)) return false;
    const ByteView body = frame.body();
    switch (static_cast<ManagementSubtype>(fc.subtype())) {
        case ManagementSubtype::beacon:
        case ManagementSubtype::probe_response:
            return cut_off<ieee80211::BeaconBody>(body);
        case ManagementSubtype::probe_request:
            return cut_off<ieee80211::ProbeRequestBody>(body);
        case ManagementSubtype::association_request:
            return cut_off<ieee80211::AssociationRequestBody>(body);
        case ManagementSubtype::reassociation_request:
            return cut_off<ieee80211::ReassociationRequestBody>(body);
        case ManagementSubtype::association_response:
        case ManagementSubtype::reassociation_response:
            return cut_off<ieee80211::AssociationResponseBody>(body);
        case ManagementSubtype::deauthentication:
        case ManagementSubtype::disassociation:
            return cut_off<ieee80211::DeauthenticationBody>(body);
        case ManagementSubtype::authentication:
            // What follows need not be elements: SAE's commit has fields without a length.
            return !ieee80211::AuthenticationBody::parse(body);
        case ManagementSubtype::action:
        case ManagementSubtype::action_no_ack:
            return body.size() < 2;
        default:
            return false;
    }
}

}  // namespace mlosim::mld::detail
