#include "ieee80211/eht_operation.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint8_t info_present = 0x01;
constexpr std::uint8_t disabled_subchannels_present = 0x02;

EhtOperationInfo read_info(ByteReader& in, bool with_bitmap) {
    EhtOperationInfo info;
    info.control = EhtOperationInfo::Control::from_raw(in.u8());
    info.ccfs0 = in.u8();
    info.ccfs1 = in.u8();
    if (with_bitmap) info.disabled_subchannels = in.u16le();
    return info;
}

void write_info(ByteWriter& out, const EhtOperationInfo& info) {
    out.bytes(info.control.octets());
    out.u8(info.ccfs0);
    out.u8(info.ccfs1);
    if (info.disabled_subchannels) out.u16le(*info.disabled_subchannels);
}
}  // namespace

// cf. ieee80211_eht_oper_size_ok(): the bitmap is part of the information, without which its bit means nothing.
Result<EhtOperation> EhtOperation::parse(ByteView body) {
    ByteReader in{body};
    const std::uint8_t parameters = in.u8();
    EhtOperation value;
    value.parameters = EhtOperationParameters::from_raw(
        parameters & static_cast<std::uint8_t>(~(info_present | disabled_subchannels_present)));
    value.basic_mcs.mcs0_7 = EhtMaxStreams{in.u8()};
    value.basic_mcs.mcs8_9 = EhtMaxStreams{in.u8()};
    value.basic_mcs.mcs10_11 = EhtMaxStreams{in.u8()};
    value.basic_mcs.mcs12_13 = EhtMaxStreams{in.u8()};
    if (!in.ok()) return fail(EINVAL, "EHT Operation: shorter than 5 octets");
    if ((parameters & info_present) != 0) value.info = read_info(in, (parameters & disabled_subchannels_present) != 0);
    if (!in.ok()) return fail(EINVAL, "EHT Operation: shorter than its information field");
    return value;
}

void EhtOperation::append_to(ByteWriter& out) const {
    auto octet = static_cast<std::uint8_t>(parameters.raw() &
                                           static_cast<std::uint8_t>(~(info_present | disabled_subchannels_present)));
    if (info) octet |= info_present;
    if (info && info->disabled_subchannels) octet |= disabled_subchannels_present;
    write_element(out, type, [&](ByteWriter& w) {
        w.u8(octet);
        for (const EhtMaxStreams streams :
             {basic_mcs.mcs0_7, basic_mcs.mcs8_9, basic_mcs.mcs10_11, basic_mcs.mcs12_13}) {
            w.u8(streams.raw());
        }
        if (info) write_info(w, *info);
    });
}

// cf. ieee80211_bandwidth_indication_size_ok()
Result<BandwidthIndication> BandwidthIndication::parse(ByteView body) {
    ByteReader in{body};
    const std::uint8_t parameters = in.u8();
    const BandwidthIndication value{read_info(in, (parameters & disabled_subchannels_present) != 0)};
    if (!in.ok()) return fail(EINVAL, "Bandwidth Indication: shorter than its information field");
    return value;
}

void BandwidthIndication::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(info.disabled_subchannels ? disabled_subchannels_present : 0);
        write_info(w, info);
    });
}

}  // namespace mlosim::ieee80211
