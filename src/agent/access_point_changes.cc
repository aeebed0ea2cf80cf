// What changes in the BSSs of an access point: channels, colors, and the count by which stations know that something
// did.

#include <algorithm>

#include "agent/access_point.h"
#include "agent/change_elements.h"
#include "mld/ap_link.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

using ieee80211::Bytes;
using ieee80211::LinkId;

namespace {

/// A BSS Parameters Change Count of 255 means that nobody knows it.
constexpr unsigned counts = 255;

}  // namespace

/// 802.11be 35.3.10: each link counts its critical updates, and the beacons of all say until the next DTIM that one was
/// counted.
void AccessPoint::count_updates() {
    bool changed = false;
    for (Bss& bss : bsses_) {
        if (!bss.mld) continue;
        const LinkId link = bss.mld->link;
        Bytes now = critical_parameters(bss);
        now.push_back(removals_.contains(link) ? 1 : 0);
        now.push_back(rests_.contains(link) ? 1 : 0);
        const auto [at, fresh] = updates_.try_emplace(link);
        Update& update = at->second;
        if (!fresh && update.parameters != now) {
            update.count = static_cast<std::uint8_t>((update.count + 1U) % counts);
            changed = true;
        }
        update.parameters = std::move(now);
        bss.mld->change_count = update.count;
    }
    if (changed) {
        const unsigned beacons = settings_.dtim_period + 1U;
        critical_until_ = world().now() + beacons * settings_.beacon_interval * sim::time_unit;
        flag_ = world().queue().at(critical_until_, [this] { refresh(); });
    }
    for (Bss& bss : bsses_)
        bss.critical_update = bss.mld && world().now() < critical_until_;
}

std::optional<std::size_t> AccessPoint::place_of(std::optional<LinkId> link) const {
    if (settings_.mld != link.has_value()) return std::nullopt;
    if (!link) return 0;
    for (std::size_t i = 0; i < settings_.links.size(); ++i)
        if (settings_.links[i].id == *link && (removed_ & link->bit()) == 0) return i;
    return std::nullopt;
}

const Bss* AccessPoint::bss_at(std::size_t place) const {
    for (const Bss& bss : bsses_)
        if (!bss.mld || bss.mld->link == settings_.links[place].id) return &bss;
    return nullptr;
}

/// What its beacon says as things are now in places_.
mld::BeaconData AccessPoint::beacon_at(std::size_t place) {
    describe();
    return beacon(*bss_at(place));
}

void AccessPoint::tell_of_change(const char* event, const Bss& bss) {
    world().trace().record(world().now(), event,
                           {{"network", settings_.name},
                            {"bssid", bss.bssid.to_string()},
                            {"channel", bss.channel.to_string()},
                            {"color", std::uint64_t{bss.color}},
                            {"change_count", std::uint64_t{bss.mld ? bss.mld->change_count : 0U}}});
}

Result<void> AccessPoint::switch_channel(std::optional<LinkId> link, const phy::ChannelDefinition& to,
                                         std::uint8_t beacons, bool quiet) {
    const auto at = place_of(link);
    if (!running_ || !at) return fail(ENOENT, "there is no such link");
    if (link && removals_.contains(*link)) return fail(EBUSY, "the link is about to go");
    if (wdev_.wiphy().profile().band(to.band()) == nullptr) return fail(EINVAL, "the radio lacks that band");
    Place& place = places_[*at];
    if (place.switching || place.recoloring) return fail(EBUSY, "it changes already");

    const auto counted = std::pair(updates_, critical_until_);
    const Place before = place;
    mld::ChannelSwitch request;
    request.channel = to;
    request.count = beacons;
    request.block_tx = quiet;
    place.switching = PendingSwitch{to, beacons, quiet};
    request.beacon_during = beacon_at(*at);
    request.beacon_counter_offsets = switch_counters(request.beacon_during.tail);
    const auto during = updates_;
    place.switching.reset();
    place.channel = to;
    request.beacon_after = beacon_at(*at);
    place = before;
    updates_ = during;
    if (auto begun = wdev_.wiphy().switch_channel(wdev_, link, request); !begun) {
        std::tie(updates_, critical_until_) = counted;
        describe();
        return begun;
    }
    place.switching = PendingSwitch{to, beacons, quiet};
    announce();
    tell_of_change("agent/channel-switch", *bss_at(*at));
    return {};
}

Result<void> AccessPoint::change_color(std::optional<LinkId> link, std::uint8_t color, std::uint8_t beacons) {
    constexpr std::uint8_t most = 63;  // 802.11ax 9.4.2.249
    const auto at = place_of(link);
    if (!running_ || !at) return fail(ENOENT, "there is no such link");
    if (color == 0 || color > most) return fail(EINVAL, "colors are 1 to 63");
    Place& place = places_[*at];
    if (place.switching || place.recoloring) return fail(EBUSY, "it changes already");

    const auto counted = std::pair(updates_, critical_until_);
    const Place before = place;
    mld::ColorChange request;
    request.color = color;
    request.count = beacons;
    place.recoloring = PendingColor{color, beacons};
    request.beacon_during = beacon_at(*at);
    request.beacon_counter_offset = color_counter(request.beacon_during.tail).value_or(0);
    const auto during = updates_;
    place.recoloring.reset();
    place.color = color;
    request.beacon_after = beacon_at(*at);
    place = before;
    updates_ = during;
    if (auto begun = wdev_.wiphy().change_color(wdev_, link, request); !begun) {
        std::tie(updates_, critical_until_) = counted;
        describe();
        return begun;
    }
    place.recoloring = PendingColor{color, beacons};
    announce();
    tell_of_change("agent/color-change", *bss_at(*at));
    return {};
}

void AccessPoint::follow_changes() {
    if (!running_) return;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Bss* bss = bss_at(i);
        const mld::ApLink* ap = bss != nullptr ? ap_link(*bss) : nullptr;
        if (ap == nullptr) continue;
        Place& place = places_[i];
        const bool switched = ap->channel_switch() == nullptr && ap->settings().channel != place.channel;
        const bool recolored = ap->color_change() == nullptr && place.recoloring.has_value();
        if (!switched && !recolored) continue;
        if (switched) {
            replies_.clear();  // they were meant for the old channel
            place.channel = ap->settings().channel;
            place.switching.reset();
        }
        if (recolored) {
            place.color = place.recoloring->color;
            place.recoloring.reset();
        }
        describe();
        describe_probe_responses();
        tell_of_change(switched ? "agent/channel-switched" : "agent/color-changed", *bss_at(i));
    }
    refresh();
}

}  // namespace mlosim::agent
