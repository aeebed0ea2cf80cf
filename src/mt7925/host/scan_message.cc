#include "mt7925/host/scan_message.h"

#include <algorithm>

#include "mt7925/scan_tlvs.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::size_t most_neighbors = 10;

ScanHeader header(const LinkNumbers& link, std::uint8_t sequence, std::uint16_t tlvs) {
    ScanHeader out;
    out.seq_num = static_cast<std::uint8_t>((sequence & 0x7fU) | (link.band_idx & 1U) << 7U);
    out.bss_idx = link.bss_idx;
    out.tlv_count = tlvs;
    return out;
}

ScanSsids ssids_of(const mld::DriverScan& scan) {
    ScanSsids out;
    for (const ieee80211::Ssid& ssid : scan.ssids) {
        if (ssid.is_wildcard() || out.ssids_num == out.ssids.size()) continue;
        ScanSsidEntry& entry = out.ssids[out.ssids_num++];
        const auto octets = ssid.octets();
        entry.length = static_cast<std::uint32_t>(octets.size());
        std::ranges::copy(octets, entry.ssid.begin());
    }
    out.ssid_type = out.ssids_num != 0 ? ScanSsids::type_directed : ScanSsids::type_wildcard;
    return out;
}

std::vector<ScanBssid> bssids_of(const mld::DriverScan& scan) {
    std::vector<ScanBssid> out;
    if (scan.colocated.empty()) {
        out.emplace_back().bssid = scan.bssid;
        return out;
    }
    for (const mld::Colocated6GHz& neighbor : scan.colocated) {
        if (out.size() == most_neighbors) break;
        // Several reports may tell of one neighbor. cf. mt76_connac_mcu_build_rnr_scan_param()
        if (std::ranges::find(out, neighbor.bssid, &ScanBssid::bssid) != out.end()) continue;
        ScanBssid& entry = out.emplace_back();
        entry.bssid = neighbor.bssid;
        entry.match_ch = static_cast<std::uint8_t>(neighbor.channel.number());
        entry.match_ssid_ind = entry.match_short_ssid_ind = most_neighbors;  // of none of the request's
    }
    return out;
}

ScanChannels channels_of(const mld::DriverScan& scan) {
    ScanChannels out;
    for (const phy::RadioChannel& channel : scan.channels) {
        if (out.channels_num == out.channels.size()) break;
        out.channels[out.channels_num++] = {band_number(channel.channel.band),
                                            static_cast<std::uint8_t>(channel.channel.number())};
    }
    out.channel_type = scan.channels.empty() ? ScanChannels::type_all : ScanChannels::type_list;
    return out;
}

}  // namespace

std::uint8_t band_number(phy::Band band) {
    switch (band) {
        case phy::Band::ghz2_4:
            return 1;
        case phy::Band::ghz6:
            return 3;
        default:
            return 2;
    }
}

Bytes scan_message(const LinkNumbers& link, std::uint8_t sequence, const mld::DriverScan& scan) {
    ScanRequest request;
    request.scan_type = scan.ssids.empty() ? 0 : 1;
    request.probe_req_num = scan.ssids.empty() ? 0 : 2;
    request.func = ScanRequest::func_split;
    if (!scan.colocated.empty()) request.func |= ScanRequest::func_rnr;
    const std::vector<ScanBssid> bssids = bssids_of(scan);

    const std::size_t tlvs = 4 + bssids.size() + scan.probe_elements.size();
    PayloadBuilder message(header(link, sequence, static_cast<std::uint16_t>(tlvs)));
    message.add(request).add(ssids_of(scan));
    for (const ScanBssid& bssid : bssids)
        message.add(bssid);
    message.add(channels_of(scan)).add(ScanMisc{});
    for (const mld::DriverScan::Elements& elements : scan.probe_elements) {
        ScanElements ies;
        ies.ies_len = static_cast<std::uint16_t>(elements.bytes.size());
        ies.band = band_number(elements.band);
        ies.ies = elements.bytes;
        message.add(ies);
    }
    return message.bytes();
}

Bytes scan_cancel_message(const LinkNumbers& link, std::uint8_t sequence) {
    ScanHeader header;
    header.seq_num = sequence & 0x7fU;
    header.bss_idx = link.bss_idx;
    return PayloadBuilder(header).add(ScanCancel{}).bytes();
}

}  // namespace mlosim::mt7925::host
