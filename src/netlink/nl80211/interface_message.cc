#include "netlink/nl80211/interface_message.h"

#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/txq_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

std::uint32_t type_number(InterfaceType type) {
    return type == InterfaceType::mlo_link ? rfc::iftype_mlo_link : static_cast<std::uint32_t>(type);
}

void put_channel_and_power(MessageBuilder& out, const mld::Wdev& wdev, ieee80211::LinkId link) {
    if (const auto channel = wdev.wiphy().channel_of(wdev, link)) put_channel_definition(out, *channel);
    if (const auto dbm = wdev.wiphy().tx_power(wdev, link))
        out.put_u32(NL80211_ATTR_WIPHY_TX_POWER_LEVEL, static_cast<std::uint32_t>(*dbm * 100));
}

void put_links(MessageBuilder& out, const mld::Wdev& wdev) {
    auto links = out.nest(NL80211_ATTR_MLO_LINKS);
    for (const auto& link : wdev.links()) {
        auto nest = out.nest(static_cast<std::uint16_t>(link->id().value() + 1));
        out.put_u8(NL80211_ATTR_MLO_LINK_ID, link->id().value());
        out.put_mac(NL80211_ATTR_MAC, link->address());
        put_channel_and_power(out, wdev, link->id());
    }
}

/// The identifiers of its link wdevs, each in a nest of its own, newest first. cf. the patch's nl80211_send_iface()
void put_link_wdevs(MessageBuilder& out, const mld::Wdev& wdev) {
    constexpr std::uint16_t link_info_wdev = 1;  // NL80211_MLO_LINK_INFO_ATTR_WDEV
    auto list = out.nest(rfc::attr_mlo_link_info);
    std::uint16_t number = 0;
    for (auto it = wdev.link_wdevs().rbegin(); it != wdev.link_wdevs().rend(); ++it) {
        auto nest = out.nest(number++);
        out.put_u64(link_info_wdev, (*it)->id().value);
    }
}

/// What a link wdev says of the link that it stands for, while it stands for one: which of the MLD's it is, its
/// address, peer and channel. Without a channel the link is not active.
void put_affiliated_link(MessageBuilder& out, const mld::Link& link) {
    out.put_mac(NL80211_ATTR_MAC, link.address());
    out.put_u8(NL80211_ATTR_MLO_LINK_ID, link.id().value());
    out.put_mac(NL80211_ATTR_BSSID, link.bssid());
    put_channel_and_power(out, link.vif(), link.id());
}

bool tells_ssid(InterfaceType type) {
    return type == InterfaceType::ap || type == InterfaceType::p2p_go || type == InterfaceType::station ||
           type == InterfaceType::p2p_client || type == InterfaceType::adhoc;
}

}  // namespace

void put_interface(MessageBuilder& out, const Context& context, const mld::Wdev& wdev) {
    if (const mld::Netdev* netdev = wdev.netdev()) {
        out.put_u32(NL80211_ATTR_IFINDEX, netdev->index().value);
        out.put_string(NL80211_ATTR_IFNAME, netdev->name());
    }
    out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    out.put_u32(NL80211_ATTR_IFTYPE, type_number(wdev.type()));
    out.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
    const mld::Link* affiliated = wdev.affiliated_link();
    if (affiliated == nullptr) out.put_mac(NL80211_ATTR_MAC, wdev.address());
    out.put_u32(NL80211_ATTR_GENERATION, context.world().interface_generation(wdev.wiphy()));
    out.put_u8(NL80211_ATTR_4ADDR, wdev.use_4addr() ? 1 : 0);
    out.put_u32(NL80211_ATTR_VIF_RADIO_MASK, wdev.radio_mask());
    if (affiliated != nullptr)
        put_affiliated_link(out, *affiliated);
    else if (!wdev.is_mld())
        put_channel_and_power(out, wdev, ieee80211::LinkId{});
    if (wdev.ssid() && tells_ssid(wdev.type()) && !wdev.ssid()->is_wildcard())
        out.put(NL80211_ATTR_SSID, wdev.ssid()->octets());
    if (context.shows_links()) put_link_wdevs(out, wdev);
    put_interface_txq_stats(out, wdev);
    if (wdev.is_mld()) put_links(out, wdev);
}

}  // namespace mlosim::netlink::nl80211
