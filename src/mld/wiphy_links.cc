// Link wdevs: one for each link of a station MLD or AP MLD, without a netdev of its own.

#include <algorithm>
#include <utility>

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

Result<Wdev*> Wiphy::register_sta_mlo_link(Wdev& sta, const LinkWdevSpec& spec) {
    if (spec.type != InterfaceType::mlo_link) return fail(EINVAL, "a link wdev is of type MLO_LINK");
    if (sta.type() != InterfaceType::station) return fail(EINVAL, "link wdevs belong to stations");
    if (&sta.wiphy() != this) return fail(EINVAL, "a link wdev is of its station's wiphy");
    if (!sta.registered()) return fail(ENODEV);
    if (sta.running()) return fail(EBUSY, "link wdevs are registered before their station is up");
    auto link = std::make_unique<Wdev>(*this, ++last_link_wdev_, spec.type, spec.address.value_or(sta.address()));
    link->band_ = spec.band;
    return &register_link(std::move(link), sta);
}

Wdev& Wiphy::register_link(std::unique_ptr<Wdev> owned, Wdev& mld) {
    Wdev& link = *owned;
    link.mld_wdev_ = &mld;
    link.radio_mask_ = mld.radio_mask();
    mld.link_wdevs_.push_back(&link);
    link_wdevs_.emplace(link.id().local(), std::move(owned));
    ++link_generation_;
    link.registered_ = true;
    world_.trace().record(world_.now(), "mld/link-registered",
                          {{"wdev", link.id().value},
                           {"mld", mld.id().value},
                           {"address", link.address().to_string()},
                           {"band", link.band() ? phy::to_string(*link.band()) : std::string_view{}}});
    world_.tell([&](Events& e) { e.link_registered(link); });
    return link;
}

void Wiphy::unregister_link(Wdev& link) {
    stop_link(link);
    Wdev& mld = *link.mld_wdev_;
    if (Link* affiliated = link.affiliated_link()) affiliated->wdev_ = nullptr;
    world_.trace().record(world_.now(), "mld/link-removed", {{"wdev", link.id().value}, {"mld", mld.id().value}});
    world_.tell([&](Events& e) { e.link_removed(link); });
    std::erase(mld.link_wdevs_, &link);
    link.registered_ = false;
    ++link_generation_;
    link_wdevs_.erase(link.id().local());
}

Result<void> Wiphy::unregister_mlo_link(Wdev& link) {
    if (!link.is_link() || &link.wiphy() != this) return fail(EINVAL);
    if (link.affiliated_link() != nullptr) return fail(EBUSY, "the link is in use");
    unregister_link(link);
    return {};
}

// cf. cfg80211_start_mlo_link(), cfg80211_stop_mlo_link() of the RFC: twice is once
void Wiphy::start_link(Wdev& link) {
    if (link.running_) return;
    link.running_ = true;
    ++open_count_;
    link_event("mld/link-started", link);
}

void Wiphy::stop_link(Wdev& link) {
    if (!link.running_) return;
    link.running_ = false;
    --open_count_;
    link_event("mld/link-stopped", link);
}

void Wiphy::link_event(const char* what, Wdev& link) {
    world_.trace().record(world_.now(), what, {{"wdev", link.id().value}, {"mld", link.mld_wdev_->id().value}});
    world_.tell([&](Events& e) { e.link_changed(link); });
}

void Wiphy::register_station_links(Wdev& station) {
    if (!profile_->has(WiphyFlag::multi_link)) return;
    for (phy::Band band : driver_->station_link_bands(station)) {
        LinkWdevSpec spec;
        spec.band = band;
        const auto link = register_sta_mlo_link(station, spec);
        MLOSIM_INVARIANT(link.has_value(), "a station that does not run yet takes link wdevs");
    }
}

// cf. nl80211_add_link(), ieee80211_add_intf_link()
Result<Link*> Wiphy::add_ap_link(Wdev& ap, ieee80211::LinkId id, const ieee80211::MacAddress& address) {
    if (!profile_->has(WiphyFlag::multi_link)) return fail(EINVAL);
    if (ap.type() != InterfaceType::ap) return fail(EINVAL);
    if (!address.is_valid_individual()) return fail(EINVAL);
    if (ap.valid_links() & id.bit()) return fail(EINVAL);
    if (!ap.is_mld() && ap.default_link().ap() != nullptr) return fail(EINVAL);  // it beacons as an AP without links

    const std::uint16_t before = ap.valid_links_;
    if (before == 0) ap.links_.clear();
    auto owned = std::make_unique<Link>(ap, id, address);
    Link& link = *owned;
    link.bssid_ = address;
    const auto place = std::find_if(ap.links_.begin(), ap.links_.end(), [&](const auto& l) { return id < l->id(); });
    ap.links_.insert(place, std::move(owned));
    ap.valid_links_ = ap.active_links_ = static_cast<std::uint16_t>(before | id.bit());
    if (auto changed = driver_->change_vif_links(ap, before, ap.valid_links_); !changed) {
        drop_link(ap, id);
        return fail(changed.error());
    }

    auto wdev = std::make_unique<Wdev>(*this, ++last_link_wdev_, InterfaceType::mlo_link, address);
    wdev->affiliated_link_id_ = id;
    link.wdev_ = wdev.get();
    Wdev& registered = register_link(std::move(wdev), ap);
    if (ap.running()) start_link(registered);
    return &link;
}

// cf. nl80211_remove_link(), cfg80211_remove_link()
Result<void> Wiphy::remove_ap_link(Wdev& ap, ieee80211::LinkId id) {
    if (ap.type() != InterfaceType::ap || (ap.valid_links() & id.bit()) == 0) return fail(EINVAL);
    Link& link = *ap.link(id);
    if (link.ap() != nullptr) stop_ap_link(link);
    release_channel(link);
    if (link.wdev_ != nullptr) {
        link.wdev_->affiliated_link_id_.reset();
        unregister_link(*std::exchange(link.wdev_, nullptr));
    }
    const std::uint16_t before = ap.valid_links_;
    const auto changed = driver_->change_vif_links(ap, before, static_cast<std::uint16_t>(before & ~id.bit()));
    MLOSIM_INVARIANT(changed.has_value(), "a driver lets go of a link");
    drop_link(ap, id);
    return {};
}

void Wiphy::drop_link(Wdev& ap, ieee80211::LinkId id) {
    std::erase_if(ap.links_, [&](const auto& l) { return l->id() == id; });
    ap.valid_links_ = ap.active_links_ = static_cast<std::uint16_t>(ap.valid_links_ & ~id.bit());
    if (ap.valid_links_ == 0) reset_links(ap);
}

Result<void> Wiphy::set_station_links(Wdev& station, const std::vector<StationLink>& wanted) {
    const std::uint16_t before = station.valid_links_;
    std::uint16_t after = 0;
    for (const StationLink& link : wanted)
        after = static_cast<std::uint16_t>(after | link.id.bit());
    if (before == after) return {};
    // cf. ieee80211_set_vif_links_bitmaps(): the first link is active at once, those that come later when they are
    // switched to
    const std::uint16_t active_before = station.active_links_;
    const auto still_active = static_cast<std::uint16_t>(active_before & after);
    const std::uint16_t active = still_active != 0 ? still_active : static_cast<std::uint16_t>(after & (0U - after));
    std::vector<std::unique_ptr<Link>> next;
    for (const StationLink& link : wanted) {
        const auto kept = std::find_if(station.links_.begin(), station.links_.end(), [&](const auto& l) {
            return before != 0 && l != nullptr && l->id() == link.id;
        });
        next.push_back(kept != station.links_.end() ? std::move(*kept)
                                                    : std::make_unique<Link>(station, link.id, link.address));
    }
    std::erase(station.links_, nullptr);
    if (next.empty()) next.push_back(std::make_unique<Link>(station, ieee80211::LinkId{}, station.address()));
    const auto by_id = [](const auto& a, const auto& b) { return a->id() < b->id(); };
    std::sort(next.begin(), next.end(), by_id);
    std::vector<std::unique_ptr<Link>> gone = std::exchange(station.links_, std::move(next));
    station.valid_links_ = after;
    station.active_links_ = active;
    // The driver finds the links as they will be. cf. ieee80211_vif_update_links()
    if (active != active_before) {
        if (auto changed = driver_->change_vif_links(station, active_before, active); !changed) {
            for (auto& link : station.links_)
                if (before != 0 && (before & link->id().bit()) != 0) gone.push_back(std::move(link));
            std::sort(gone.begin(), gone.end(), by_id);
            station.links_ = std::move(gone);
            station.valid_links_ = before;
            station.active_links_ = active_before;
            return changed;
        }
    }
    for (const auto& link : gone) {
        data_path().forget_link(*link);
        release_channel(*link);
        if (link->wdev_ == nullptr) continue;
        link->wdev_->affiliated_link_id_.reset();
        link_event("mld/link-free", *link->wdev_);
    }
    station.dormant_links_ = static_cast<std::uint16_t>(station.dormant_links_ & after);
    station.suspended_links_ = static_cast<std::uint16_t>(station.suspended_links_ & after);
    if (after == 0) station.link_mapping_.reset();
    world_.trace().record(world_.now(), "mld/valid-links",
                          {{"wdev", station.id().value}, {"before", before}, {"after", after}});
    return {};
}

void Wiphy::affiliate(Link& link) {
    if (link.wdev_ != nullptr || !link.wanted_channel()) return;
    for (Wdev* wdev : link.vif().link_wdevs()) {
        if (wdev->affiliated_link_id_ || (wdev->band() && *wdev->band() != link.wanted_channel()->band())) continue;
        wdev->affiliated_link_id_ = link.id();
        link.wdev_ = wdev;
        link_event("mld/link-affiliated", *wdev);
        return;
    }
}

}  // namespace mlosim::mld
