// A station leaves one access point of its network for another.

#include <algorithm>

#include "agent/station_agent.h"
#include "ieee80211/frame_header.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using namespace std::chrono_literals;

constexpr sim::Duration signal_check_interval = 1s;
constexpr std::uint16_t action_frame = 0x00d0;

}  // namespace

std::optional<double> heard_dbm(const mld::StaStatistics& heard) {
    if (heard.beacon_signal_average_dbm) return heard.beacon_signal_average_dbm;
    return heard.signal_dbm ? std::optional<double>(*heard.signal_dbm) : std::nullopt;
}

std::optional<double> StationAgent::signal_dbm() const {
    const mld::Sta* ap = wdev_.mlme() != nullptr ? wdev_.mlme()->access_point() : nullptr;
    if (ap == nullptr) return std::nullopt;
    std::optional<double> best;
    const auto take = [&best](std::optional<double> dbm) {
        if (dbm && (!best || *dbm > *best)) best = dbm;
    };
    // A radio that watches the connection by itself keeps beacons from the host; how it hears acknowledgements is newer
    // then.
    if (wdev_.wiphy().driver().watches_connection(wdev_))
        for (const auto& link : ap->links())
            take(link->statistics.ack_signal_average_dbm);
    if (!best)
        for (const auto& link : ap->links())
            take(heard_dbm(link->statistics));
    return best;
}

/// Looks at the signal now and then, for as long as it is connected.
void StationAgent::watch_signal() {
    if (!policy_.watches_signal()) return;
    watch_ = world().queue().after(signal_check_interval, [this] {
        const auto dbm = signal_dbm();
        const bool rested = world().now() - looked_around_at_ >= settings_.roaming.scan_interval;
        if (state_ == StationState::connected && !wish_ && rested && dbm && policy_.is_weak(*dbm))
            (void)look_around({RoamCause::signal, {}});  // a radio that is busy: at the next look
        watch_signal();
    });
}

Result<void> StationAgent::roam(std::vector<MacAddress> targets) {
    return look_around({RoamCause::script, std::move(targets)});
}

Result<void> StationAgent::look_around(RoamWish wish) {
    if (state_ != StationState::connected) return fail(ENOTCONN, "the station is not connected");
    if (wish_) return fail(EBUSY, "the station is about to roam already");
    if (auto begun = begin_scan(); !begun) return begun;
    looked_around_at_ = world().now();
    record("agent/station-looks-around", to_string(wish.cause));
    wish_ = std::move(wish);
    return {};
}

void StationAgent::looked_around(bool aborted) {
    const RoamWish wish = std::move(*wish_);
    wish_.reset();
    if (state_ != StationState::connected) return;
    const std::vector<Candidate> found = aborted ? std::vector<Candidate>() : candidates(looked_around_at_);
    const Candidate* next = policy_.choose(wish, *target_, signal_dbm(), found);
    if (next == nullptr) {
        record("agent/station-stays", to_string(wish.cause));
        return answer_transition(TransitionStatus::no_suitable_candidates, {});
    }
    answer_transition(TransitionStatus::accept, next->bss().bssid);
    roam_to(*next, wish.cause);
}

void StationAgent::record_links(const char* event) {
    std::string links;
    for (const CandidateLink& link : target_->links)
        links += (links.empty() ? "" : " ") + std::to_string(link.id.value()) + "=" + link.bss.bssid.to_string();
    record(event, links);
}

/// The old links end here, and the new ones begin when the gap has passed. cf. ieee80211_mgd_auth(), which ends a
/// connection in favour of another without a word to the access point unless it is told otherwise.
void StationAgent::roam_to(Candidate next, RoamCause cause) {
    previous_ = target_->address();
    record("agent/station-roams", to_string(cause));
    become(StationState::roaming);
    record_links("agent/links-down");
    mld::LeaveRequest request;
    request.bssid = *previous_;
    request.reason = reason_leaving;
    request.local_state_change = !settings_.roaming.deauthenticates;
    (void)wdev_.mlme()->deauthenticate(request);  // it is connected to that one
    watch_.cancel();
    links_watch_.cancel();
    sae_.reset();
    supplicant_.reset();
    link_results_.clear();
    target_ = std::move(next);
    timer_ = world().queue().after(settings_.roaming.gap, [this] { authenticate(); });
}

// BSS transition management.

void StationAgent::listen_for_transitions() {
    constexpr std::uint8_t match[] = {category_wnm, wnm_transition_request};
    // EALREADY: it listens, or somebody else does.
    (void)wdev_.wiphy().register_frame(wdev_, *this, action_frame, match);
}

bool StationAgent::frame_received(mld::Wdev&, const mld::FrameBytes& frame, const mld::RxStatus&) {
    soon([this, copy = *frame] { transition_requested(copy); });
    return true;
}

void StationAgent::transition_requested(Bytes frame) {
    const auto view = FrameView::parse(frame);
    constexpr std::size_t header = 2;  // category and action, which it registered for
    if (!view || !target_ || state_ != StationState::connected || view->addr2() != target_->address()) return;
    const auto request = TransitionRequest::parse(view->body().subspan(header));
    if (!request || wish_) return;
    transition_token_ = request->token;
    RoamWish wish{RoamCause::request, {}};
    for (const TransitionRequest::Neighbor& neighbor : request->neighbors)
        wish.targets.push_back(neighbor.bssid);
    // Asked to go, but not where to.
    if (look_around(std::move(wish))) return;
    answer_transition(TransitionStatus::no_suitable_candidates, {});
}

void StationAgent::answer_transition(TransitionStatus status, const MacAddress& target) {
    const auto token = std::exchange(transition_token_, std::nullopt);
    if (!token || !target_) return;
    Bytes frame;
    ieee80211::ByteWriter w(frame);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, target_->address(), wdev_.address(),
                                       target_->address())
        .append_to(w);
    w.bytes(transition_response(*token, status, target));
    const auto link = target_->mld ? std::optional(target_->main_link().id) : std::nullopt;
    // An answer that is not sent is one that is lost.
    (void)wdev_.wiphy().send_frame(wdev_, link, std::move(frame));
}

}  // namespace mlosim::agent
