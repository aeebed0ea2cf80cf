#include "ieee80211/vht_elements.h"

namespace mlosim::ieee80211 {

Result<VhtCapabilities> VhtCapabilities::parse(ByteView body) {
    if (body.size() < body_size) return fail(EINVAL, "VHT Capabilities: shorter than 12 octets");
    return VhtCapabilities{VhtCapabilityInfo{body}, VhtMcsSet{body.subspan(4)}};
}

void VhtCapabilities::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.bytes(info.octets());
        w.bytes(mcs.octets());
    });
}

Result<VhtOperation> VhtOperation::parse(ByteView body) {
    ByteReader in{body};
    VhtOperation value;
    value.info.channel_width = in.u8();
    value.info.ccfs0 = in.u8();
    value.info.ccfs1 = in.u8();
    value.basic_mcs = McsMap{in.u16le()};
    if (!in.ok()) return fail(EINVAL, "VHT Operation: shorter than 5 octets");
    return value;
}

void VhtOperation::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(info.channel_width);
        w.u8(info.ccfs0);
        w.u8(info.ccfs1);
        w.u16le(basic_mcs.raw());
    });
}

}  // namespace mlosim::ieee80211
