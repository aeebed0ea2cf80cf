// Whether the access point is still there, and how well it is heard. cf. ieee80211_rx_mgmt_beacon(),
// ieee80211_mgd_probe_ap()
//
// A multi-link mac80211_hwsim says that its hardware watches connections (CONNECTION_MONITOR), has none that does, and
// so never notices that an access point is gone. Here the MAC watches whatever the radio.

#include <algorithm>
#include <limits>

#include "mld/data_path.h"
#include "mld/detail/station_impl.h"
#include "mld/events.h"
#include "mld/off_channel.h"
#include "mld/stations.h"

namespace mlosim::mld {

namespace {

using ieee80211::BeaconBody;
using ieee80211::ElementList;
using ieee80211::ManagementSubtype;
using namespace std::chrono_literals;

constexpr unsigned beacons_missed = 7;       // beacon_loss_count
constexpr unsigned max_probes = 2;           // max_nullfunc_tries
constexpr sim::Duration probe_wait = 500ms;  // probe_wait_ms
constexpr sim::Duration idle_time = 30s;     // IEEE80211_CONNECTION_IDLE_TIME
constexpr unsigned enough_beacons = 4;       // IEEE80211_SIGNAL_AVE_MIN_COUNT
constexpr std::uint16_t reason_inactivity = 4;
constexpr sim::Duration time_unit = std::chrono::microseconds(1024);

/// cf. round_jiffies_up(): such timers fire together, on whole seconds.
sim::Time on_whole_second(sim::Time time) {
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t ns = time.since_start().count();
    return time + sim::Duration((ns + second - 1) / second * second - ns);
}

std::int32_t in_dbm(unsigned average) {
    constexpr unsigned precision = 4;
    return -static_cast<std::int32_t>(average >> precision);
}

}  // namespace

void StationMlme::Impl::watch_connection() {
    if (wiphy().driver().watches_connection(wdev)) return;
    expect_beacon();
    active->idle_timer = world().queue().at(on_whole_second(now() + idle_time), [this] { check_idle(); });
}

void StationMlme::Impl::expect_beacon() {
    if (wiphy().driver().watches_connection(wdev)) return;
    const std::uint16_t interval = std::max<std::uint16_t>(link().bss_config.beacon_interval, 1);
    const sim::Duration timeout = beacons_missed * interval * time_unit;
    active->beacon_timer = world().queue().at(on_whole_second(now() + timeout), [this] { beacons_lost(); });
}

void StationMlme::Impl::on_beacon(Link& heard, const ieee80211::FrameView& frame, const RxStatus& status) {
    if (!active || frame.addr3() != heard.bssid()) return;
    const auto body = BeaconBody::parse(frame.body());
    const auto found = std::find_if(active->links.begin(), active->links.end(),
                                    [&](const ActiveLink& l) { return l.id == heard.id(); });
    if (!body || found == active->links.end()) return;
    ActiveLink& on = *found;
    measure(on, status);
    if (!active) return;
    expect_beacon();
    if (active->probing) stop_probing();
    consider_switch(heard, on, body->elements, SwitchSource::beacon);
    if (active) consider_other_links(heard, body->elements);
    if (!active) return;

    consider_removal(body->elements);
    consider_advertised_mapping(body->elements, body->timestamp);
    if (!active) return;
    consider_waiting_traffic(body->elements);
    if (!active->priority_access.enabled) set_queues(heard.bss_config, body->elements);
    const bool short_slot_before = heard.bss_config.use_short_slot_time;
    set_protection(heard.bss_config, body->elements, on.bss.channel.band,
                   static_cast<std::uint16_t>(body->capabilities.raw()));
    if (heard.bss_config.use_short_slot_time != short_slot_before)
        wiphy().driver().link_changed(heard, LinkChange::slot_time);
    if (on.channel_switch) return;
    if (!follow_bandwidth(heard, on.settings, body->elements)) {
        constexpr std::uint16_t leaving = 3;
        connection_lost(leaving, true);
    }
}

// cf. ieee80211_handle_beacon_sig()
void StationMlme::Impl::measure(ActiveLink& on, const RxStatus& status) {
    constexpr unsigned precision = 4;
    constexpr unsigned weight_log2 = 2;
    const std::int32_t dbm = status.signal.mbm() / 100;
    const unsigned value = static_cast<unsigned>(std::max(-dbm, 0)) << precision;
    on.beacon_average =
        on.beacon_average ? ((*on.beacon_average << weight_log2) - *on.beacon_average + value) >> weight_log2 : value;
    ++on.beacons;
    if (const Sta* station = access_point(active->connection.ap)) {
        LinkSta* link = station->is_mld() ? station->link(on.id) : &station->default_link();
        if (link != nullptr) {
            link->statistics.beacons = on.beacons;
            link->statistics.beacon_signal_average_dbm = in_dbm(*on.beacon_average);
        }
    }
    if (!quality || on.beacons < enough_beacons) return;
    const std::int32_t average = in_dbm(*on.beacon_average);
    const auto crossed = quality->thresholds.size() == 1 ? crosses_threshold(on, average) : leaves_range(on, average);
    if (!crossed) return;
    on.last_event_dbm = average;
    tell_quality(on, *crossed == Side::below, average);
}

// One threshold: the side is told at once, and again with each further step of the hysteresis.
std::optional<StationMlme::Impl::Side> StationMlme::Impl::crosses_threshold(const ActiveLink& on,
                                                                            std::int32_t average) const {
    const std::int32_t threshold = quality->thresholds.front();
    const auto hysteresis = static_cast<std::int32_t>(quality->hysteresis);
    const auto last = on.last_event_dbm;
    if (average < threshold && (!last || average < *last - hysteresis)) return Side::below;
    if (average > threshold && (!last || average > *last + hysteresis)) return Side::above;
    return std::nullopt;
}

std::optional<StationMlme::Impl::Side> StationMlme::Impl::leaves_range(const ActiveLink& on,
                                                                       std::int32_t average) const {
    const auto last = on.last_event_dbm;
    if (average < quality->low && (!last || *last >= quality->low)) return Side::below;
    if (average > quality->high && (!last || *last <= quality->high)) return Side::above;
    return std::nullopt;
}

// cf. cfg80211_cqm_rssi_notify_work()
void StationMlme::Impl::tell_quality(ActiveLink&, bool low, std::int32_t dbm) {
    quality->last_dbm = dbm;
    update_quality();
    CqmEvent event;
    event.kind = low ? CqmEvent::Kind::rssi_low : CqmEvent::Kind::rssi_high;
    event.rssi_dbm = dbm;
    world().tell([&](Events& e) { e.cqm_event(wdev, event); });
}

// cf. nl80211_set_cqm_rssi()
Result<void> StationMlme::Impl::set_quality(std::vector<std::int32_t> thresholds, std::uint32_t hysteresis) {
    if (thresholds.size() == 1 && thresholds.front() == 0) thresholds.clear();
    std::int32_t before = std::numeric_limits<std::int32_t>::min();
    for (const std::int32_t threshold : thresholds) {
        if (threshold > 0 || threshold <= before) return fail(EINVAL);
        before = threshold;
    }
    if (thresholds.empty()) {
        quality.reset();
        return {};
    }
    quality = Quality{std::move(thresholds), hysteresis};
    if (active)
        for (ActiveLink& on : active->links)
            on.last_event_dbm.reset();
    update_quality();
    return {};
}

// The range in which nothing is told: around the last value, between two thresholds. cf. cfg80211_cqm_rssi_update()
void StationMlme::Impl::update_quality() {
    if (!quality || quality->thresholds.size() == 1) return;
    Quality& q = *quality;
    if (active) {
        ActiveLink& on = active->links.front();
        if (q.last_dbm == 0 && on.beacon_average) q.last_dbm = in_dbm(*on.beacon_average);
        on.last_event_dbm.reset();
    }
    const auto above = std::find_if(q.thresholds.begin(), q.thresholds.end(),
                                    [&](std::int32_t threshold) { return q.last_dbm < threshold; });
    const auto hysteresis = static_cast<std::int32_t>(q.hysteresis);
    q.low = above == q.thresholds.begin() ? std::numeric_limits<std::int32_t>::min() : *std::prev(above) - hysteresis;
    q.high = above == q.thresholds.end() ? std::numeric_limits<std::int32_t>::max() : *above + hysteresis - 1;
}

// cf. ieee80211_sta_bcn_mon_timer(), ieee80211_beacon_connection_loss_work()
void StationMlme::Impl::beacons_lost() {
    const bool switching =
        active->links.front().channel_switch != nullptr && !active->links.front().channel_switch->waits_for_beacon;
    if (switching) return;
    if (Sta* station = wiphy().stations().find(wdev, active->connection.ap))
        ++station->default_link().statistics.beacon_loss;
    probe(true);
}

// cf. ieee80211_sta_conn_mon_timer()
void StationMlme::Impl::check_idle() {
    const Sta* station = wiphy().stations().find(wdev, active->connection.ap);
    sim::Time last = station != nullptr ? station->default_link().statistics.last_heard : now();
    // One link is enough to know that it is there.
    if (station != nullptr)
        for (const auto& l : station->links())
            last = std::max(last, l->statistics.last_heard);
    if (last + idle_time > now()) {
        active->idle_timer = world().queue().at(on_whole_second(last + idle_time), [this] { check_idle(); });
        return;
    }
    probe(false);
}

void StationMlme::Impl::probe(bool after_beacon_loss) {
    if (wiphy().off_channel().tuned_channel() || wiphy().scan() != nullptr) return expect_beacon();
    if (after_beacon_loss) {
        CqmEvent event;
        event.kind = CqmEvent::Kind::beacon_loss;
        world().tell([&](Events& e) { e.cqm_event(wdev, event); });
    }
    if (active->probing) return;
    active->probing = true;
    active->probes = 0;
    send_probe();
}

void StationMlme::Impl::send_probe() {
    Sta* station = wiphy().stations().find(wdev, active->connection.ap);
    if (station == nullptr) return;
    ++active->probes;
    active->probe_failed = false;
    active->probe_timeout = now() + probe_wait;
    TxOptions options;
    options.report = TxOptions::Report::mlme;
    options.cookie = await(Awaited::probe);
    options.no_encryption = true;
    trace("mld/access-point-probed", active->connection.ap);
    wiphy().data_path().send_null(wdev, *station, false, station->flags.has(StaFlag::wme), options);
    arm();
}

// cf. ieee80211_sta_tx_notify()
void StationMlme::Impl::probe_status(bool acknowledged) {
    if (!active || !active->probing) return;
    if (acknowledged) return stop_probing();
    active->probe_failed = true;
    probe_work();
}

// cf. ieee80211_sta_work()
void StationMlme::Impl::probe_work() {
    if (active->probe_failed && active->probes < max_probes) return send_probe();
    if (!active->probe_failed && now() < active->probe_timeout) return arm();
    connection_lost(reason_inactivity, false);
}

// cf. ieee80211_reset_ap_probe()
void StationMlme::Impl::stop_probing() {
    if (!active || !active->probing) return;
    active->probing = false;
    watch_connection();
    arm();
}

void StationMlme::Impl::connection_lost(std::uint16_t reason, bool send) {
    trace("mld/connection-lost", active->connection.ap);
    report_goodbye(set_disassociated(ManagementSubtype::deauthentication, reason, send));
}

// cf. ieee80211_beacon_connection_loss_work(), __ieee80211_disconnect()
void StationMlme::Impl::end_for_driver(bool lost, bool reconnect) {
    ending = world().queue().after({}, [this, lost, reconnect] {
        constexpr std::uint16_t leaving = 3;
        if (!active) return;
        trace(lost ? "mld/connection-lost" : "mld/disconnection-requested", active->connection.ap);
        // An access point that is gone is not chosen again before it is heard again.
        std::vector<Bss> heard;
        for (const ActiveLink& on : active->links)
            heard.push_back(on.bss);
        const ieee80211::Bytes goodbye =
            set_disassociated(ManagementSubtype::deauthentication, lost ? reason_inactivity : leaving, true);
        if (lost)
            for (const Bss& bss : heard)
                wiphy().bss_table().forget(bss);
        report_goodbye(goodbye, reconnect);
    });
}

// cf. ieee80211_offchannel_ps_enable(), ieee80211_offchannel_ps_disable()
void StationMlme::Impl::off_channel(bool away) {
    if (!active) return;
    Sta* station = wiphy().stations().find(wdev, active->connection.ap);
    if (station == nullptr) return;
    TxOptions options;
    options.no_encryption = true;
    wiphy().data_path().send_null(wdev, *station, away, station->flags.has(StaFlag::wme), options);
}

}  // namespace mlosim::mld
