#include "ieee80211/ht_elements.h"

namespace mlosim::ieee80211 {

Result<HtCapabilities> HtCapabilities::parse(ByteView body) {
    if (body.size() < body_size) return fail(EINVAL, "HT Capabilities: shorter than 26 octets");
    return HtCapabilities{HtCapabilityInfo{body},
                          HtAmpduParameters{body.subspan(2)},
                          HtMcsSet{body.subspan(3)},
                          HtExtendedCapabilities{body.subspan(19)},
                          HtBeamformingCapabilities{body.subspan(21)},
                          HtAselCapability{body.subspan(25)}};
}

void HtCapabilities::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.bytes(info.octets());
        w.bytes(ampdu.octets());
        w.bytes(mcs.octets());
        w.bytes(extended.octets());
        w.bytes(beamforming.octets());
        w.bytes(asel.octets());
    });
}

SecondaryChannel HtOperation::secondary_channel() const {
    switch (info.get(HtOperationInfo::secondary_channel_offset)) {
        case 1:
            return SecondaryChannel::above;
        case 3:
            return SecondaryChannel::below;
        default:
            return SecondaryChannel::none;
    }
}

Result<HtOperation> HtOperation::parse(ByteView body) {
    if (body.size() < body_size) return fail(EINVAL, "HT Operation: shorter than 22 octets");
    return HtOperation{body[0], HtOperationInfo{body.subspan(1)}, HtMcsSet{body.subspan(6)}};
}

void HtOperation::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(primary_channel);
        w.bytes(info.octets());
        w.bytes(basic_mcs.octets());
    });
}

}  // namespace mlosim::ieee80211
