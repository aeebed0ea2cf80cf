// A station's sleep between beacons, which the firmware does by itself once the host allowed it (BSS_INFO PS).

#include <utility>

#include "ieee80211/element.h"
#include "ieee80211/tim.h"
#include "mt7925/radio_time.h"

namespace mlosim::mt7925 {

namespace {

using namespace std::chrono_literals;

// All ours to choose.
constexpr sim::Duration idle_before_sleep = 100ms;
constexpr sim::Duration early = 1ms;             // before a beacon is due
constexpr sim::Duration beacon_patience = 12ms;  // from then on
constexpr sim::Duration groups_patience = 20ms;  // behind a DTIM beacon
constexpr std::uint8_t dynamic = 2;

constexpr std::size_t header_size = 24;
constexpr std::size_t fixed_fields = 12;
constexpr std::uint8_t beacon_type = 0x80;
constexpr std::uint8_t data_type = 0x08;
constexpr std::uint8_t type_mask = 0x0c;
constexpr std::uint8_t more_data = 0x20;

}  // namespace

void RadioTime::use(std::uint8_t idx) {
    homes_[idx].last_use = clock_.now();
}

bool RadioTime::may_doze(std::uint8_t idx) const {
    const Bss& bss = tables_.bss[idx];
    return is_ready(idx) && bss.power_save && bss.power_save->ps_state == dynamic && bss.beacon_filter;
}

void RadioTime::arm_doze(std::uint8_t idx) {
    homes_[idx].idle = clock_.after(idle_before_sleep, [this, idx] { fall_asleep(idx); });
}

void RadioTime::fall_asleep(std::uint8_t idx) {
    Home& home = homes_[idx];
    if (!may_doze(idx) || home.dozing) return;
    const bool busy = away() || wanted_ || settling_ || home.in_flight != 0 || !home.queue.empty() || home.resting ||
                      clock_.now() - home.last_use < idle_before_sleep;
    if (busy || !home.last_beacon) return arm_doze(idx);
    home.dozing = true;
    tell(idx, true);  // and then it does not listen
    await_beacon(idx);
}

/// Deaf until just before the next beacon.
void RadioTime::await_beacon(std::uint8_t idx) {
    Home& home = homes_[idx];
    home.listening_for_beacon = false;
    const Bss& bss = tables_.bss[idx];
    const unsigned units = bss.basic.bcn_int != 0 ? bss.basic.bcn_int : 100U;
    const sim::Duration interval = sim::time_unit * units;
    sim::Time due = *home.last_beacon + interval;
    while (due - early <= clock_.now())
        due = due + interval;
    if (home.in_flight == 0) air_.rest(idx, true);
    home.wake = clock_.after(due - early - clock_.now(), [this, idx] {
        Home& own = homes_[idx];
        if (!own.dozing) return;
        if (!is_ready(idx)) return wake_up(idx);
        own.listening_for_beacon = true;
        air_.rest(idx, own.resting);
        own.wake = clock_.after(beacon_patience, [this, idx] {
            if (homes_[idx].dozing) await_beacon(idx);
        });
    });
}

void RadioTime::wake_up(std::uint8_t idx) {
    Home& home = homes_[idx];
    home.dozing = false;
    home.listening_for_beacon = false;
    home.wake.cancel();
    use(idx);
    air_.rest(idx, home.resting);
    arm_doze(idx);
    again_ = true;
}

void RadioTime::beacon_in_sleep(std::uint8_t idx, const ReceivedFrame& frame) {
    Home& home = homes_[idx];
    std::optional<ieee80211::Aid> aid;
    for (const WtblEntry& entry : tables_.wtbl)
        if (entry.valid && !entry.self && entry.bss_idx == idx) aid = ieee80211::Aid::from(entry.basic.aid);
    const ieee80211::ElementList elements(frame.bytes.subspan(header_size + fixed_fields));
    const Result<ieee80211::Tim> tim = elements.get<ieee80211::Tim>();
    // Who does not know its AID takes all traffic for its own.
    if (tim && (!aid || tim->traffic_for(*aid))) {
        wake_up(idx);
        proceed();
    } else if (tim && tim->group_traffic()) {
        home.wake = clock_.after(groups_patience, [this, idx] {
            if (homes_[idx].dozing) await_beacon(idx);
        });
    } else {
        await_beacon(idx);
    }
}

void RadioTime::heard(std::uint8_t idx, const ReceivedFrame& frame) {
    Home& home = homes_[idx];
    const ByteView bytes = frame.bytes;
    if (bytes.size() < header_size) return;
    if (bytes[0] == beacon_type && bytes.size() >= header_size + fixed_fields) {
        home.last_beacon = frame.started;
        if (home.dozing && home.listening_for_beacon) beacon_in_sleep(idx, frame);
        return;
    }
    if ((bytes[0] & type_mask) != data_type) return;
    const bool group = (bytes[4] & 1U) != 0;
    if (!group) return use(idx);
    if (home.dozing && home.listening_for_beacon && (bytes[1] & more_data) == 0) await_beacon(idx);
}

}  // namespace mlosim::mt7925
