#include "mld/detail/tx_reports.h"

#include <algorithm>

#include "mld/detail/ewma.h"
#include "mld/events.h"
#include "mld/power_save.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

std::uint64_t whole_microseconds(sim::Duration time) {
    return static_cast<std::uint64_t>(std::chrono::round<std::chrono::microseconds>(time).count());
}

using Report = TxOptions::Report;

std::uint64_t TxReports::add(SentFrame frame) {
    sent_.emplace(++last_, std::move(frame));
    return last_;
}

void TxReports::transmitted(const TxStatus& status) {
    const auto found = sent_.find(status.cookie);
    if (found == sent_.end()) return;
    // A receiver that has fallen asleep is the reason why nobody answered. cf. ieee80211_handle_filtered_frame()
    Sta* const sleeper = status.acknowledged ? nullptr : sleeping_receiver(found->second);
    if (sleeper != nullptr && found->second.may_wait && status.frame &&
        sleeper->power_save->hold_again(*status.frame, status.cookie))
        return;
    SentFrame frame = std::move(found->second);
    sent_.erase(found);
    if (sleeper == nullptr) count(frame, status);
    if (sleeper == nullptr && try_again(frame, status)) return;
    if (frame.report == Report::nobody) return;
    tell(*frame.wdev, frame.report, frame.cookie, frame.shown, frame.station.value_or(ieee80211::MacAddress{}), status);
}

Sta* TxReports::sleeping_receiver(const SentFrame& frame) const {
    if (!frame.wanted_acknowledgement || !frame.station) return nullptr;
    Sta* sta = wiphy_.stations().find(*frame.wdev, *frame.station);
    if (sta == nullptr || sta->power_save == nullptr) return nullptr;
    return sta->power_save->must_wait(frame.tid) ? sta : nullptr;
}

void TxReports::sent_again(std::uint64_t number, ieee80211::LinkId link) {
    const auto found = sent_.find(number);
    if (found == sent_.end()) return;
    found->second.link = link;
    found->second.tried_links = link.bit();
}

void TxReports::give_up(std::uint64_t number) {
    const auto found = sent_.find(number);
    if (found == sent_.end()) return;
    const SentFrame frame = std::move(found->second);
    sent_.erase(found);
    dropped(*frame.wdev, frame.report, frame.cookie, frame.shown, frame.station.value_or(ieee80211::MacAddress{}));
}

/// As long as it would be alone, but not longer than since the report before: in an A-MPDU it has no preamble.
sim::Duration TxReports::time_on_air(const SentFrame& frame, const TxStatus& status) {
    constexpr std::size_t fcs = 4;
    const sim::Duration alone = phy::airtime(status.rate, frame.size + fcs, frame.band) * (1 + status.retries);
    const sim::Time now = wiphy_.world().now();
    return std::min(alone, now - std::exchange(last_report_, now));
}

// cf. ieee80211_tx_status_ext(), ieee80211_lost_packet(), sta->deflink.status_stats
void TxReports::count(const SentFrame& frame, const TxStatus& status) {
    const sim::Duration on_air = time_on_air(frame, status);
    Sta* sta = frame.station ? wiphy_.stations().find(*frame.wdev, *frame.station) : nullptr;
    if (sta == nullptr) return;
    const LinkSta* on = sta->link(frame.link);
    if (frame.chosen_rate && frame.wanted_acknowledgement && on != nullptr)
        rate_control(*frame.wdev, on->address)
            .learn(status.retries + (status.acknowledged ? 0 : 1), status.acknowledged);
    StaStatistics& s = sta->statistics_on(frame.link);
    s.tx_retries += status.retries;
    s.tx_airtime_us += whole_microseconds(on_air);
    if (frame.is_data) s.last_tx_rate = status.rate;
    if (!frame.wanted_acknowledgement) return;
    if (status.retries > 0) ++s.tx_msdu_retries[frame.tid];
    if (!status.acknowledged) {
        ++s.tx_failed;
        ++s.tx_msdu_failed[frame.tid];
        return;
    }
    s.last_heard = wiphy_.world().now();
    if (!status.ack_signal_dbm) return;
    s.ack_signal_dbm = status.ack_signal_dbm;
    s.ack_signal_average_dbm = ewma(s.ack_signal_average_dbm, *status.ack_signal_dbm);
}

void TxReports::dropped(Wdev& wdev, Report report, std::uint64_t cookie, ieee80211::ByteView shown,
                        const ieee80211::MacAddress& receiver) {
    if (report != Report::nobody) tell(wdev, report, cookie, shown, receiver, {});
}

// cf. ieee80211_report_ack_skb()
void TxReports::tell(Wdev& wdev, Report report, std::uint64_t cookie, ieee80211::ByteView shown,
                     const ieee80211::MacAddress& receiver, const TxStatus& status) {
    switch (report) {
        case Report::nobody:
            break;
        case Report::management_frame:
            wiphy_.world().tell([&](Events& e) { e.frame_sent(wdev, cookie, shown, status.acknowledged); });
            break;
        case Report::control_port:
            wiphy_.world().tell([&](Events& e) { e.control_port_sent(wdev, cookie, shown, status.acknowledged); });
            break;
        case Report::probe:
            wiphy_.world().tell([&](Events& e) {
                e.client_probed(wdev, receiver, cookie, status.acknowledged, status.ack_signal_dbm);
            });
            break;
        case Report::mlme:
            if (wdev.mlme() != nullptr) wdev.mlme()->transmitted(cookie, status.acknowledged);
            break;
    }
}

RateControl& TxReports::rate_control(const Wdev& wdev, const ieee80211::MacAddress& peer) {
    // Peers that are gone leave theirs behind; what is lost to those that are there is quickly learnt anew.
    constexpr std::size_t few = 64;
    if (rate_controls_.size() > 2 * wiphy_.stations().of(wdev).size() + few) rate_controls_.clear();
    return rate_controls_[{&wdev, peer}];
}

void TxReports::forget(const Wdev& wdev) {
    std::erase_if(rate_controls_, [&](const auto& entry) { return entry.first.first == &wdev; });
    std::erase_if(sent_, [&](const auto& entry) { return entry.second.wdev == &wdev; });
}

}  // namespace mlosim::mld::detail
