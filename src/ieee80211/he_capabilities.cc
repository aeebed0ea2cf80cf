#include "ieee80211/he_capabilities.h"

#include <bit>

namespace mlosim::ieee80211 {

namespace {
HeMcsSet read_mcs(ByteReader& in) {
    HeMcsSet set;
    set.rx = McsMap{in.u16le()};
    set.tx = McsMap{in.u16le()};
    return set;
}

void write_mcs(ByteWriter& out, const HeMcsSet& set) {
    out.u16le(set.rx.raw());
    out.u16le(set.tx.raw());
}
}  // namespace

// cf. ieee80211_he_ppe_size()
Result<HePpeThresholds> HePpeThresholds::parse(ByteView octets) {
    if (octets.empty()) return fail(EINVAL, "HE Capabilities: the PPE thresholds are missing");
    const unsigned streams = (octets[0] & 7U) + 1;
    const auto rus = static_cast<unsigned>(std::popcount(octets[0] >> 3U & 0xfU));
    const std::size_t size = (header_bits + 6 * streams * rus + 7) / 8;
    if (octets.size() < size) return fail(EINVAL, "HE Capabilities: shorter than its PPE thresholds");
    HePpeThresholds ppe;
    ppe.octets_ = InlineBytes<max_size>(octets.first(size));
    return ppe;
}

Result<HeCapabilities> HeCapabilities::from(const HeMacCapabilities& mac, const HePhyCapabilities& phy,
                                            const McsSets& mcs, const std::optional<HePpeThresholds>& ppe) {
    if (phy.has(HePhyCapabilities::width_160) != mcs.at_160.has_value() ||
        phy.has(HePhyCapabilities::width_80p80) != mcs.at_80p80.has_value()) {
        return fail(EINVAL, "HE Capabilities: the MCS sets are not those of the supported widths");
    }
    if (phy.has(HePhyCapabilities::ppe_thresholds_present) != ppe.has_value()) {
        return fail(EINVAL, "HE Capabilities: PPE thresholds without their presence bit, or the bit without them");
    }
    HeCapabilities value;
    value.mac_ = mac;
    value.phy_ = phy;
    value.mcs_ = mcs;
    value.ppe_ = ppe;
    return value;
}

// cf. ieee80211_he_capa_size_ok()
Result<HeCapabilities> HeCapabilities::parse(ByteView body) {
    if (body.size() < HeMacCapabilities::size + HePhyCapabilities::size) {
        return fail(EINVAL, "HE Capabilities: shorter than 17 octets");
    }
    HeCapabilities value;
    value.mac_ = HeMacCapabilities{body};
    value.phy_ = HePhyCapabilities{body.subspan(HeMacCapabilities::size)};

    ByteReader in{body.subspan(HeMacCapabilities::size + HePhyCapabilities::size)};
    value.mcs_.up_to_80 = read_mcs(in);
    if (value.phy_.has(HePhyCapabilities::width_160)) value.mcs_.at_160 = read_mcs(in);
    if (value.phy_.has(HePhyCapabilities::width_80p80)) value.mcs_.at_80p80 = read_mcs(in);
    if (!in.ok()) return fail(EINVAL, "HE Capabilities: shorter than its MCS sets");

    if (value.phy_.has(HePhyCapabilities::ppe_thresholds_present)) {
        auto ppe = HePpeThresholds::parse(in.rest());
        if (!ppe) return fail(std::move(ppe.error()));
        value.ppe_ = *ppe;
    }
    return value;
}

void HeCapabilities::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.bytes(mac_.octets());
        w.bytes(phy_.octets());
        write_mcs(w, mcs_.up_to_80);
        if (mcs_.at_160) write_mcs(w, *mcs_.at_160);
        if (mcs_.at_80p80) write_mcs(w, *mcs_.at_80p80);
        if (ppe_) w.bytes(ppe_->octets());
    });
}

Result<He6GhzCapabilities> He6GhzCapabilities::parse(ByteView body) {
    if (body.size() < size) return fail(EINVAL, "HE 6 GHz Band Capabilities: shorter than 2 octets");
    return He6GhzCapabilities{body};
}

void He6GhzCapabilities::append_to(ByteWriter& out) const {
    write_element(out, type, octets());
}

}  // namespace mlosim::ieee80211
