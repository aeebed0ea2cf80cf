// Access points: what the firmware is told of them. Their beacons go out by the host's clock.

#include <utility>

#include "mld/ap_link.h"
#include "mld/wdev.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::size_t management_header = 24;
constexpr std::size_t fixed_before_capability = 10;  // timestamp, beacon interval
constexpr std::size_t capability_size = 2;
constexpr std::uint8_t tim_element = 5;

/// Where the TIM is, counted from the capability field.
std::uint16_t tim_offset(ByteView from_capability) {
    std::size_t at = capability_size;
    while (at + 2 <= from_capability.size()) {
        if (from_capability[at] == tim_element) return static_cast<std::uint16_t>(at);
        at += 2U + from_capability[at + 1];
    }
    return 0;
}

}  // namespace

// cf. mt7925_start_ap(), mt7925_stop_ap(), mt7925_mcu_uni_add_beacon_offload()
Conversation Driver::access_point_changed(Vif& vif, VifLink& own, mld::Link& link, mld::LinkChanges changes) {
    using mld::LinkChange;
    Conversation out;
    if (link.ap() != nullptr && !own.beacons) {
        own.beacons = true;
        append(out, serving(vif, own, link));
        arm_beacon(vif.incarnation, link.id());
    } else if (link.ap() == nullptr && own.beacons) {
        own.beacons = false;
        out.push_back({Cid::bss_info, pm_disable_message(own.numbers)});
        if (const auto update = bss_update(vif, own, nullptr, nullptr, false))
            out.push_back({Cid::bss_info, bss_update_message(*update)});
        return out;
    }
    if (own.beacons && changes.has_any({LinkChange::beacon, LinkChange::beacon_enabled}))
        append(out, beacon_content(own, link));
    return out;
}

Conversation Driver::serving(Vif& vif, VifLink& own, const mld::Link& link) {
    Conversation out;
    if (const auto update = bss_update(vif, own, nullptr, nullptr, true))
        out.push_back({Cid::bss_info, bss_update_message(*update)});
    out.push_back({Cid::bss_info, pm_disable_message(own.numbers)});
    const mld::AccessPointSettings& settings = link.ap()->settings();
    out.push_back({Cid::bss_info, beacon_watch_message(own.numbers, settings.beacon_interval, settings.dtim_period)});
    out.push_back({Cid::sta_rec,
                   header_translation_message(EntryNumbers::self(own.numbers, own.own_wcid()), {.of_station = false})});
    return out;
}

Conversation Driver::beacon_content(const VifLink& own, mld::Link& link) {
    Conversation out;
    const mld::BeaconData& data = link.ap()->settings().beacon;
    Bytes frame = data.head;
    const std::size_t skipped = management_header + fixed_before_capability;
    if (frame.size() < skipped) return out;
    frame.erase(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(skipped));
    constexpr std::uint8_t tim[] = {tim_element, 4, 0, 1, 0, 0};
    const auto tim_at = static_cast<std::uint16_t>(frame.size());
    frame.insert(frame.end(), std::begin(tim), std::end(tim));
    frame.insert(frame.end(), data.tail.begin(), data.tail.end());
    auto message = beacon_message(own.numbers, frame, tim_offset(frame) != 0 ? tim_offset(frame) : tim_at, 0);
    if (!message) {
        log_.print(KernelLog::Level::error, "beacon size limit exceed");
        return out;
    }
    out.push_back({Cid::bss_info, std::move(*message)});
    return out;
}

Conversation Driver::beaconing_again(Vif& vif) {
    Conversation out;
    for (VifLink* own : vif.added_links()) {
        mld::Link* link = own->id ? vif.wdev.link(*own->id) : vif.wdev.links().front().get();
        if (!own->beacons || link == nullptr || link->ap() == nullptr) continue;
        append(out, serving(vif, *own, *link));
        append(out, beacon_content(*own, *link));
    }
    return out;
}

/// The next multiple of the beacon interval.
void Driver::arm_beacon(std::uint64_t incarnation, ieee80211::LinkId id) {
    Vif* vif = interfaces_.find(incarnation);
    VifLink* own = vif != nullptr ? vif->link(vif->is_mld() ? std::optional(id) : std::nullopt) : nullptr;
    const mld::Link* link = own != nullptr ? vif->wdev.link(id) : nullptr;
    if (link == nullptr && own != nullptr && !vif->wdev.is_mld()) link = vif->wdev.links().front().get();
    if (link == nullptr || link->ap() == nullptr || !own->beacons) return;
    const mld::AccessPointSettings& settings = link->ap()->settings();
    const std::int64_t interval = (settings.beacon_interval * sim::time_unit).count();
    const std::int64_t offset = settings.tbtt_offset.count() % interval;
    const std::int64_t tbtt = (queue_.now().ns() - offset + interval) / interval * interval + offset;
    own->next_beacon = queue_.at(sim::Time{sim::Duration(std::max(tbtt, queue_.now().ns()))},
                                 [this, incarnation, id] { send_beacon(incarnation, id); });
}

void Driver::send_beacon(std::uint64_t incarnation, ieee80211::LinkId id) {
    Vif* vif = interfaces_.find(incarnation);
    mld::Link* link = vif != nullptr ? vif->wdev.link(id) : nullptr;
    if (link == nullptr && vif != nullptr && !vif->wdev.is_mld()) link = vif->wdev.links().front().get();
    if (link == nullptr || link->ap() == nullptr) return;
    const auto bytes = mac_.next_beacon(*link);
    // Only a firmware that knows the BSS sends for it.
    if (!bytes.empty() && link->channel() && front_.firmware().running() && !front_.firmware().dead()) {
        RadioFrame frame;
        frame.channel = radio_channel_of(*link->channel());
        frame.bytes.assign(bytes.begin(), bytes.end());
        frame.stamp_time = true;
        air_.transmit(std::move(frame));
    }
    arm_beacon(incarnation, id);
}

}  // namespace mlosim::mt7925::host
