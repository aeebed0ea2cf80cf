#include "mt7925/host/station_message.h"

#include <algorithm>

#include "mt7925/host/counted_message.h"

namespace mlosim::mt7925::host {

namespace {

StationHeader header_of(const EntryNumbers& entry) {
    StationHeader out;
    out.bss_idx = entry.bss_idx;
    out.wlan_idx_lo = static_cast<std::uint8_t>(entry.wcid);
    out.wlan_idx_hi = static_cast<std::uint8_t>(entry.wcid >> 8U);
    out.muar_idx = entry.own ? StationHeader::muar_of_self : entry.omac_idx;
    return out;
}

StaBasic basic_of(const StationRecord& record) {
    constexpr std::uint8_t port_secure = 2;
    StaBasic out;
    out.conn_type = record.peer_type;
    out.conn_state = port_secure;
    out.qos = record.qos ? 1 : 0;
    out.aid = record.aid;
    out.peer_addr = record.address;
    out.extra_info = StaBasic::extra_version;
    if (record.state != EntryState::associated) out.extra_info |= StaBasic::extra_new;
    return out;
}

StaPhy phy_of(const StationRecord& record) {
    constexpr unsigned density_shift = 2;
    constexpr unsigned vht_exponent_shift = 23;
    constexpr unsigned three_bits = 7;
    const PeerCapabilities& can = record.can;
    unsigned length = 0;
    unsigned spacing = 0;
    if (can.ht) {
        length = can.ht->ampdu_factor;
        spacing = can.ht->ampdu_density;
    }
    if (can.vht) length = std::max(length, can.vht->capabilities >> vht_exponent_shift & three_bits);
    if (can.he_6ghz != 0) {  // 802.11ax 9.4.2.263
        spacing = can.he_6ghz & three_bits;
        length = static_cast<unsigned>(can.he_6ghz) >> 3U & three_bits;
    }
    StaPhy out;
    out.basic_rate = record.basic_rates;
    out.phy_type = phy_type(record.band, can.generations());
    out.ampdu = static_cast<std::uint8_t>((length & 3U) | spacing << density_shift);
    out.max_ampdu_len = static_cast<std::uint8_t>(length);
    return out;
}

/// Also for 6 GHz, where there is no VHT: the hardware wants one.
std::optional<StaVht> vht_of(const PeerCapabilities& can) {
    if (!can.vht && can.he_6ghz == 0) return std::nullopt;
    StaVht out;
    if (can.vht) {
        out.vht_cap = can.vht->capabilities;
        out.rx_mcs_map = can.vht->rx_mcs_map;
        out.tx_mcs_map = can.vht->tx_mcs_map;
    }
    return out;
}

StaUapsd uapsd_of(const StationRecord::Uapsd& uapsd) {
    // QoS Info counts voice, video, background, best effort; the chip background, best effort, video, voice.
    constexpr std::array<unsigned, 4> to_chip = {3, 2, 0, 1};
    StaUapsd out;
    for (unsigned i = 0; i < to_chip.size(); ++i)
        if ((uapsd.queues >> i & 1U) != 0) out.delivery_ac_map |= static_cast<std::uint8_t>(1U << to_chip[i]);
    out.trigger_ac_map = out.delivery_ac_map;
    out.max_sp = uapsd.max_service_period;
    return out;
}

StaHwAmsdu amsdu_of(std::uint16_t octets) {
    constexpr std::uint16_t vht_11454 = 11454;
    constexpr std::uint16_t ht_7935 = 7935;
    constexpr std::uint16_t vht_7991 = 7991;
    StaHwAmsdu out;
    out.max_amsdu_num = 8;
    out.amsdu_en = 1;
    if (octets == vht_11454) out.max_mpdu_size = 2;
    if (octets == ht_7935 || octets == vht_7991) out.max_mpdu_size = 1;
    return out;
}

StaHe he_of(const PeerCapabilities::He& he) {
    constexpr unsigned has_80p80 = 1U << 4U;  // HE PHY Capabilities, Supported Channel Width Set
    constexpr std::uint8_t padding_16us = 2;
    StaHe out;
    out.mac_cap = he.mac;
    out.phy_cap = he.phy;
    out.pkt_ext = padding_16us;
    out.max_nss_mcs[0] = he.rx_mcs_80;
    if (he.wide) {
        out.max_nss_mcs[1] = he.rx_mcs_160;
        if ((he.phy[0] & has_80p80) != 0) out.max_nss_mcs[2] = he.rx_mcs_80p80;
    }
    return out;
}

StaEht eht_of(const PeerCapabilities::Eht& eht, std::uint8_t bandwidth) {
    StaEht out;
    out.tid_bitmap = 0xff;
    out.mac_cap = eht.mac;
    for (unsigned i = 0; i < 8; ++i)
        out.phy_cap |= static_cast<std::uint64_t>(eht.phy[i]) << 8U * i;
    out.phy_cap_ext = eht.phy[8];
    if (bandwidth == 0) out.mcs_map_bw20 = eht.mcs_20;
    out.mcs_map_bw80 = eht.mcs_80;
    out.mcs_map_bw160 = eht.mcs_160;
    out.mcs_map_bw320 = eht.mcs_320;
    return out;
}

StaRateAdaptation rates_of(const StationRecord& record) {
    constexpr unsigned ofdm_shift = 6;
    constexpr unsigned cck_rates = 4;
    constexpr unsigned cck_mask = 0xf;
    const unsigned rates = record.can.rates;
    StaRateAdaptation out;
    out.legacy = static_cast<std::uint16_t>(record.band == phy::Band::ghz2_4
                                                ? (rates >> cck_rates) << ofdm_shift | (rates & cck_mask)
                                                : rates << ofdm_shift);
    if (record.can.ht) out.ht_mask = record.can.ht->rx_mcs;
    return out;
}

StaState state_of(const StationRecord& record) {
    constexpr unsigned streams_shift = 4;
    StaState out;
    out.state = static_cast<std::uint8_t>(record.state);
    if (record.can.vht)
        out.vht_opmode =
            static_cast<std::uint8_t>(record.can.bandwidth | unsigned{record.can.rx_streams} << streams_shift);
    return out;
}

StaMld mld_of(const StationRecord::Mld& mld) {
    StaMld out;
    out.mld_addr = mld.address;
    out.primary_id = out.wlan_id = mld.primary.wcid;
    out.links[out.link_num++] = {.wlan_id = mld.primary.wcid, .bss_idx = mld.primary.bss_idx};
    if (mld.secondary) {
        out.secondary_id = mld.secondary->wcid;
        out.links[out.link_num++] = {.wlan_id = mld.secondary->wcid, .bss_idx = mld.secondary->bss_idx};
    }
    return out;
}

StaEhtMld eht_mld_of(const StationRecord::EhtMld& mld) {
    constexpr unsigned emlsr = 1;
    constexpr std::uint8_t str = 2;
    StaEhtMld out;
    if ((mld.eml & emlsr) != 0)
        out.eml_cap = {static_cast<std::uint8_t>(mld.eml), static_cast<std::uint8_t>(mld.eml >> 8U), 0};
    else
        out.str_cap[0] = str;
    return out;
}

StaHdrTrans translation_of(const HeaderTranslation& how) {
    StaHdrTrans out;
    out.dis_rx_hdr_tran = how.translated ? 0 : 1;
    out.to_ds = how.of_station || how.four_addresses ? 1 : 0;
    out.from_ds = !how.of_station || how.four_addresses ? 1 : 0;
    if (how.tdls) out.to_ds = out.from_ds = 0;
    return out;
}

}  // namespace

Generations PeerCapabilities::generations() const {
    return {.ht = ht.has_value(),
            .vht = vht.has_value(),
            .he = he.has_value(),
            .eht = eht.has_value(),
            .he_6ghz = he_6ghz != 0};
}

Bytes station_message(const StationRecord& record) {
    const PeerCapabilities& can = record.can;
    CountedMessage message(header_of(record.entry));
    message.add(basic_of(record)).add(phy_of(record));
    if (can.ht) {
        StaHt ht;
        ht.ht_cap = can.ht->capabilities;
        message.add(ht);
    }
    if (const auto vht = vht_of(can)) message.add(*vht);
    if (record.uapsd) message.add(uapsd_of(*record.uapsd));
    if (can.max_amsdu_octets != 0) message.add(amsdu_of(can.max_amsdu_octets));
    if (can.he) message.add(he_of(*can.he));
    if (can.he_6ghz != 0) {
        StaHe6g he_6ghz;
        he_6ghz.capa = can.he_6ghz;
        message.add(he_6ghz);
    }
    if (can.eht) message.add(eht_of(*can.eht, can.bandwidth));
    message.add(rates_of(record)).add(state_of(record));
    if (record.state != EntryState::none) {
        if (record.mld) message.add(mld_of(*record.mld));
        if (record.eht_mld) message.add(eht_mld_of(*record.eht_mld));
    }
    return message.add(translation_of(record.translation)).bytes();
}

Bytes station_removal_message(const EntryNumbers& entry) {
    return CountedMessage(header_of(entry)).add(StaRemove{}).add(StaMldOff{}).bytes();
}

Bytes header_translation_message(const EntryNumbers& entry, const HeaderTranslation& translation) {
    return CountedMessage(header_of(entry)).add(translation_of(translation)).bytes();
}

Bytes block_ack_message(const EntryNumbers& entry, const BlockAck& agreement) {
    StaBlockAck out;
    out.tid = agreement.tid;
    out.ba_type = agreement.originator ? StaBlockAck::originator : StaBlockAck::recipient;
    out.amsdu = agreement.amsdu ? 1 : 0;
    out.ba_en = static_cast<std::uint8_t>((agreement.start ? 1U : 0U) << agreement.tid);
    out.ssn = agreement.first_sequence;
    out.win_size = agreement.window;
    return CountedMessage(header_of(entry)).add(out).bytes();
}

}  // namespace mlosim::mt7925::host
