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
    }
    return "";
}

StationAgent::StationAgent(mld::Wdev& wdev, StationSettings settings)
    : wdev_(wdev),
      settings_(std::move(settings)),
      random_(wdev.wiphy().world().random().stream("agent/station/" + settings_.name)) {
    timer_ = world().queue().at(std::max(settings_.start, world().now()), [this] { begin(); });
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
    world().trace().record(
        world().now(), event,
        {{"station", settings_.name}, {"bssid", bss_ ? bss_->bssid.to_string() : std::string()}, {"detail", detail}});
}

void StationAgent::become(StationState state) {
    state_ = state;
    record("agent/station-state", to_string(state));
}

void StationAgent::begin() {
    if (const auto up = wdev_.netdev()->set_up(true); !up) return give_up("down");
    scan();
}

void StationAgent::scan() {
    mld::ScanRequest request;
    request.ssids = {settings_.ssid};
    request.frequencies = settings_.frequencies;
    request.flags |= mld::ScanFlag::colocated_6ghz;
    const auto begun = wdev_.wiphy().trigger_scan(wdev_, std::move(request));
    if (begun) return become(StationState::scanning);
    // Another interface of the radio scans.
    if (begun.error().code == EBUSY) {
        timer_ = world().queue().after(scan_busy_wait, [this] { scan(); });
        return;
    }
    give_up("no scan");
}

void StationAgent::scan_finished(bool aborted) {
    soon([this, aborted] {
        if (state_ != StationState::scanning) return;
        if (aborted) return give_up("scan aborted");
        choose();
    });
}

bool StationAgent::suits(const mld::Bss& bss) const {
    const auto ssid = bss.ssid();
    if (!ssid || *ssid != settings_.ssid || (bss.use_for & mld::bss_use_for_normal) == 0) return false;
    return choose_security(settings_.security, wdev_.wiphy().profile(), bss).has_value();
}

void StationAgent::choose() {
    const mld::Bss* best = nullptr;
    for (const mld::Bss* bss : wdev_.wiphy().bss_table().entries())
        if (suits(*bss) && (best == nullptr || bss->signal_mbm > best->signal_mbm)) best = bss;
    if (best == nullptr) return give_up("network not found");
    bss_ = *best;
    security_ = *choose_security(settings_.security, wdev_.wiphy().profile(), *bss_);
    authenticate();
}

void StationAgent::authenticate() {
    become(StationState::authenticating);
    timer_ = world().queue().after(attempt_limit, [this] { give_up("timeout"); });
    if (security_.sae) return begin_sae();
    if (!send_authentication(mld::AuthenticationType::open_system, {})) give_up("authentication refused here");
}

Result<void> StationAgent::send_authentication(mld::AuthenticationType type, Bytes data) {
    mld::AuthenticateRequest request;
    request.bssid = bss_->bssid;
    request.frequency = bss_->channel.center;
    request.ssid = settings_.ssid;
    request.type = type;
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
        const bool from_peer = view && bss_ && view->addr2() == bss_->bssid;
        const bool trying = state_ == StationState::authenticating || state_ == StationState::associating;
        if (from_peer && trying) give_up("deauthenticated");
    });
}

void StationAgent::authentication_answered(Bytes frame) {
    const auto view = FrameView::parse(frame);
    if (!view || state_ != StationState::authenticating || view->addr3() != bss_->bssid) return;
    const auto body = AuthenticationBody::parse(view->body());
    if (!body) return;
    if (sae_) return sae_answered(*body);
    if (body->status != 0) return give_up("authentication status " + std::to_string(body->status));
    associate();
}

void StationAgent::associate() {
    mld::AssociateRequest request;
    request.bssid = bss_->bssid;
    request.frequency = bss_->channel.center;
    request.ssid = settings_.ssid;
    request.elements = security_.request_elements();
    request.use_mfp = security_.mfp;
    request.crypto = security_.crypto();
    request.owner = owner_of(wdev_.id());
    become(StationState::associating);
    if (const auto sent = wdev_.mlme()->associate(request); !sent) give_up("association refused here");
}

void StationAgent::timed_out() {
    soon([this] {
        if (state_ == StationState::authenticating || state_ == StationState::associating) give_up("no answer");
    });
}

void StationAgent::connection_result(std::optional<std::uint16_t> status) {
    soon([this, status] {
        if (state_ != StationState::associating) return;
        if (!status || *status != 0)
            return give_up(status ? "association status " + std::to_string(*status) : std::string("no answer"));
        associated();
    });
}

void StationAgent::associated() {
    if (security_.akm == nullptr) return connect_done();
    await_handshake();
}

void StationAgent::connect_done() {
    timer_.cancel();
    attempts_ = 0;
    ++counters_.connections;
    become(StationState::connected);
}

void StationAgent::disconnected(std::uint16_t reason) {
    soon([this, reason] {
        if (state_ == StationState::idle || state_ == StationState::scanning) return;
        if (state_ == StationState::connected) ++counters_.disconnections;
        give_up("reason " + std::to_string(reason));
    });
}

void StationAgent::interface_changed() {
    soon([this] {
        const bool up = wdev_.netdev()->is_up();
        if (up && state_ == StationState::idle && !timer_.pending() && world().now() >= settings_.start) return scan();
        if (up) return;
        timer_.cancel();
        bss_.reset();
        sae_.reset();
        supplicant_.reset();
        if (state_ != StationState::idle) become(StationState::idle);
    });
}

void StationAgent::leave(std::uint16_t reason) {
    if (!bss_) return;
    mld::LeaveRequest request;
    request.bssid = bss_->bssid;
    request.reason = reason;
    (void)wdev_.mlme()->deauthenticate(request);  // ENOTCONN: there is nothing to leave
}

void StationAgent::give_up(std::string_view why, std::uint16_t reason) {
    ++counters_.failures;
    record("agent/station-failed", why);
    const StationState before = std::exchange(state_, StationState::idle);
    if (before != StationState::idle && before != StationState::scanning) leave(reason);
    bss_.reset();
    sae_.reset();
    supplicant_.reset();
    if (!wdev_.running()) return timer_.cancel();
    const sim::Duration wait = first_back_off * (1U << std::min(attempts_++, most_doublings));
    // Those that failed together do not try again together.
    const auto jitter = sim::Duration(random_.below(static_cast<std::uint64_t>((wait / 4).count())));
    timer_ = world().queue().after(wait + jitter, [this] { scan(); });
}

}  // namespace mlosim::agent
