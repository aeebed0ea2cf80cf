#pragma once

#include <map>

#include "ieee80211/frame_header.h"
#include "mld/detail/tx_path.h"
#include "sim/event_queue.h"

namespace mlosim::mld::detail {

/// A station's own power save, where the radio leaves it to the MAC: after a while without data it tells its access
/// point that it sleeps; its own data, and a beacon that announces traffic for it, wake it up.
/// cf. ieee80211_recalc_ps(), ieee80211_dynamic_ps_enable_work()
class DynamicPowerSave {
public:
    DynamicPowerSave(Wiphy& wiphy, TxPath& tx) : wiphy_(wiphy), tx_(tx) {}

    /// Data went out, or came in for this station alone. cf. ieee80211_tx_h_dynamic_ps()
    void busy(Wdev& wdev);
    /// A beacon of the access point.
    void beacon(Wdev& wdev, const ieee80211::FrameView& frame);
    void forget(const Wdev& wdev) { states_.erase(&wdev); }

private:
    struct State {
        bool asleep = false;
        sim::Timer idle;
    };
    [[nodiscard]] bool allowed(const Wdev& wdev) const;
    void arm(Wdev& wdev, State& state);
    void fall_asleep(Wdev& wdev);

    Wiphy& wiphy_;
    TxPath& tx_;
    std::map<const Wdev*, State> states_;  // found by interface, never walked
};

}  // namespace mlosim::mld::detail
