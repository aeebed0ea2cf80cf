// An access point announces another channel, counts down and goes there.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/events.h"
#include "mld/scanner.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

// cf. nl80211_parse_counter_offsets()
bool counters_fit(const std::vector<std::uint16_t>& offsets, const ieee80211::Bytes& in, std::uint8_t count,
                  std::size_t max) {
    return offsets.size() <= max && std::all_of(offsets.begin(), offsets.end(),
                                                [&](std::uint16_t at) { return at < in.size() && in[at] == count; });
}

bool shares_channel(const Link& link, const Link& other) {
    return &link != &other && other.channel() && phy::compatible(*link.channel(), *other.channel()).has_value();
}

}  // namespace

// cf. nl80211_channel_switch(), __ieee80211_channel_switch()
Result<void> Wiphy::switch_channel(Wdev& wdev, std::optional<ieee80211::LinkId> id, const ChannelSwitch& request) {
    if (!profile_->has(WiphyFlag::channel_switch)) return fail(EOPNOTSUPP);
    auto found = ap_link(wdev, id);
    if (!found) return fail(found.error());
    Link& link = **found;
    if (link.ap() == nullptr) return fail(ENOTCONN);
    const std::size_t max_counters = profile_->max_csa_counters;
    if (!counters_fit(request.beacon_counter_offsets, request.beacon_during.tail, request.count, max_counters) ||
        !counters_fit(request.probe_response_counter_offsets, request.beacon_during.probe_response, request.count,
                      max_counters))
        return fail(EINVAL);
    if (!can_beacon(request.channel)) return fail(EINVAL);
    if (scanner_->current() != nullptr || link.ap()->channel_switch() != nullptr) return fail(EBUSY);
    if (!may_reserve(link, request.channel)) return fail(EBUSY);

    abort_color_change(link);
    link.ap()->begin_channel_switch(request);
    if (request.block_tx) wdev.transmit_blocked_ = true;
    world_.trace().record(world_.now(), "mld/channel-switch-started",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"channel", request.channel.to_string()},
                           {"count", static_cast<std::uint32_t>(request.count)}});
    world_.tell(
        [&](Events& e) { e.channel_switch_started(wdev, link, request.channel, request.count, request.block_tx); });
    // With one beacon or none to go, nothing is announced.
    if (request.count <= 1) countdown_ended(link);
    return {};
}

/// There is room for the channel beside what others use; or all others on the link's own channel come along.
/// cf. ieee80211_link_reserve_chanctx()
bool Wiphy::may_reserve(const Link& link, const phy::ChannelDefinition& channel) const {
    if (check_combinations(link.vif(), link.vif().type(), &channel)) return true;
    for (const auto& [id, wdev] : wdevs_) {
        for (const auto& other : wdev->links()) {
            if (!shares_channel(link, *other) || other->ap() == nullptr) continue;
            const ChannelSwitch* theirs = other->ap()->channel_switch();
            if (theirs != nullptr && !phy::compatible(theirs->channel, channel)) return false;
        }
    }
    return true;
}

// cf. ieee80211_csa_finalize(), ieee80211_link_use_reserved_context()
void Wiphy::countdown_ended(Link& link) {
    ApLink& ap = *link.ap();
    ap.set_ready_to_switch();
    if (check_combinations(link.vif(), link.vif().type(), &ap.channel_switch()->channel)) {
        finish_channel_switch(link);
        return;
    }
    // The radio has no channel to spare: whoever is on this one goes at the same time, when the last is ready.
    std::vector<Link*> all{&link};
    for (const auto& [id, wdev] : wdevs_)
        for (const auto& other : wdev->links())
            if (shares_channel(link, *other)) all.push_back(other.get());
    const bool ready = std::all_of(all.begin(), all.end(),
                                   [](const Link* l) { return l->ap() != nullptr && l->ap()->is_ready_to_switch(); });
    if (!ready) return;
    std::sort(all.begin(), all.end(), [](const Link* a, const Link* b) { return a->vif().id() < b->vif().id(); });
    for (Link* each : all)
        finish_channel_switch(*each);
}

// cf. __ieee80211_csa_finalize()
void Wiphy::finish_channel_switch(Link& link) {
    Wdev& wdev = link.vif();
    const ChannelSwitch request = link.ap()->end_channel_switch();
    if (auto moved = tune_link(link, request.channel); !moved) {
        // cf. cfg80211_stop_link()
        stop_ap_link(link);
        world_.tell([&](Events& e) { e.access_point_stopped(wdev, link); });
        return;
    }
    link.ap()->set_channel(request.channel);
    link.ap()->change_beacon(request.beacon_after);
    driver_->link_changed(link, {LinkChange::beacon, LinkChange::bandwidth});
    wdev.transmit_blocked_ = false;
    world_.trace().record(world_.now(), "mld/channel-switched",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"channel", request.channel.to_string()}});
    world_.tell([&](Events& e) { e.channel_switched(wdev, link, request.channel); });
    data_path_->transmit_again(wdev);
}

}  // namespace mlosim::mld
