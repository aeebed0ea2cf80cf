#include "mt7925/host/chip_messages.h"

#include <algorithm>

#include "mt7925/chip_tlvs.h"
#include "mt7925/host/scan_message.h"
#include "mt7925/layout.h"

namespace mlosim::mt7925::host {

namespace {

/// Unlike everywhere else 20 and 40 MHz are one.
std::uint8_t sniffer_width(phy::ChannelWidth width) {
    switch (width) {
        case phy::ChannelWidth::w80:
            return 1;
        case phy::ChannelWidth::w160:
            return 2;
        case phy::ChannelWidth::w80p80:
            return 3;
        case phy::ChannelWidth::w5:
            return 4;
        case phy::ChannelWidth::w10:
            return 5;
        case phy::ChannelWidth::w320:
            return 6;
        default:
            return 0;
    }
}

}  // namespace

Bytes chip_config_message(std::string_view text) {
    ChipConfigText out;
    const std::size_t length = std::min(text.size(), out.text.size() - 1);
    std::copy_n(text.begin(), length, out.text.begin());
    out.data_size = static_cast<std::uint16_t>(length + 1);  // with the zero at its end
    return PayloadBuilder(ReservedHeader{}).add(out).bytes();
}

Bytes deep_sleep_message(bool on) {
    return chip_config_message(on ? "KeepFullPwr 0" : "KeepFullPwr 1");
}

Bytes temperature_message() {
    return PayloadBuilder(ReservedHeader{}).add(ThermalQuery{}).bytes();
}

Bytes power_table_message(std::uint8_t band_idx) {
    constexpr std::uint8_t all_rates = 2;
    TxPowerShowInfo out;
    out.category = all_rates;
    out.band_idx = band_idx;
    return PayloadBuilder(ReservedHeader{}).add(out).bytes();
}

Bytes register_message(std::uint32_t index, std::uint32_t value) {
    constexpr std::uint32_t radio_prefix = 0x99;
    constexpr std::size_t room_for_either = 20;
    PayloadBuilder message(ReservedHeader{});
    if (index >> 24U == radio_prefix) {
        RfRegAccess out;
        out.antenna = static_cast<std::uint16_t>(index >> 16U & 0xffU);
        out.index = index;
        out.data = value;
        return message.add(out).bytes();
    }
    RegAccess out;
    out.index = index;
    out.data = value;
    Bytes bytes = message.add(out).bytes();
    bytes.resize(room_for_either);
    return bytes;
}

Bytes sniffer_message(bool on) {
    SnifferEnable out;
    out.enable = on ? 1 : 0;
    return PayloadBuilder(BandHeader{}).add(out).bytes();
}

Bytes sniffer_channel_message(const phy::ChannelDefinition& channel) {
    constexpr std::uint8_t above = 1;
    constexpr std::uint8_t below = 3;
    SnifferConfig out;
    out.ch_band = band_number(channel.band());
    out.bw = sniffer_width(channel.width);
    out.control_ch = static_cast<std::uint8_t>(channel.control.number());
    out.center_ch = static_cast<std::uint8_t>(phy::channel_number(channel.center1));
    if (!channel.center2.is_zero()) out.center_ch2 = static_cast<std::uint8_t>(phy::channel_number(channel.center2));
    if (out.control_ch < out.center_ch) out.sco = above;
    if (out.control_ch > out.center_ch) out.sco = below;
    out.drop_err = 1;
    return PayloadBuilder(BandHeader{}).add(out).bytes();
}

Bytes beacon_filter_message(bool on) {
    constexpr std::uint32_t drop_other_beacons = 1U << 11U;  // MT_WF_RFCR_DROP_OTHER_BEACON
    BandRxFilter out;
    out.mode = BandRxFilter::mode_bit_op;
    out.bit_map = drop_other_beacons;
    out.bit_op = on ? BandRxFilter::bit_set : BandRxFilter::bit_clear;
    return PayloadBuilder(BandHeader{}).add(out).bytes();
}

}  // namespace mlosim::mt7925::host
