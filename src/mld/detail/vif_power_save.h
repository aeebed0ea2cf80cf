#pragma once

namespace mlosim::mld {
class Wdev;
}

namespace mlosim::mld::detail {

/// A station's radio may doze as soon as it is wanted and the access point knows the station; the driver is told of
/// each change. cf. ieee80211_recalc_ps_vif()
void recalculate_power_save(Wdev& station);
/// The connection is about to end.
void end_power_save(Wdev& station);

}  // namespace mlosim::mld::detail
