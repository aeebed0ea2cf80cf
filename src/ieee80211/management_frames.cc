#include "ieee80211/management_frames.h"

namespace mlosim::ieee80211 {

Result<BeaconBody> BeaconBody::parse(ByteView body) {
    ByteReader in{body};
    BeaconBody value;
    value.timestamp = in.u64le();
    value.beacon_interval = in.u16le();
    value.capabilities = CapabilityInfo::from_raw(in.u16le());
    if (!in.ok()) return fail(EINVAL, "Beacon: shorter than its 12 fixed octets");
    value.elements = ElementList{in.rest()};
    return value;
}
void BeaconBody::append_to(ByteWriter& out) const {
    out.u64le(timestamp);
    out.u16le(beacon_interval);
    out.bytes(capabilities.octets());
    out.bytes(elements.bytes());
}

Result<AuthenticationBody> AuthenticationBody::parse(ByteView body) {
    ByteReader in{body};
    AuthenticationBody value;
    value.algorithm = in.u16le();
    value.transaction = in.u16le();
    value.status = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Authentication: shorter than its 6 fixed octets");
    value.rest = in.rest();
    return value;
}
void AuthenticationBody::append_to(ByteWriter& out) const {
    out.u16le(algorithm);
    out.u16le(transaction);
    out.u16le(status);
    out.bytes(rest);
}

Result<AssociationRequestBody> AssociationRequestBody::parse(ByteView body) {
    ByteReader in{body};
    AssociationRequestBody value;
    value.capabilities = CapabilityInfo::from_raw(in.u16le());
    value.listen_interval = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Association Request: shorter than its 4 fixed octets");
    value.elements = ElementList{in.rest()};
    return value;
}
void AssociationRequestBody::append_to(ByteWriter& out) const {
    out.bytes(capabilities.octets());
    out.u16le(listen_interval);
    out.bytes(elements.bytes());
}

Result<ReassociationRequestBody> ReassociationRequestBody::parse(ByteView body) {
    ByteReader in{body};
    ReassociationRequestBody value;
    value.capabilities = CapabilityInfo::from_raw(in.u16le());
    value.listen_interval = in.u16le();
    value.current_ap = in.mac();
    if (!in.ok()) return fail(EINVAL, "Reassociation Request: shorter than its 10 fixed octets");
    value.elements = ElementList{in.rest()};
    return value;
}
void ReassociationRequestBody::append_to(ByteWriter& out) const {
    out.bytes(capabilities.octets());
    out.u16le(listen_interval);
    out.mac(current_ap);
    out.bytes(elements.bytes());
}

Result<AssociationResponseBody> AssociationResponseBody::parse(ByteView body) {
    ByteReader in{body};
    AssociationResponseBody value;
    value.capabilities = CapabilityInfo::from_raw(in.u16le());
    value.status = in.u16le();
    value.aid_field = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Association Response: shorter than its 6 fixed octets");
    value.elements = ElementList{in.rest()};
    return value;
}
void AssociationResponseBody::append_to(ByteWriter& out) const {
    out.bytes(capabilities.octets());
    out.u16le(status);
    out.u16le(aid_field);
    out.bytes(elements.bytes());
}

Result<DeauthenticationBody> DeauthenticationBody::parse(ByteView body) {
    ByteReader in{body};
    DeauthenticationBody value;
    value.reason = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Deauthentication: shorter than its reason code");
    value.elements = ElementList{in.rest()};
    return value;
}
void DeauthenticationBody::append_to(ByteWriter& out) const {
    out.u16le(reason);
    out.bytes(elements.bytes());
}

Result<ActionBody> ActionBody::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Action: no category");
    return ActionBody{body[0], body.subspan(1)};
}
void ActionBody::append_to(ByteWriter& out) const {
    out.u8(category);
    out.bytes(rest);
}

}  // namespace mlosim::ieee80211
