#include "ieee80211/wmm.h"

#include <algorithm>
#include <optional>

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint8_t version = 1;

/// The reader after OUI, type, subtype and version; nothing if these are others.
std::optional<ByteReader> after_header(ByteView body, std::uint8_t subtype) {
    ByteReader in{body};
    const ByteView prefix = in.take(wmm_vendor_prefix.size());
    if (!std::ranges::equal(prefix, wmm_vendor_prefix) || in.u8() != subtype || in.u8() != version) return std::nullopt;
    return in;
}

void write_header(ByteWriter& out, std::uint8_t subtype) {
    out.bytes(wmm_vendor_prefix);
    out.u8(subtype);
    out.u8(version);
}

WmmAcParameters category(unsigned aci, unsigned aifsn, unsigned ecw_min, unsigned ecw_max, unsigned txop_limit) {
    WmmAcParameters ac;
    return ac.set(WmmAcParameters::aci, aci)
        .set(WmmAcParameters::aifsn, aifsn)
        .set(WmmAcParameters::ecw_min, ecw_min)
        .set(WmmAcParameters::ecw_max, ecw_max)
        .set(WmmAcParameters::txop_limit, txop_limit);
}
}  // namespace

Result<WmmInformation> WmmInformation::parse(ByteView body) {
    auto in = after_header(body, subtype);
    if (!in) return fail(EINVAL, "WMM Information: another vendor's, type, subtype or version");
    const WmmInformation value{WmmQosInfo::from_raw(in->u8())};
    if (!in->ok()) return fail(EINVAL, "WMM Information: no QoS info");
    return value;
}

void WmmInformation::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        write_header(w, subtype);
        w.bytes(qos.octets());
    });
}

WmmParameters WmmParameters::defaults() {
    WmmParameters value;
    value.categories = {category(0, 3, 4, 10, 0), category(1, 7, 4, 10, 0), category(2, 2, 3, 4, 94),
                        category(3, 2, 2, 3, 47)};
    return value;
}

Result<WmmParameters> WmmParameters::parse(ByteView body) {
    auto in = after_header(body, subtype);
    if (!in) return fail(EINVAL, "WMM Parameters: another vendor's, type, subtype or version");
    WmmParameters value;
    value.qos = WmmQosInfo::from_raw(in->u8());
    value.reserved = in->u8();
    for (WmmAcParameters& ac : value.categories)
        ac = WmmAcParameters::from_raw(in->u32le());
    if (!in->ok()) return fail(EINVAL, "WMM Parameters: shorter than its four records");
    return value;
}

void WmmParameters::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        write_header(w, subtype);
        w.bytes(qos.octets());
        w.u8(reserved);
        for (const WmmAcParameters& ac : categories)
            w.bytes(ac.octets());
    });
}

}  // namespace mlosim::ieee80211
