#include "agent/station_agent.h"

#include <algorithm>
#include <utility>

#include "agent/owner.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "mld/netdev.h"
#include "mld/scanner.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::agent {

namespace {

using ieee80211::AuthenticationBody;
using ieee80211::Bytes;
using ieee80211::FrameView;
using namespace std::chrono_literals;

constexpr sim::Duration scan_busy_wait = 100ms;
/// After the first failure it waits a second, after each further one twice as long, up to half a minute.
constexpr sim::Duration first_back_off = 1s;
constexpr unsigned most_doublings = 5;
/// An attempt that nobody ends is given up: longer than every timeout of the MAC.
constexpr sim::Duration attempt_limit = 10s;

}  // namespace

std::string_view to_string(StationState state) {
    switch (state) {
        case StationState::idle:
            return "idle";
        case StationState::scanning:
            return "scanning";
        case StationState::authenticating:
            return "authenticating";
        case StationState::associating:
            return "associating";
        case StationState::handshake:
            return "handshake";
        case StationState::connected:
            return "connected";
        case StationState::roaming:
            return "roaming";
    }
    return "";
}

StationAgent::StationAgent(mld::Wdev& wdev, StationSettings settings)
    : wdev_(wdev),
      settings_(std::move(settings)),
      random_(wdev.wiphy().world().random().stream("agent/station/" + settings_.name)),
      policy_(settings_.roaming) {
    timer_ = world().queue().at(std::max(settings_.start, world().now()), [this] { begin(); });
}

StationAgent::~StationAgent() {
    wdev_.wiphy().unregister_frames(*this);
}

mld::World& StationAgent::world() const {
    return wdev_.wiphy().world();
}

void StationAgent::soon(Work work) {
    inbox_.push_back(std::move(work));
    if (!work_.pending()) work_ = world().queue().after({}, [this] { this->work(); });
}

void StationAgent::work() {
    // What the work itself causes comes in its own turn.
    std::deque<Work> now;
    now.swap(inbox_);
    for (const Work& item : now)
        item();
}

void StationAgent::record(const char* event, std::string_view detail) {
    world().trace().record(world().now(), event,
                           {{"station", settings_.name},
                            {"ap", target_ ? target_->address().to_string() : std::string()},
                            {"detail", detail}});
}

void StationAgent::become(StationState state) {
    enter(state);
    record("agent/station-state", to_string(state));
}

void StationAgent::enter(StationState state) {
    if (state == StationState::connected && unconnected_since_)
        longest_gap_ = std::max(longest_gap_, world().now() - *std::exchange(unconnected_since_, std::nullopt));
    if (state_ == StationState::connected && state != state_) unconnected_since_ = world().now();
    state_ = state;
}

sim::Duration StationAgent::longest_gap() const {
    return unconnected_since_ ? std::max(longest_gap_, world().now() - *unconnected_since_) : longest_gap_;
}

void StationAgent::begin() {
    if (const auto up = wdev_.netdev()->set_up(true); !up) return give_up("down");
    if (settings_.roaming.follow_requests) listen_for_transitions();
    scan();
}

Result<void> StationAgent::begin_scan() {
    mld::ScanRequest request;
    request.ssids = {settings_.ssid};
    request.frequencies = settings_.frequencies;
    request.flags |= mld::ScanFlag::colocated_6ghz;
    return trigger(std::move(request));
}

// A radio that never says that it is done is told to stop. cf. wpa_supplicant's timeout of 30 s
Result<void> StationAgent::trigger(mld::ScanRequest request) {
    constexpr sim::Duration limit = std::chrono::seconds(30);
    auto begun = wdev_.wiphy().trigger_scan(wdev_, std::move(request));
    if (begun) scan_limit_ = world().queue().after(limit, [this] { (void)wdev_.wiphy().abort_scan(wdev_); });
    return begun;
}

void StationAgent::scan() {
    const auto begun = begin_scan();
    if (begun) return become(StationState::scanning);
    // Another interface of the radio scans.
    if (begun.error().code == EBUSY) {
        timer_ = world().queue().after(scan_busy_wait, [this] { scan(); });
        return;
    }
    give_up("no scan");
}

void StationAgent::scan_finished(bool aborted) {
    scan_limit_.cancel();
    soon([this, aborted] {
        if (wish_) return looked_around(aborted);
        if (state_ != StationState::scanning) return;
        if (aborted) return give_up("scan aborted");
        choose();
    });
}

std::vector<Candidate> StationAgent::candidates(sim::Time since) const {
    auto known = wdev_.wiphy().bss_table().entries();
    std::erase_if(known, [&](const mld::Bss* bss) { return bss->last_seen < since; });
    return find_candidates(settings_, wdev_.wiphy().profile(), known);
}

void StationAgent::choose() {
    auto found = candidates();
    if (found.empty()) return give_up("network not found");
    if (asks_for_links(found.front())) return;
    target_ = std::move(found.front());
    authenticate();
}

void StationAgent::authenticate() {
    become(StationState::authenticating);
    timer_ = world().queue().after(attempt_limit, [this] { give_up("timeout"); });
    pmksa_ = known_pmksa();
    target_->security.name_pmksa(pmksa_ ? std::optional(pmksa_->pmkid) : std::nullopt);
    sae_.reset();
    begin_owe();
    if (target_->security.sae && !pmksa_) return begin_sae();
    if (!send_authentication(mld::AuthenticationType::open_system, {})) give_up("authentication refused here");
}

Result<void> StationAgent::send_authentication(mld::AuthenticationType type, Bytes data) {
    mld::AuthenticateRequest request;
    request.bssid = target_->bss().bssid;
    request.frequency = target_->bss().channel.center;
    request.ssid = settings_.ssid;
    request.type = type;
    request.ap_mld_addr = target_->mld;
    if (target_->mld) request.link = target_->main_link().id;
    request.auth_data = std::move(data);
    return wdev_.mlme()->authenticate(request);
}

void StationAgent::mlme_frame(const mld::MlmeFrame& frame) {
    if (frame.kind != mld::MlmeFrameKind::authentication && frame.kind != mld::MlmeFrameKind::deauthentication &&
        frame.kind != mld::MlmeFrameKind::disassociation)
        return;
    Bytes copy(frame.frame.begin(), frame.frame.end());
    if (frame.kind == mld::MlmeFrameKind::authentication) {
        soon([this, copy = std::move(copy)]() mutable { authentication_answered(std::move(copy)); });
        return;
    }
    // A connection's end is told by disconnected(); this is the end of an attempt.
    soon([this, copy = std::move(copy)] {
        const auto view = FrameView::parse(copy);
        const bool from_peer = view && target_ && view->addr2() == target_->address();
        const bool trying = state_ == StationState::authenticating || state_ == StationState::associating;
        if (from_peer && trying) give_up("deauthenticated");
    });
}

void StationAgent::authentication_answered(Bytes frame) {
    const auto view = FrameView::parse(frame);
    if (!view || state_ != StationState::authenticating || view->addr3() != target_->address()) return;
    const auto body = AuthenticationBody::parse(view->body());
    if (!body) return;
    if (sae_) return sae_answered(*body);
    if (body->status != 0) return give_up("authentication status " + std::to_string(body->status));
    associate();
}

void StationAgent::associate() {
    mld::AssociateRequest request;
    request.bssid = target_->bss().bssid;
    request.frequency = target_->bss().channel.center;
    request.ssid = settings_.ssid;
    request.elements = request_elements();
    request.previous_bssid = previous_;
    request.use_mfp = target_->security.mfp;
    request.crypto = target_->security.crypto();
    if (target_->mld) {
        request.ap_mld_addr = target_->mld;
        request.assoc_link = target_->main_link().id;
        for (const CandidateLink& link : target_->links)
            request.links.push_back({link.id, link.bss.bssid, link.bss.channel.center, {}, false});
    }
    request.owner = owner_of(wdev_.id());
    become(StationState::associating);
    if (const auto sent = wdev_.mlme()->associate(request); !sent) give_up("association refused here");
}

void StationAgent::timed_out() {
    soon([this] {
        if (state_ == StationState::authenticating || state_ == StationState::associating) give_up("no answer");
    });
}

void StationAgent::connection_result(const mld::ConnectResult& result) {
    soon([this, status = result.status, links = result.links, elements = result.response_elements] {
        if (state_ != StationState::associating) return;
        if (status && *status != 0 && begins_anew()) return;
        if (!status || *status != 0)
            return give_up(status ? "association status " + std::to_string(*status) : std::string("no answer"));
        link_results_ = links;
        associated(elements);
    });
}

/// An AP MLD may have accepted some of the links only.
void StationAgent::associated(ieee80211::ByteView response_elements) {
    std::uint16_t links = 0;
    for (const auto& link : link_results_)
        if (link.status == 0) links |= link.link.bit();
    if (target_->mld) target_->keep_links(links);
    record_links("agent/links-up");
    if (target_->security.akm == nullptr) return connect_done();
    if (owe_ && !finish_owe(response_elements)) return give_up("no key of the access point");
    await_handshake();
}

void StationAgent::connect_done() {
    timer_.cancel();
    attempts_ = 0;
    ++counters_.connections;
    if (std::exchange(previous_, std::nullopt)) ++counters_.roams;
    keep_pmksa();
    become(StationState::connected);
    watch_signal();
    change_counts_.clear();
    if (target_->mld) compare_links();
    watch_links();
}

void StationAgent::disconnected(std::uint16_t reason) {
    soon([this, reason] {
        if (state_ == StationState::idle || state_ == StationState::scanning || state_ == StationState::roaming) return;
        if (state_ == StationState::connected) {
            ++counters_.disconnections;
            record_links("agent/links-down");
        }
        give_up("reason " + std::to_string(reason));
    });
}

void StationAgent::interface_changed() {
    soon([this] {
        const bool up = wdev_.netdev()->is_up();
        if (up && state_ == StationState::idle && !timer_.pending() && world().now() >= settings_.start) return scan();
        if (up) return;
        timer_.cancel();
        forget_access_point();
        if (state_ != StationState::idle) become(StationState::idle);
    });
}

void StationAgent::leave(std::uint16_t reason) {
    if (!target_) return;
    mld::LeaveRequest request;
    request.bssid = target_->address();
    request.reason = reason;
    (void)wdev_.mlme()->deauthenticate(request);  // ENOTCONN: there is nothing to leave
}

void StationAgent::forget_access_point() {
    target_.reset();
    link_results_.clear();
    sae_.reset();
    supplicant_.reset();
    pmksa_.reset();
    owe_.reset();
    owe_keys_.reset();
    previous_.reset();
    wish_.reset();
    transition_token_.reset();
    watch_.cancel();
    links_watch_.cancel();
    asked_.reset();
}

void StationAgent::give_up(std::string_view why, std::uint16_t reason) {
    ++counters_.failures;
    last_reason_ = why;
    record("agent/station-failed", why);
    // What was agreed on before may be what went wrong.
    if (target_ && pmksa_) pmksas_.forget(target_->address());
    if (previous_) ++counters_.disconnections;
    const StationState before = state_;
    enter(StationState::idle);
    if (before != StationState::idle && before != StationState::scanning) leave(reason);
    forget_access_point();
    if (!wdev_.running()) return timer_.cancel();
    const sim::Duration wait = first_back_off * (1U << std::min(attempts_++, most_doublings));
    // Those that failed together do not try again together.
    const auto jitter = sim::Duration(random_.below(static_cast<std::uint64_t>((wait / 4).count())));
    timer_ = world().queue().after(wait + jitter, [this] { scan(); });
}

}  // namespace mlosim::agent
