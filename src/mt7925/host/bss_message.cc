#include "mt7925/host/bss_message.h"

#include <algorithm>

#include "mt7925/bss_tlvs.h"
#include "mt7925/host/counted_message.h"
#include "mt7925/host/indexes.h"
#include "mt7925/host/scan_message.h"

namespace mlosim::mt7925::host {

namespace {

BssHeader header_of(const LinkNumbers& link) {
    BssHeader header;
    header.bss_idx = link.bss_idx;
    return header;
}

BssBasic basic_of(const BssUpdate& bss) {
    constexpr std::uint16_t erp = 1;  // PHY_TYPE_ERP_INDEX, PHY_TYPE_OFDM_INDEX
    constexpr std::uint16_t ofdm = 3;
    const phy::Band band = bss.channel.band();
    BssBasic basic;
    // A station's index stays in use while it is not connected; an access point's is gone when it stops.
    basic.active = bss.type != ConnectionType::access_point || bss.enable ? 1 : 0;
    basic.omac_idx = basic.hw_bss_idx = bss.link.omac_idx;
    basic.band_idx = bss.link.band_idx;
    basic.conn_type = bss.type;
    basic.conn_state = bss.enable ? 0 : 1;
    basic.wmm_idx = bss.link.wmm_idx;
    basic.bssid = bss.bssid;
    basic.bmc_wlan_idx = bss.group_wcid;
    basic.bcn_int = bss.beacon_interval;
    basic.dtim = bss.dtim_period;
    basic.phymode = phy_mode(band, bss.generations);
    basic.sta_idx = bss.peer_wcid;
    basic.nonht_basic_phy = band == phy::Band::ghz2_4 ? erp : ofdm;
    basic.phymode_ext = phy_mode_ext(band, bss.generations);
    basic.link_idx = bss.link.bss_idx;
    return basic;
}

/// cf. mt7925_mcu_bss_sec_tlv(): it goes by the cipher alone.
BssSecurity security_of(KeyCipher cipher) {
    constexpr std::uint8_t open = 0;
    constexpr std::uint8_t shared_key = 1;
    constexpr std::uint8_t wpa2_psk = 7;
    constexpr std::uint8_t wpa3_sae = 11;
    BssSecurity out;
    out.cipher = static_cast<std::uint8_t>(cipher);
    switch (cipher) {
        case KeyCipher::gcmp:
        case KeyCipher::gcmp256:
            out.mode = wpa3_sae;
            out.status = 8;
            break;
        case KeyCipher::ccmp:
            out.mode = wpa2_psk;
            out.status = 6;
            break;
        case KeyCipher::tkip:
            out.mode = wpa2_psk;
            out.status = 4;
            break;
        case KeyCipher::wep40:
        case KeyCipher::wep104:
            out.mode = shared_key;
            out.status = 0;
            break;
        default:
            out.mode = open;
            out.status = 1;
            break;
    }
    return out;
}

BssRate rate_of(phy::Band band, std::uint8_t entry) {
    constexpr std::uint16_t dsss = 0x000f;
    constexpr std::uint16_t ofdm_6_12_24 = 0x0540;
    BssRate out;
    out.basic = band == phy::Band::ghz2_4 ? dsss : ofdm_6_12_24;
    out.short_preamble = band == phy::Band::ghz2_4 ? 1 : 0;
    out.bc_fixed_idx = out.mc_fixed_idx = entry;
    return out;
}

BssMld mld_of(const BssUpdate& bss) {
    BssMld out;
    if (bss.mld) {
        out.group_mld_id = bss.mld->primary_bss_idx;
        out.link_id = bss.mld->link_id;
    }
    out.own_mld_id = own_mld_id_of(bss.link.bss_idx);
    out.mac_addr = bss.address;
    out.eml_enable = bss.emlsr ? 1 : 0;
    return out;
}

BssSlotTime slot_of(std::uint16_t slot_us) {
    BssSlotTime out;
    out.slot_valid = 1;
    out.slot = slot_us;
    return out;
}

BssHeBasic he_of(const BssUpdate::He& he) {
    constexpr std::uint16_t no_rts_threshold = 1023;
    constexpr std::uint8_t usual_extension = 4;
    BssHeBasic out;
    out.rts_thr = he.rts_threshold != 0 ? he.rts_threshold : no_rts_threshold;
    out.pe_dur = he.packet_extension != 0 ? he.packet_extension : usual_extension;
    out.max_nss_mcs = {he.tx_mcs_80, he.tx_mcs_160, he.tx_mcs_80p80};
    return out;
}

BssColor color_of(const BssUpdate& bss) {
    BssColor out;
    if (bss.enable) {
        out.enable = bss.he->color_enabled ? 1 : 0;
        out.color = bss.he->color;
    }
    return out;
}

BssRlm rlm_of(const phy::ChannelDefinition& channel, std::uint8_t streams) {
    constexpr std::uint8_t ht40_allowed = 4;
    constexpr std::uint8_t above = 1;
    constexpr std::uint8_t below = 3;
    BssRlm out;
    out.control_ch = static_cast<std::uint8_t>(channel.control.number());
    out.center_ch = static_cast<std::uint8_t>(phy::channel_number(channel.center1));
    out.bw = width_number(channel.width);
    if (channel.width == phy::ChannelWidth::w80p80 || channel.width == phy::ChannelWidth::w320)
        out.center_ch2 = static_cast<std::uint8_t>(phy::channel_number(channel.center2));
    out.tx_streams = out.rx_streams = streams;
    out.ht_op = out.bw == 0 ? 0 : ht40_allowed;
    if (out.control_ch < out.center_ch) out.sco = above;
    if (out.control_ch > out.center_ch) out.sco = below;
    out.band = band_number(channel.band());
    return out;
}

}  // namespace

std::uint8_t width_number(phy::ChannelWidth width) {
    switch (width) {
        case phy::ChannelWidth::w40:
            return 1;
        case phy::ChannelWidth::w80:
            return 2;
        case phy::ChannelWidth::w160:
            return 3;
        case phy::ChannelWidth::w10:
            return 4;
        case phy::ChannelWidth::w5:
            return 5;
        case phy::ChannelWidth::w80p80:
            return 6;
        case phy::ChannelWidth::w320:
            return 7;
        default:
            return 0;
    }
}

Bytes bss_update_message(const BssUpdate& bss) {
    CountedMessage message(header_of(bss.link));
    BssQos qos;
    qos.qos = bss.qos ? 1 : 0;
    message.add(basic_of(bss))
        .add(security_of(bss.cipher))
        .add(rate_of(bss.channel.band(), bss.fixed_rate_entry))
        .add(qos);
    message.add(mld_of(bss)).add(slot_of(bss.slot_us));
    if (bss.he) message.add(he_of(*bss.he)).add(color_of(bss));
    if (bss.enable) {
        BssMbssid among;
        among.max_indicator = bss.bssid_indicator;
        among.mbss_idx = bss.bssid_index;
        message.add(rlm_of(bss.channel, bss.streams)).add(among);
    }
    return message.bytes();
}

Bytes rlm_message(const LinkNumbers& link, const phy::ChannelDefinition& channel, std::uint8_t streams) {
    return CountedMessage(header_of(link)).add(rlm_of(channel, streams)).bytes();
}

Bytes puncturing_message(const LinkNumbers& link, const phy::ChannelDefinition& channel) {
    BssEht out;
    out.dscb_present = channel.punctured != 0 ? 1 : 0;
    out.disabled_subch_bitmap = channel.punctured;
    return CountedMessage(header_of(link)).add(out).bytes();
}

Bytes power_save_message(const LinkNumbers& link, bool on) {
    constexpr std::uint8_t dynamic = 2;
    BssPowerSave out;
    out.ps_state = on ? dynamic : 0;
    return PayloadBuilder(header_of(link)).add(out).bytes();
}

Bytes beacon_watch_message(const LinkNumbers& link, std::uint16_t beacon_interval, std::uint8_t dtim_period) {
    BssBeaconFilter out;
    out.bcn_int = beacon_interval;
    out.dtim = dtim_period;
    return PayloadBuilder(header_of(link)).add(out).bytes();
}

Bytes pm_disable_message(const LinkNumbers& link) {
    return PayloadBuilder(header_of(link)).add(BssPmDisable{}).bytes();
}

Bytes legacy_bss_message(const LinkNumbers& link) {
    constexpr std::uint8_t disconnected = 1;
    BssBasic basic;
    basic.active = 1;
    basic.omac_idx = link.omac_idx;
    basic.band_idx = link.band_idx;
    basic.conn_state = disconnected;
    basic.link_idx = link.link_idx;
    return PayloadBuilder(header_of(link)).add(basic).bytes();
}

Result<Bytes> beacon_message(const LinkNumbers& link, ByteView frame, std::uint16_t tim, std::uint16_t countdown) {
    constexpr std::uint16_t announcement_header = 4;
    if (frame.size() > BssBeaconContent::max_packet)
        return fail(EINVAL, "a beacon of " + std::to_string(frame.size()) + " octets does not fit the message");
    BssBeaconContent out;
    out.enable = 1;
    out.tim_pos = tim;
    if (countdown != 0) out.csa_pos = static_cast<std::uint16_t>(countdown - announcement_header);
    out.pkt_len = static_cast<std::uint16_t>(frame.size());
    std::ranges::copy(frame, out.pkt.begin());
    return PayloadBuilder(header_of(link)).add(out).bytes();
}

}  // namespace mlosim::mt7925::host
