// An access point announces another BSS color, counts down and takes it. 802.11ax 26.17.3.5

#include "mld/ap_link.h"
#include "mld/events.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

// cf. nl80211_color_change(), ieee80211_color_change()
Result<void> Wiphy::change_color(Wdev& wdev, std::optional<ieee80211::LinkId> id, const ColorChange& request) {
    auto found = ap_link(wdev, id);
    if (!found) return fail(found.error());
    Link& link = **found;
    if (link.ap() == nullptr) return fail(EINVAL);
    const BeaconData& during = request.beacon_during;
    const auto stands_at = [&](const ieee80211::Bytes& in, std::size_t at) {
        return at < in.size() && in[at] == request.count;
    };
    if (!stands_at(during.tail, request.beacon_counter_offset)) return fail(EINVAL);
    if (request.probe_response_counter_offset &&
        !stands_at(during.probe_response, *request.probe_response_counter_offset))
        return fail(EINVAL);
    if (link.ap()->is_nontransmitted()) return fail(EINVAL);
    if (link.ap()->color_change() != nullptr || link.ap()->channel_switch() != nullptr) return fail(EBUSY);

    link.ap()->begin_color_change(request);
    world_.trace().record(world_.now(), "mld/color-change-started",
                          {{"wdev", wdev.id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"color", static_cast<std::uint32_t>(request.color)},
                           {"count", static_cast<std::uint32_t>(request.count)}});
    world_.tell([&](Events& e) { e.color_change_started(wdev, link, request.count); });
    // With one beacon or none to go, nothing is announced. cf. ieee80211_set_color_change_beacon()
    if (request.count <= 1) finish_color_change(link);
    return {};
}

// cf. ieee80211_color_change_finalize()
void Wiphy::finish_color_change(Link& link) {
    if (link.ap() == nullptr || link.ap()->color_change() == nullptr) return;
    const ColorChange request = link.ap()->end_color_change();
    link.ap()->change_beacon(request.beacon_after);
    if (auto& he = link.bss_config.he) {
        he->color = request.color;
        he->color_enabled = true;
    }
    driver_->link_changed(link, {LinkChange::beacon, LinkChange::bss_color});
    world_.trace().record(world_.now(), "mld/color-changed",
                          {{"wdev", link.vif().id().value},
                           {"link", static_cast<std::uint32_t>(link.id().value())},
                           {"color", static_cast<std::uint32_t>(request.color)}});
    world_.tell([&](Events& e) { e.color_changed(link.vif(), link); });
}

// A channel switch comes first. cf. ieee80211_color_change_abort()
void Wiphy::abort_color_change(Link& link) {
    if (link.ap()->color_change() == nullptr) return;
    link.ap()->change_beacon(link.ap()->end_color_change().beacon_after);
    world_.tell([&](Events& e) { e.color_change_aborted(link.vif(), link); });
}

}  // namespace mlosim::mld
