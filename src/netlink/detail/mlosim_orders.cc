#include "netlink/detail/mlosim_orders.h"

#include <algorithm>
#include <vector>

#include "mld/netdev.h"
#include "mld/world.h"
#include "phy/channel.h"

namespace mlosim::netlink::detail {

namespace {

constexpr std::uint32_t default_beacons = 10;
constexpr std::uint16_t default_reason = 3;  // it is leaving; 802.11-2020 Table 9-49

/// Whose interface, and who takes orders.
struct Addressee {
    AgentOrders* orders;
    mld::WdevId wdev;
};

Result<Addressee> addressee(MlosimFamily& family, const Request& request, Reply& reply) {
    auto wdev = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!wdev) return fail(std::move(wdev.error()));
    if (family.orders() == nullptr) return fail(ENODEV, "nothing is built in here", request->at(MLOSIM_ATTR_WDEV));
    return Addressee{family.orders(), (*wdev)->id()};
}

std::optional<ieee80211::LinkId> link_of(const Request& request) {
    const auto number = request->u8(MLOSIM_ATTR_LINK_ID);
    return number ? ieee80211::LinkId::from(*number) : std::nullopt;
}

Result<void> missing(Reply& reply, std::uint32_t type) {
    reply.ack().missing_type = type;
    return fail(EINVAL);
}

Result<std::vector<ieee80211::MacAddress>> targets_of(const Request& request) {
    std::vector<ieee80211::MacAddress> out;
    if (!request->has(MLOSIM_ATTR_TARGETS)) return out;
    for (const Attribute& one : request->each(MLOSIM_ATTR_TARGETS)) {
        const auto address = one.mac();
        if (!address) return fail(EINVAL, "a target is no address", request->at(MLOSIM_ATTR_TARGETS));
        out.push_back(*address);
    }
    return out;
}

/// FREQ, WIDTH (20 MHz without) and where several channels are so wide, CENTER_FREQ1.
Result<phy::ChannelDefinition> channel_of(const Request& request) {
    const phy::Frequency frequency = phy::Frequency::khz(*request->u32(MLOSIM_ATTR_FREQ));
    const auto control = phy::find_channel(frequency);
    if (!control) return fail(EINVAL, "no such channel", request->at(MLOSIM_ATTR_FREQ));
    const auto width = phy::width_from_nl80211(request->u32(MLOSIM_ATTR_WIDTH).value_or(1));
    if (!width) return fail(EINVAL, "no such width", request->at(MLOSIM_ATTR_WIDTH));
    const auto center = request->u32(MLOSIM_ATTR_CENTER_FREQ1);
    for (const auto layout : {phy::Channelization320::first, phy::Channelization320::second}) {
        auto found = phy::ChannelDefinition::around(*control, *width, layout);
        if (!found || (center && found->center1 != phy::Frequency::khz(*center))) continue;
        found->punctured = static_cast<std::uint16_t>(request->u32(MLOSIM_ATTR_PUNCTURED).value_or(0));
        if (!found->valid()) return fail(EINVAL, "no such puncturing", request->at(MLOSIM_ATTR_PUNCTURED));
        return *found;
    }
    return fail(EINVAL, "no channel is so wide there", request->at(MLOSIM_ATTR_WIDTH));
}

}  // namespace

Result<mld::Wdev*> named_wdev(MlosimFamily& family, const Request& request, Reply& reply, std::uint16_t by) {
    mld::Wdev* wdev = nullptr;
    std::uint16_t at = by;
    if (auto id = request->u64(by)) {
        wdev = family.world().find_wdev(mld::WdevId{*id});
    } else if (auto index = request->u32(MLOSIM_ATTR_IFINDEX)) {
        const mld::Netdev* netdev = family.world().find_netdev(mld::IfIndex{*index});
        wdev = netdev != nullptr ? netdev->wdev() : nullptr;
        at = MLOSIM_ATTR_IFINDEX;
    } else {
        reply.ack().missing_type = by;
        return fail(EINVAL);
    }
    if (wdev == nullptr) return fail(ENODEV, "no such wdev", request->at(at));
    return wdev;
}

Result<void> rekey(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    return whom->orders->rekey(whom->wdev, request->mac(MLOSIM_ATTR_MAC));
}

Result<void> send_away(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    const auto reason = static_cast<std::uint16_t>(request->u32(MLOSIM_ATTR_REASON_CODE).value_or(default_reason));
    return whom->orders->send_away(whom->wdev, request->mac(MLOSIM_ATTR_MAC), reason,
                                   request->flag(MLOSIM_ATTR_DISASSOCIATE));
}

Result<void> remove_ap_link(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    const auto link = link_of(request);
    if (!link) return missing(reply, MLOSIM_ATTR_LINK_ID);
    return whom->orders->remove_link(
        whom->wdev, *link, static_cast<std::uint16_t>(request->u32(MLOSIM_ATTR_BEACONS).value_or(default_beacons)));
}

Result<void> rest_ap_link(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    const auto link = link_of(request);
    if (!link) return missing(reply, MLOSIM_ATTR_LINK_ID);
    const auto duration = request->u64(MLOSIM_ATTR_DURATION);
    if (!duration) return missing(reply, MLOSIM_ATTR_DURATION);
    return whom->orders->rest_link(whom->wdev, *link, sim::Duration(static_cast<std::int64_t>(*duration)));
}

/// Counts in beacons of one octet.
std::uint8_t countdown_of(const Request& request) {
    constexpr std::uint32_t most = 255;
    return static_cast<std::uint8_t>(std::min(request->u32(MLOSIM_ATTR_BEACONS).value_or(default_beacons), most));
}

Result<void> switch_channel(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    if (!request->has(MLOSIM_ATTR_FREQ)) return missing(reply, MLOSIM_ATTR_FREQ);
    const auto channel = channel_of(request);
    if (!channel) return fail(channel.error());
    return whom->orders->switch_channel(whom->wdev, link_of(request), *channel, countdown_of(request),
                                        request->flag(MLOSIM_ATTR_QUIET));
}

Result<void> change_color(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    const auto color = request->u32(MLOSIM_ATTR_COLOR);
    if (!color) return missing(reply, MLOSIM_ATTR_COLOR);
    return whom->orders->change_color(whom->wdev, link_of(request), static_cast<std::uint8_t>(*color),
                                      countdown_of(request));
}

Result<void> request_transition(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    auto targets = targets_of(request);
    if (!targets) return fail(targets.error());
    return whom->orders->request_transition(whom->wdev, request->mac(MLOSIM_ATTR_MAC), std::move(*targets),
                                            static_cast<std::uint16_t>(request->u32(MLOSIM_ATTR_BEACONS).value_or(0)));
}

Result<void> roam(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto whom = addressee(family, request, reply);
    if (!whom) return fail(whom.error());
    auto targets = targets_of(request);
    if (!targets) return fail(targets.error());
    return whom->orders->roam(whom->wdev, std::move(*targets));
}

}  // namespace mlosim::netlink::detail
