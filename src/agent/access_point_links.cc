// Links of an AP MLD that go, or rest: what its beacons say of it beforehand, and what follows.

#include <algorithm>

#include "agent/access_point.h"
#include "ieee80211/reconfiguration_multi_link.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/usable_channel.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::LinkId;
using ieee80211::MacAddress;

constexpr std::uint16_t farewell_beacons = 10;
constexpr std::uint16_t reason_access_point_leaves = 3;  // 802.11-2020 Table 9-49

}  // namespace

std::uint16_t AccessPoint::active_links() const {
    std::uint16_t out = 0;
    for (const Bss& bss : bsses_)
        if (bss.mld) out = static_cast<std::uint16_t>(out | bss.mld->link.bit());
    return out;
}

Result<void> AccessPoint::check_other_links(LinkId link) const {
    if (!running_ || (active_links() & link.bit()) == 0) return fail(ENOENT, "there is no such link");
    std::uint16_t left = static_cast<std::uint16_t>(active_links() & ~link.bit());
    for (const auto& [going, beacons] : removals_)
        left = static_cast<std::uint16_t>(left & ~going.bit());
    for (const auto& [resting, times] : rests_)
        left = static_cast<std::uint16_t>(left & ~resting.bit());
    return left != 0 ? Result<void>{} : fail(EBUSY, "it is the last link");
}

// 802.11be 35.3.6.2.2
Result<void> AccessPoint::remove_link(LinkId link, std::uint16_t beacons) {
    if (auto possible = check_other_links(link); !possible) return possible;
    if (beacons == 0) return fail(EINVAL, "stations have to hear of it in a beacon");
    removals_[link] = beacons;
    announce();
    return {};
}

// 802.11be 35.3.7.2.3: advertised TID-to-link mapping
Result<void> AccessPoint::rest_link(LinkId link, sim::Duration duration) {
    if (auto possible = check_other_links(link); !possible) return possible;
    if (duration < sim::time_unit) return fail(EINVAL, "stations count in time units");
    if (rests_.contains(link)) return fail(EBUSY, "it rests already");
    const sim::Time from = world().now() + farewell_beacons * settings_.beacon_interval * sim::time_unit;
    rests_[link] = {from, from + duration};
    announce();
    return {};
}

/// The beacons tell how much is left, each anew.
void AccessPoint::announce() {
    refresh();
    const bool changes = std::any_of(places_.begin(), places_.end(), [](const Place& p) {
        return p.switching.has_value() || p.recoloring.has_value();
    });
    if (removals_.empty() && rests_.empty() && !changes) return;
    announcement_ = world().queue().after(settings_.beacon_interval * sim::time_unit, [this] { count_down(); });
}

void AccessPoint::count_down() {
    std::vector<LinkId> gone;
    for (auto& [link, beacons] : removals_)
        if (--beacons == 0) gone.push_back(link);
    for (const LinkId link : gone) {
        removals_.erase(link);
        drop_link(link);
    }
    for (Place& place : places_) {
        if (place.switching && place.switching->beacons > 1) --place.switching->beacons;
        if (place.recoloring && place.recoloring->beacons > 1) --place.recoloring->beacons;
    }
    std::erase_if(rests_, [&](const auto& rest) { return rest.second.until <= world().now(); });
    announce();
}

bool AccessPoint::rests(LinkId link) const {
    const auto at = rests_.find(link);
    return at != rests_.end() && at->second.from <= world().now() && world().now() < at->second.until;
}

/// A bit for each link that rests at that time.
std::uint16_t AccessPoint::resting_links(sim::Time at) const {
    std::uint16_t out = 0;
    for (const auto& [link, times] : rests_)
        if (times.from <= at && at < times.until) out = static_cast<std::uint16_t>(out | link.bit());
    return out;
}

/// When a link begins to rest, or ends it, next.
std::optional<sim::Time> AccessPoint::next_rest_change(sim::Time after) const {
    std::optional<sim::Time> out;
    for (const auto& [link, times] : rests_)
        for (const sim::Time change : {times.from, times.until})
            if (change > after) out = out ? std::min(*out, change) : change;
    return out;
}

/// One mapping from that time until the next change; nothing while no link rests.
void AccessPoint::append_mapping(ByteWriter& out, sim::Time from) const {
    const std::uint16_t resting = resting_links(from);
    const auto until = next_rest_change(from);
    if (resting == 0 || !until) return;
    ieee80211::TidToLinkMapping::LinkMasks masks;
    masks.fill(static_cast<std::uint16_t>(active_links() & ~resting));
    auto mapping = ieee80211::TidToLinkMapping::from(ieee80211::TidToLinkMapping::Direction::both, masks);
    if (!mapping) return;
    // All TSFs of this world are its time.
    if (from > world().now()) mapping->switch_time = static_cast<std::uint16_t>(from.since_start() / sim::time_unit);
    const auto left = std::max<std::int64_t>(1, (*until - from) / sim::time_unit);
    mapping->set_expected_duration(
        static_cast<std::uint32_t>(std::min<std::int64_t>(left, ieee80211::TidToLinkMapping::max_expected_duration)));
    mapping->append_to(out);
}

/// The elements that say so.
Bytes AccessPoint::announcements() const {
    Bytes out;
    ByteWriter w(out);
    if (!removals_.empty()) {
        ieee80211::ReconfigurationMultiLink element;
        for (const auto& [link, beacons] : removals_) {
            ieee80211::ReconfigurationPerStaProfile profile;
            profile.link = link;
            profile.ap_removal_timer = beacons;
            element.profiles.push_back(profile);
        }
        element.append_to(w);
    }
    // The mapping that is in force, and the one to come: 802.11be 35.3.7.2.3
    const sim::Time now = world().now();
    append_mapping(w, now);
    if (const auto next = next_rest_change(now)) append_mapping(w, *next);
    return out;
}

/// Stations with other links go on there; those without have no access point any more.
void AccessPoint::drop_link(LinkId link) {
    replies_.clear();  // they name links by their place
    mld::Stations& stations = wdev_.wiphy().stations();
    std::vector<MacAddress> on_it;
    for (const mld::Sta* sta : stations.of(wdev_))
        if (sta->link(link) != nullptr) on_it.push_back(sta->address());
    for (const MacAddress& station : on_it)
        if (!stations.remove_link(wdev_, station, link)) (void)send_away(station, reason_access_point_leaves);
    stations_.link_gone(link);
    if (gatekeeper_) gatekeeper_->link_gone(link);
    (void)wdev_.wiphy().stop_ap(wdev_, link);         // it beacons
    (void)wdev_.wiphy().remove_ap_link(wdev_, link);  // it is there
    removed_ = static_cast<std::uint16_t>(removed_ | link.bit());
    describe();
    describe_probe_responses();
    world().trace().record(world().now(), "agent/link-removed",
                           {{"network", settings_.name}, {"link", std::uint64_t{link.value()}}});
}

bool AccessPoint::is_allowed(const phy::ChannelDefinition& channel) const {
    using phy::ChannelFlag;
    const mld::BandChannels* band = wdev_.wiphy().band(channel.band());
    return band != nullptr && mld::usable_channel(wdev_.wiphy().profile(), channel, band->channels,
                                                  {ChannelFlag::disabled, ChannelFlag::radar, ChannelFlag::no_ir});
}

void AccessPoint::obey_regulation() {
    if (!running_ || !settings_.mld) return;
    for (std::size_t i = 0; i < settings_.links.size(); ++i) {
        const LinkSettings& link = settings_.links[i];
        const bool allowed = is_allowed(places_[i].channel);
        const std::uint16_t bit = link.id.bit();
        if (allowed && (forbidden_ & bit) != 0) {
            forbidden_ = static_cast<std::uint16_t>(forbidden_ & ~bit);
            if (removals_.erase(link.id) == 0) restore_link(link);
        } else if (!allowed && (removed_ & bit) == 0 && !removals_.contains(link.id)) {
            if (remove_link(link.id, farewell_beacons)) forbidden_ = static_cast<std::uint16_t>(forbidden_ | bit);
        }
    }
}

void AccessPoint::restore_link(const LinkSettings& link) {
    replies_.clear();  // they name links by their place
    removed_ = static_cast<std::uint16_t>(removed_ & ~link.id.bit());
    describe();
    const auto bss = std::find_if(bsses_.begin(), bsses_.end(), [&](const Bss& b) { return b.mld->link == link.id; });
    const bool begun = wdev_.wiphy().add_ap_link(wdev_, link.id, bss->bssid) && begin(*bss) &&
                       (!gatekeeper_ || gatekeeper_->link_came(link.id));
    if (!begun) {
        (void)wdev_.wiphy().remove_ap_link(wdev_, link.id);  // EINVAL: it could not even be added
        removed_ = static_cast<std::uint16_t>(removed_ | link.id.bit());
        describe();
    }
    describe_probe_responses();
    refresh();
    world().trace().record(world().now(), "agent/link-restored",
                           {{"network", settings_.name}, {"link", std::uint64_t{link.id.value()}}, {"beacons", begun}});
}

}  // namespace mlosim::agent
