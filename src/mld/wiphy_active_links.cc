// Which links of a station MLD carry its frames: those that are active have their channels, the others wait.
// cf. net/mac80211/link.c

#include <algorithm>

#include "mld/data_path.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

void Wiphy::activate_links(Wdev& vif, std::uint16_t links) {
    if (vif.mlme() != nullptr) vif.mlme()->activate_links(links);
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
    station.active_links_ = links;
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
