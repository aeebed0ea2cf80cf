#include "ieee80211/he_operation.h"

namespace mlosim::ieee80211 {

namespace {
struct Parameters : BitString<3, Parameters> {
    using BitString::BitString;
    static constexpr Field vht_info_present{14};
    static constexpr Field cohosted_bss{15};
    static constexpr Field six_ghz_info_present{17};
};
}  // namespace

// cf. ieee80211_he_oper_size()
Result<HeOperation> HeOperation::parse(ByteView body) {
    constexpr std::size_t fixed_size = 6;
    if (body.size() < fixed_size) return fail(EINVAL, "HE Operation: shorter than 6 octets");
    Parameters presence{body};
    const bool has_vht = presence.has(Parameters::vht_info_present);
    const bool has_cohosted = presence.has(Parameters::cohosted_bss);
    const bool has_six_ghz = presence.has(Parameters::six_ghz_info_present);
    presence.set(Parameters::vht_info_present, 0)
        .set(Parameters::cohosted_bss, 0)
        .set(Parameters::six_ghz_info_present, 0);

    HeOperation value;
    value.parameters = HeOperationParameters{presence.octets()};
    value.color = BssColor{body.subspan(3)};
    ByteReader in{body.subspan(4)};
    value.basic_mcs = McsMap{in.u16le()};
    if (has_vht) {
        VhtOperationInfo vht;
        vht.channel_width = in.u8();
        vht.ccfs0 = in.u8();
        vht.ccfs1 = in.u8();
        value.vht = vht;
    }
    if (has_cohosted) value.max_cohosted_bssid_indicator = in.u8();
    if (has_six_ghz) {
        He6GhzOperation op;
        op.primary_channel = in.u8();
        op.control = He6GhzControl::from_raw(in.u8());
        op.ccfs0 = in.u8();
        op.ccfs1 = in.u8();
        op.minimum_rate_mbps = in.u8();
        value.six_ghz = op;
    }
    if (!in.ok()) return fail(EINVAL, "HE Operation: shorter than the parts that it announces");
    return value;
}

void HeOperation::append_to(ByteWriter& out) const {
    Parameters presence{parameters.octets()};
    presence.set(Parameters::vht_info_present, vht ? 1 : 0)
        .set(Parameters::cohosted_bss, max_cohosted_bssid_indicator ? 1 : 0)
        .set(Parameters::six_ghz_info_present, six_ghz ? 1 : 0);
    write_element(out, type, [&](ByteWriter& w) {
        w.bytes(presence.octets());
        w.bytes(color.octets());
        w.u16le(basic_mcs.raw());
        if (vht) {
            w.u8(vht->channel_width);
            w.u8(vht->ccfs0);
            w.u8(vht->ccfs1);
        }
        if (max_cohosted_bssid_indicator) w.u8(*max_cohosted_bssid_indicator);
        if (six_ghz) {
            w.u8(six_ghz->primary_channel);
            w.bytes(six_ghz->control.octets());
            w.u8(six_ghz->ccfs0);
            w.u8(six_ghz->ccfs1);
            w.u8(six_ghz->minimum_rate_mbps);
        }
    });
}

}  // namespace mlosim::ieee80211
