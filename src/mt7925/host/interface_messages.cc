#include "mt7925/host/interface_messages.h"

#include <bit>

#include "mt7925/chip_tlvs.h"

namespace mlosim::mt7925::host {

namespace {

/// cw is 2^n - 1.
std::uint8_t exponent_of(std::uint16_t contention_window) {
    return static_cast<std::uint8_t>(std::bit_width(contention_window));
}

}  // namespace

Bytes device_message(const LinkNumbers& link, const ieee80211::MacAddress& address, bool active) {
    DeviceHeader header;
    header.omac_idx = link.omac_idx;
    header.band_idx = link.band_idx;
    DeviceActive body;
    body.active = active ? 1 : 0;
    body.link_idx = link.link_idx;
    body.omac_addr = address;
    return PayloadBuilder(header).add(body).bytes();
}

Bytes bss_message(const LinkNumbers& link, ConnectionType type, std::uint8_t wcid, bool active) {
    constexpr std::uint8_t disconnected = 1;
    BssHeader header;
    header.bss_idx = link.bss_idx;
    BssBasic basic;
    basic.active = active ? 1 : 0;
    basic.omac_idx = basic.hw_bss_idx = link.omac_idx;
    basic.band_idx = link.band_idx;
    basic.conn_type = type;
    basic.conn_state = disconnected;
    basic.wmm_idx = link.wmm_idx;
    basic.bmc_wlan_idx = basic.sta_idx = wcid;
    basic.link_idx = link.link_idx;
    return PayloadBuilder(header).add(basic).bytes();
}

Bytes slot_time_message(const LinkNumbers& link, std::uint16_t slot_us) {
    BssHeader header;
    header.bss_idx = link.bss_idx;
    header.tlv_count = 1;
    BssSlotTime times;
    times.slot_valid = 1;
    times.slot = slot_us;
    return PayloadBuilder(header).add(times).bytes();
}

Bytes edca_message(const LinkNumbers& link, std::span<const QueueParameters, 4> queues) {
    // The firmware counts by ACI: best effort, background, video, voice.
    constexpr std::array<std::size_t, 4> by_aci = {2, 3, 1, 0};
    BssHeader header;
    header.bss_idx = link.bss_idx;
    header.tlv_count = by_aci.size();
    PayloadBuilder message(header);
    for (std::uint8_t aci = 0; aci < by_aci.size(); ++aci) {
        const QueueParameters& from = queues[by_aci[aci]];
        EdcaQueue queue;
        queue.queue = aci;
        queue.cw_min = exponent_of(from.cw_min);
        queue.cw_max = exponent_of(from.cw_max);
        queue.txop = from.txop_32us;
        queue.aifs = from.aifs;
        message.add(queue);
    }
    return message.bytes();
}

Bytes rts_message(std::uint32_t octets) {
    constexpr std::uint32_t packets = 2;
    BandRts rts;
    rts.len_thr = octets;
    rts.pkt_thr = packets;
    return PayloadBuilder(BandHeader{}).add(rts).bytes();
}

Bytes filter_message(std::uint32_t fif) {
    BandRxFilter filter;
    filter.mode = BandRxFilter::mode_fif;
    filter.fif = fif | BandRxFilter::fif_enable;
    return PayloadBuilder(BandHeader{}).add(filter).bytes();
}

}  // namespace mlosim::mt7925::host
