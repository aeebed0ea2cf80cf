#include "mld/detail/dynamic_power_save.h"

#include "ieee80211/management_frames.h"
#include "ieee80211/tim.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

constexpr std::chrono::milliseconds idle_time{100};  // conf.dynamic_ps_timeout

Sta* access_point_of(const Wdev& wdev) {
    return wdev.mlme() != nullptr ? wdev.mlme()->access_point() : nullptr;
}

}  // namespace

// cf. ieee80211_powersave_allowed(); an MLD's power save is its radio's business (SUPPORTS_DYNAMIC_PS)
bool DynamicPowerSave::allowed(const Wdev& wdev) const {
    if (!wdev.power_save() || wiphy_.profile().has(WiphyFlag::multi_link)) return false;
    const Sta* ap = access_point_of(wdev);
    if (ap == nullptr || !ap->authorized() || wdev.mlme()->connection() == nullptr) return false;
    // Only where it is alone on its radio.
    unsigned stations = 0;
    for (const auto& [id, other] : wiphy_.wdevs()) {
        if (!other->running()) continue;
        if (is_access_point(*other)) return false;
        if (other->type() == InterfaceType::station) ++stations;
    }
    return stations == 1;
}

void DynamicPowerSave::arm(Wdev& wdev, State& state) {
    state.idle = wiphy_.world().queue().after(idle_time, [this, &wdev] { fall_asleep(wdev); });
}

void DynamicPowerSave::busy(Wdev& wdev) {
    const auto found = states_.find(&wdev);
    if (found == states_.end()) return;
    found->second.asleep = false;
    arm(wdev, found->second);
}

void DynamicPowerSave::beacon(Wdev& wdev, const ieee80211::FrameView& frame) {
    if (!allowed(wdev)) {
        states_.erase(&wdev);
        return;
    }
    State& state = states_[&wdev];
    const auto body = ieee80211::BeaconBody::parse(frame.body());
    const auto element = body ? body->elements.find(ieee80211::element::tim) : std::nullopt;
    const auto tim =
        element ? ieee80211::TimView::parse(element->first_piece()) : Result<ieee80211::TimView>(fail(ENOENT));
    const auto aid = ieee80211::Aid::from(wdev.mlme()->connection()->aid);
    if (tim && aid && tim->traffic_for(*aid)) {
        Sta& ap = *access_point_of(wdev);
        tx_.send_null(wdev, ap, false, ap.flags.has(StaFlag::wme), {});
        state.asleep = false;
        arm(wdev, state);
    } else if (!state.asleep && !state.idle.pending()) {
        arm(wdev, state);
    }
}

// cf. ieee80211_dynamic_ps_enable_work()
void DynamicPowerSave::fall_asleep(Wdev& wdev) {
    if (!allowed(wdev)) return;
    State& state = states_[&wdev];
    if (wiphy_.scan() != nullptr) return arm(wdev, state);
    Sta& ap = *access_point_of(wdev);
    state.asleep = true;
    tx_.send_null(wdev, ap, true, ap.flags.has(StaFlag::wme), {});
}

}  // namespace mlosim::mld::detail
