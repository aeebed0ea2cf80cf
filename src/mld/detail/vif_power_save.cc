#include "mld/detail/vif_power_save.h"

#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

namespace {

void set(Wdev& station, bool on) {
    if (station.vif_config.power_save == on) return;
    station.vif_config.power_save = on;
    station.wiphy().driver().vif_changed(station, VifChange::power_save);
}

}  // namespace

// cf. ieee80211_powersave_allowed()
void recalculate_power_save(Wdev& station) {
    const StationMlme* mlme = station.mlme();
    if (mlme == nullptr) return;
    const Connection* connection = mlme->connection();
    const Sta* ap = mlme->access_point();
    set(station,
        station.power_save() && connection != nullptr && connection->associated && ap != nullptr && ap->authorized());
}

void end_power_save(Wdev& station) {
    set(station, false);
}

}  // namespace mlosim::mld::detail
