// Which links of a station MLD carry its frames: those that are active have their channels, the others wait.
// cf. net/mac80211/link.c

#include <algorithm>

#include "mld/data_path.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

void Wiphy::activate_links(Wdev& vif, std::uint16_t links) {
    if (vif.mlme() != nullptr) vif.mlme()->activate_links(links);
}

void Wiphy::connection_loss(Wdev& vif) {
    if (vif.mlme() != nullptr) vif.mlme()->connection_loss();
}

void Wiphy::disconnect(Wdev& vif, bool reconnect) {
    if (vif.mlme() != nullptr) vif.mlme()->disconnect_for_driver(reconnect);
}

// cf. ieee80211_set_active_links()
Result<void> Wiphy::set_active_links(Wdev& station, std::uint16_t links) {
    if (links == 0) return fail(EINVAL);
    const std::uint16_t before = station.active_links_;
    if (before == links) return {};
    if (!driver_->can_activate_links(station, links)) return fail(EINVAL);
    // What stays comes first: then there is always a link, and never more than the radio can have.
    const auto common = static_cast<std::uint16_t>(before & links);
    if (common != 0)
        if (auto fewer = switch_active_links(station, common); !fewer) return fewer;
    return switch_active_links(station, links);
}

/// What a link says of itself when it begins to carry frames. cf. _ieee80211_set_active_links()
constexpr LinkChanges of_new_link{LinkChange::protection,  LinkChange::slot_time, LinkChange::ht_operation,
                                  LinkChange::basic_rates, LinkChange::bssid,     LinkChange::queues,
                                  LinkChange::tx_power,    LinkChange::bandwidth, LinkChange::bss_color};

void Wiphy::change_peer_links(Wdev& station, std::uint16_t old_links, std::uint16_t new_links) {
    for (Sta* peer : stations_->of(station))
        (void)driver_->change_sta_links(station, *peer, old_links, new_links);
}

// cf. _ieee80211_set_active_links()
Result<void> Wiphy::switch_active_links(Wdev& station, std::uint16_t links) {
    if (!station.running()) return fail(ENETDOWN);
    if (station.type() != InterfaceType::station) return fail(EINVAL);
    if ((links & ~station.usable_links()) != 0) return fail(EINVAL);
    const std::uint16_t before = station.active_links_;
    if (before == links) return {};
    const auto added = static_cast<std::uint16_t>(links & ~before);
    const auto removed = static_cast<std::uint16_t>(before & ~links);
    if (added != 0)
        if (auto changed = driver_->change_vif_links(station, before, static_cast<std::uint16_t>(before | links));
            !changed)
            return changed;
    StationMlme* mlme = station.mlme();
    if (mlme != nullptr && removed != 0) {
        // First where it listens: the access point may never have heard of it there.
        mlme->say_awake(static_cast<std::uint16_t>(before & links), true);
        mlme->say_dozing(removed);
    }
    for (const auto& link : station.links())
        if ((removed & link->id().bit()) != 0) release_channel(*link);
    for (const auto& link : station.links())
        if ((added & link->id().bit()) != 0 && link->wanted_channel_) (void)tune_link(*link, *link->wanted_channel_);
    const auto both = static_cast<std::uint16_t>(before | links);
    station.active_links_ = both;
    if (added != 0) change_peer_links(station, before, both);
    data_path().switch_keys(station, removed, added);
    station.active_links_ = links;
    if (removed != 0) change_peer_links(station, both, links);
    for (const auto& link : station.links())
        if ((added & link->id().bit()) != 0) driver_->link_changed(*link, of_new_link);
    if (removed != 0) (void)driver_->change_vif_links(station, static_cast<std::uint16_t>(before | links), links);
    if (mlme != nullptr && added != 0) mlme->say_awake(added, removed != 0);
    world_.trace().record(world_.now(), "mld/active-links",
                          {{"wdev", station.id().value}, {"before", before}, {"after", links}});
    world_.tell([&](Events& e) { e.active_links_changed(station); });
    for (const auto& link : station.links())
        if (((added | removed) & link->id().bit()) != 0 && link->wdev_ != nullptr)
            link_event("mld/link-switched", *link->wdev_);
    return {};
}

}  // namespace mlosim::mld
