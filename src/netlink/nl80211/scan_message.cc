#include "netlink/nl80211/scan_message.h"

#include <chrono>

#include "mld/netdev.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

namespace {

void put_frequencies(MessageBuilder& out, const mld::Scan& scan) {
    const bool khz = scan.request.flags.has(mld::ScanFlag::frequency_khz);
    auto list = khz ? out.nest(NL80211_ATTR_SCAN_FREQ_KHZ) : out.nest_noflag(NL80211_ATTR_SCAN_FREQUENCIES);
    std::uint16_t number = 0;
    for (const phy::Channel& channel : scan.channels)
        out.put_u32(number++, khz ? channel.center.in_khz() : channel.center.in_mhz());
}

/// The BSS of one of a station's links.
void put_status(MessageBuilder& out, const mld::Wdev& wdev, const mld::Bss& bss) {
    if (wdev.mlme() == nullptr) return;
    for (const auto& link : wdev.links()) {
        if (wdev.mlme()->bss(*link) != &bss) continue;
        out.put_u32(NL80211_BSS_STATUS, NL80211_BSS_STATUS_ASSOCIATED);
        if (!wdev.is_mld()) continue;
        out.put_u8(NL80211_BSS_MLO_LINK_ID, link->id().value());
        if (const mld::Connection* connection = wdev.mlme()->connection())
            out.put_mac(NL80211_BSS_MLD_ADDR, connection->ap);
    }
}

}  // namespace

void put_scan(MessageBuilder& out, const mld::Wdev& wdev, const mld::Scan& scan) {
    out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    out.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
    {
        auto list = out.nest_noflag(NL80211_ATTR_SCAN_SSIDS);
        std::uint16_t number = 0;
        for (const ieee80211::Ssid& ssid : scan.request.ssids)
            out.put(number++, ssid.octets());
    }
    put_frequencies(out, scan);
    if (!scan.request.elements.empty()) out.put(NL80211_ATTR_IE, scan.request.elements);
    if (!scan.request.flags.empty()) out.put_u32(NL80211_ATTR_SCAN_FLAGS, scan.request.flags.bits());
    if (scan.start_tsf.value_or(0) != 0) {
        out.put_u64(NL80211_ATTR_SCAN_START_TIME_TSF, *scan.start_tsf);
        out.put_mac(NL80211_ATTR_SCAN_START_TIME_TSF_BSSID, scan.tsf_bssid);
    }
}

void put_bss(MessageBuilder& out, const mld::Wdev& wdev, const mld::Bss& bss, std::uint32_t generation, sim::Time now) {
    out.put_u32(NL80211_ATTR_GENERATION, generation);
    if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    out.put_u64(NL80211_ATTR_WDEV, wdev.id().value);

    auto nest = out.nest_noflag(NL80211_ATTR_BSS);
    if (!bss.bssid.is_zero()) out.put_mac(NL80211_BSS_BSSID, bss.bssid);
    if (bss.probe_response != nullptr) out.put_flag(NL80211_BSS_PRESP_DATA);
    if (bss.elements != nullptr) {
        out.put_u64(NL80211_BSS_TSF, bss.elements->tsf);
        if (!bss.elements->bytes.empty()) out.put(NL80211_BSS_INFORMATION_ELEMENTS, bss.elements->bytes);
    }
    if (bss.beacon != nullptr && bss.beacon->from_beacon) {
        out.put_u64(NL80211_BSS_BEACON_TSF, bss.beacon->tsf);
        if (!bss.beacon->bytes.empty()) out.put(NL80211_BSS_BEACON_IES, bss.beacon->bytes);
    }
    if (bss.beacon_interval != 0) out.put_u16(NL80211_BSS_BEACON_INTERVAL, bss.beacon_interval);
    out.put_u16(NL80211_BSS_CAPABILITY, bss.capability);
    out.put_u32(NL80211_BSS_FREQUENCY, bss.channel.center.in_mhz());
    out.put_u32(NL80211_BSS_FREQUENCY_OFFSET, bss.channel.center.in_khz() % 1000);
    const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(now - bss.last_seen);
    out.put_u32(NL80211_BSS_SEEN_MS_AGO, static_cast<std::uint32_t>(ago.count()));
    if (bss.parent_tsf != 0) {
        out.put_u64(NL80211_BSS_PARENT_TSF, bss.parent_tsf);
        out.put_mac(NL80211_BSS_PARENT_BSSID, bss.parent_bssid);
    }
    if (bss.boottime)
        out.put_u64(NL80211_BSS_LAST_SEEN_BOOTTIME,
                    static_cast<std::uint64_t>(wdev.wiphy().world().boottime(*bss.boottime).ns()));
    if (bss.source != mld::BssSource::sta_profile)
        out.put_u32(NL80211_BSS_SIGNAL_MBM, static_cast<std::uint32_t>(bss.signal_mbm));
    put_status(out, wdev, bss);
    out.put_u32(NL80211_BSS_USE_FOR, bss.use_for);
    if (bss.cannot_use_reasons != 0) out.put_u64(NL80211_BSS_CANNOT_USE_REASONS, bss.cannot_use_reasons);
}

}  // namespace mlosim::netlink::nl80211
