#include "mt7925/beacon_monitor.h"

#include <utility>

namespace mlosim::mt7925 {
namespace {

constexpr std::uint8_t beacon_type_and_subtype = 0x80;
constexpr std::size_t header_size = 24;
constexpr std::size_t bssid_offset = 16;
constexpr std::size_t timestamp_size = 8;
constexpr std::uint8_t tim_element = 5;
constexpr std::uint8_t mic_element = 76;  // of protected beacons: another one each time
constexpr unsigned usual_beacon_interval = 100;
constexpr std::uint32_t drop_other_beacons = 1U << 11U;  // of the receive filter's bits

/// What of a beacon says something new: all but its timestamp, the traffic indication and the MIC.
Bytes lasting_body(ByteView frame) {
    Bytes body;
    ieee80211::ByteWriter out(body);
    ieee80211::ByteReader in(frame.subspan(header_size + timestamp_size));
    out.bytes(in.take(4));  // interval and capabilities
    while (in.ok() && in.remaining() >= 2) {
        const std::uint8_t id = in.u8();
        const std::uint8_t length = in.u8();
        const ByteView content = in.take(length);
        if (id == tim_element || id == mic_element) continue;
        out.u8(id);
        out.u8(length);
        out.bytes(content);
    }
    return body;
}

}  // namespace

BeaconMonitor::BeaconMonitor(const FirmwareTables& tables, Clock& clock, unsigned limit, bool whole_mld,
                             Listening listening, Lost lost, Rssi rssi)
    : tables_(tables),
      clock_(clock),
      limit_(limit),
      whole_mld_(whole_mld),
      listening_(std::move(listening)),
      lost_(std::move(lost)),
      rssi_(std::move(rssi)) {}

const std::optional<BssBeaconFilter>& BeaconMonitor::filter(std::uint8_t idx) const {
    const Bss& bss = tables_.bss[idx];
    const bool of_group = whole_mld_ && !bss.beacon_filter && bss.mld && bss.mld->group_mld_id < bss_count;
    return of_group ? tables_.bss[bss.mld->group_mld_id].beacon_filter : bss.beacon_filter;
}

void BeaconMonitor::update() {
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        const Bss& bss = tables_.bss[idx];
        const bool wanted = bss.connected_station() && filter(idx).has_value();
        Watch& watch = watches_[idx];
        if (wanted == watch.on) continue;
        watch = Watch{};
        watch.on = wanted;
        if (wanted) arm(idx);
    }
}

sim::Duration BeaconMonitor::patience(std::uint8_t idx) const {
    const Bss& bss = tables_.bss[idx];
    const std::optional<BssBeaconFilter>& told = filter(idx);
    unsigned interval = told && told->bcn_int != 0 ? told->bcn_int : bss.basic.bcn_int;
    if (interval == 0) interval = usual_beacon_interval;
    return sim::time_unit * interval * limit_;
}

void BeaconMonitor::arm(std::uint8_t idx) {
    if (limit_ == 0) return;
    watches_[idx].timer = clock_.after(patience(idx), [this, idx] {
        // Who was elsewhere has missed nothing.
        const std::optional<sim::Time> since = listening_(idx);
        if (since && clock_.now() - *since >= patience(idx))
            lost_(idx);
        else
            arm(idx);
    });
}

bool BeaconMonitor::receive(const ReceivedFrame& frame) {
    const ByteView bytes = frame.bytes;
    if (bytes.size() < header_size + timestamp_size + 4 || bytes[0] != beacon_type_and_subtype) return true;
    const MacAddress bssid{bytes.subspan<bssid_offset, MacAddress::size>()};
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        const Bss& bss = tables_.bss[idx];
        if (!bss.connected_station() || bss.basic.bssid != bssid) continue;
        measure(idx, frame.rssi_dbm);
        Watch& watch = watches_[idx];
        if (!watch.on) return true;
        arm(idx);
        Bytes body = lasting_body(bytes);
        const bool news = body != watch.last_body;
        if (news) watch.last_body = std::move(body);
        return news;
    }
    return (tables_.chip.rx_filter[0].bits & drop_other_beacons) == 0;
}

void BeaconMonitor::measure(std::uint8_t idx, int rssi_dbm) {
    const std::optional<RssiThresholds>& thresholds = tables_.bss[idx].rssi_monitor;
    // The driver asks for monitoring without thresholds when a link joins: nothing to report then.
    if (!thresholds || (thresholds->high == 0 && thresholds->low == 0)) return;
    Watch& watch = watches_[idx];
    const Level before = std::exchange(watch.level, rssi_dbm < thresholds->low
                                                        ? Level::low
                                                        : (rssi_dbm > thresholds->high ? Level::high : Level::middle));
    if (watch.level != before && watch.level != Level::middle) rssi_(idx, rssi_dbm);
}

void BeaconMonitor::reset() {
    for (Watch& watch : watches_)
        watch = Watch{};
}

}  // namespace mlosim::mt7925
