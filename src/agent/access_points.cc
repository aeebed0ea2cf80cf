#include "agent/access_points.h"

#include <utility>

#include "agent/owner.h"
#include "mld/netdev.h"
#include "mld/wiphy.h"
#include "sim/invariant.h"

namespace mlosim::agent {

AccessPoints::AccessPoints(mld::World& world) : world_(world) {
    world_.subscribe(*this);
}

AccessPoints::~AccessPoints() {
    for (auto& [id, member] : members_)
        member.access_point->wdev().wiphy().unregister_frames(*member.access_point);
    world_.unsubscribe(*this);
}

AccessPoint& AccessPoints::add(mld::Wdev& wdev, NetworkSettings settings, SiteId site) {
    const auto [at, fresh] = members_.try_emplace(wdev.id());
    MLOSIM_INVARIANT(fresh, "an interface has one access point");
    at->second.site = site;
    const mld::WdevId id = wdev.id();
    at->second.access_point = std::make_unique<AccessPoint>(
        wdev, std::move(settings), transition_keys_, [this, site] { return six_ghz_at(site); },
        [this, id](const ieee80211::MacAddress& station) { joined(members_.at(id).access_point.get(), station); },
        [this](const std::string& network) -> const AccessPoint* { return find(std::string_view(network)); });
    return *at->second.access_point;
}

tl::expected<void, AccessPoint::StartError> AccessPoints::start(AccessPoint& access_point) {
    auto started = access_point.start();
    if (started) check_soon();
    return started;
}

AccessPoint* AccessPoints::find(const mld::Wdev& wdev) const {
    const auto at = members_.find(wdev.id());
    return at != members_.end() ? at->second.access_point.get() : nullptr;
}

AccessPoint* AccessPoints::find(std::string_view network) const {
    for (const auto& [id, member] : members_)
        if (member.access_point != nullptr && member.access_point->settings().name == network)
            return member.access_point.get();  // nullptr: it is being made, and looks for another
    return nullptr;
}

std::vector<const Bss*> AccessPoints::six_ghz_at(SiteId site) const {
    std::vector<const Bss*> out;
    for (const auto& [id, member] : members_) {
        if (member.site != site || !member.access_point->beacons()) continue;
        for (const Bss& bss : member.access_point->bsses())
            if (bss.band() == phy::Band::ghz6) out.push_back(&bss);
    }
    return out;
}

/// A network's access points know of each other whom they have: nobody is a station of two of them.
void AccessPoints::joined(const AccessPoint* at, const ieee80211::MacAddress& station) {
    for (auto& [id, member] : members_)
        if (member.access_point.get() != at && member.access_point->settings().ssid == at->settings().ssid)
            member.access_point->moved_away(station);
}

// An observer may not change the world from inside a call: what follows comes after it, within the same moment.
void AccessPoints::check_soon() {
    if (!check_.pending()) check_ = world_.queue().after({}, [this] { check(); });
}

/// Brings every access point to what the world is now.
void AccessPoints::check() {
    for (auto& [id, member] : members_) {
        AccessPoint& access_point = *member.access_point;
        const bool try_now = std::exchange(member.may_start, false);
        if (access_point.beacons()) {
            access_point.follow_changes();
            access_point.obey_regulation();
            continue;
        }
        const bool up = access_point.wdev().netdev()->is_up();
        access_point.stopped(up ? "channel" : "down");
        if (up && try_now) (void)access_point.start();  // it stays silent while its channels are forbidden
    }
    for (auto& [id, member] : members_)
        member.access_point->refresh();
}

void AccessPoints::control_port_received(mld::Wdev& wdev, mld::OwnerId owner, ieee80211::ByteView ethernet, bool,
                                         std::optional<ieee80211::LinkId>) {
    if (owner != owner_of(wdev.id())) return;
    if (AccessPoint* access_point = find(wdev)) access_point->control_port_frame(ethernet);
}

void AccessPoints::unexpected_frame(mld::Wdev& wdev, const ieee80211::MacAddress& sender, bool four_addresses,
                                    std::optional<ieee80211::LinkId> link) {
    if (four_addresses || wdev.unexpected_frame_owner() != owner_of(wdev.id())) return;
    if (AccessPoint* access_point = find(wdev)) access_point->class3_frame(sender, link);
}

void AccessPoints::client_probed(mld::Wdev& wdev, const ieee80211::MacAddress& station, std::uint64_t,
                                 bool acknowledged, std::optional<int>) {
    if (AccessPoint* access_point = find(wdev)) access_point->station_probed(station, acknowledged);
}

void AccessPoints::netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags changed) {
    if (netdev.wdev() == nullptr) return;
    const auto at = members_.find(netdev.wdev()->id());
    if (at == members_.end()) return;
    Member& member = at->second;
    const bool came_up = cause == mld::NetdevCause::flags && changed.has(mld::NetdevFlag::up) && netdev.is_up();
    if (came_up) member.may_start = true;
    if (came_up || member.access_point->running() != member.access_point->beacons()) check_soon();
}

void AccessPoints::interface_changed(mld::Wdev& wdev) {
    if (wdev.type() != mld::InterfaceType::ap) interface_removed(wdev);
}

void AccessPoints::interface_removed(mld::Wdev& wdev) {
    const auto at = members_.find(wdev.id());
    if (at == members_.end()) return;
    at->second.access_point->stopped("interface gone");
    members_.erase(at);
    check_soon();
}

void AccessPoints::channel_switched(mld::Wdev& wdev, const mld::Link&, const phy::ChannelDefinition&) {
    if (find(wdev) != nullptr) check_soon();
}

void AccessPoints::color_changed(mld::Wdev& wdev, const mld::Link&) {
    if (find(wdev) != nullptr) check_soon();
}

void AccessPoints::regulatory_changed(const mld::RegulatoryRequest&) {
    for (auto& [id, member] : members_)
        member.may_start = true;
    check_soon();
}

}  // namespace mlosim::agent
