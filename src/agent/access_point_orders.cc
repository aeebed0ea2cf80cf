// What an access point does because it is told to.

#include "agent/access_point_orders.h"

#include <algorithm>
#include <iterator>

#include "agent/access_point.h"
#include "agent/transition_request.h"
#include "mld/ap_link.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

using ieee80211::Bytes;
using ieee80211::MacAddress;

namespace {

/// dot11PHYType of the newest that a band's stations have, 802.11-2020 Annex C.
std::uint8_t phy_type(phy::Band band) {
    constexpr std::uint8_t ht = 7;
    constexpr std::uint8_t vht = 9;
    constexpr std::uint8_t he = 14;
    if (band == phy::Band::ghz6) return he;
    return band == phy::Band::ghz5 ? vht : ht;
}

}  // namespace

// ENOENT: no keys, or no such station or link.
Result<void> AccessPoint::obey(const AccessPointOrder& order) {
    return std::visit([this](const auto& what) { return carry_out(what); }, order);
}

Result<void> AccessPoint::carry_out(const RekeyOrder& order) {
    const bool done = order.station ? rekey_pairwise(*order.station) : rekey_group();
    return done ? Result<void>{} : fail(ENOENT, order.station ? "no such station has keys" : "no keys");
}

Result<void> AccessPoint::carry_out(const SendAwayOrder& order) {
    if (!order.station) {
        send_all_away(order.reason, order.disassociates);
        return {};
    }
    return send_away(*order.station, order.reason, order.disassociates) ? Result<void>{}
                                                                        : fail(ENOENT, "no such station");
}

Result<void> AccessPoint::carry_out(const RemoveLinkOrder& order) {
    return remove_link(order.link, order.beacons);
}

Result<void> AccessPoint::carry_out(const RestLinkOrder& order) {
    return rest_link(order.link, order.duration);
}

Result<void> AccessPoint::carry_out(const SwitchChannelOrder& order) {
    return switch_channel(order.link, order.channel, order.beacons, order.quiet);
}

Result<void> AccessPoint::carry_out(const ChangeColorOrder& order) {
    return change_color(order.link, order.color, order.beacons);
}

/// The BSSs of this world that a station could go to: those, or all others of the same name.
std::vector<TransitionCandidate> AccessPoint::candidates(const std::vector<MacAddress>& targets) const {
    std::vector<TransitionCandidate> out;
    for (const auto& [index, wiphy] : world().wiphys())
        for (const auto& [id, wdev] : wiphy->wdevs())
            for (const auto& link : wdev->links()) {
                const mld::ApLink* ap = link->ap();
                if (ap == nullptr || wdev.get() == &wdev_) continue;
                const auto wanted = std::find(targets.begin(), targets.end(), link->address());
                if (targets.empty() ? ap->settings().ssid != settings_.ssid : wanted == targets.end()) continue;
                const phy::ChannelDefinition& channel = ap->settings().channel;
                TransitionCandidate one;
                one.bssid = link->address();
                one.operating_class = channel.operating_class().value_or(0);
                one.channel = static_cast<std::uint8_t>(channel.control.number());
                one.phy_type = phy_type(channel.band());
                const auto rank = targets.empty() ? std::ptrdiff_t{0} : std::distance(targets.begin(), wanted);
                one.preference = static_cast<std::uint8_t>(255 - std::min<std::ptrdiff_t>(rank, 254));
                out.push_back(one);
            }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.preference > b.preference; });
    return out;
}

Result<void> AccessPoint::carry_out(const TransitionOrder& order) {
    if (!running_) return fail(ENOENT, "no such station");
    std::vector<MacAddress> asked;
    for (const MacAddress& station : order.station ? std::vector{stations_.identity(*order.station)} : stations_.all())
        if (const Stations::Station* known = stations_.find(station); known != nullptr && known->aid)
            asked.push_back(station);
    if (asked.empty() && order.station) return fail(ENOENT, "no such station");
    const std::vector<TransitionCandidate> where = candidates(order.targets);
    if (where.size() < order.targets.size()) return fail(EINVAL, "nobody beacons there");
    for (const MacAddress& station : asked) {
        if (++transition_token_ == 0) ++transition_token_;
        send_to(station, ieee80211::ManagementSubtype::action,
                transition_request(transition_token_, where, order.disassociates_after));
        world().trace().record(world().now(), "agent/transition-requested",
                               {{"network", settings_.name},
                                {"station", station.to_string()},
                                {"candidates", static_cast<std::uint64_t>(where.size())}});
        if (order.disassociates_after == 0) continue;
        constexpr std::uint16_t transition_over = 12;  // 802.11-2020 Table 9-49: BSS transition disassociation
        transitions_[station] =
            world().queue().after(order.disassociates_after * settings_.beacon_interval * sim::time_unit,
                                  [this, station] { (void)send_away(station, transition_over, true); });
    }
    return {};
}

void AccessPoint::transition_answered(const MacAddress& station, ieee80211::ByteView body) {
    ieee80211::ByteReader in(body);
    const std::uint8_t token = in.u8();
    const std::uint8_t status = in.u8();
    if (!in.ok()) return;
    world().trace().record(world().now(), "agent/transition-answered",
                           {{"network", settings_.name},
                            {"station", station.to_string()},
                            {"token", std::uint64_t{token}},
                            {"status", std::uint64_t{status}}});
}

}  // namespace mlosim::agent
