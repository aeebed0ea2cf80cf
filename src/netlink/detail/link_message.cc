#include "netlink/detail/link_message.h"

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "mld/bridge.h"
#include "mld/veth.h"
#include "mld/world.h"
#include "netlink/detail/bridge_message.h"
#include "netlink/detail/ip_settings.h"
#include "netlink/detail/link_attributes.h"

namespace mlosim::netlink::detail {

namespace {

/// Limits that an ordinary device has and none of ours changes (struct net_device's defaults; the loopback may pass
/// larger segments).
constexpr std::uint32_t max_segments = 65535;
constexpr std::uint32_t max_size = 65536;
constexpr std::uint32_t max_loopback_segment = 0x7fff8;
/// What mac80211 asks skbs to leave free on either side (IEEE80211_TX_HEADROOM …): frames become longer on their way
/// down.
constexpr std::uint16_t wireless_headroom = 56;
constexpr std::uint16_t wireless_tailroom = 18;

rtnl_link_stats64 statistics(const mld::NetdevCounters& counters) {
    rtnl_link_stats64 stats{};
    stats.rx_packets = counters.rx_packets;
    stats.tx_packets = counters.tx_packets;
    stats.rx_bytes = counters.rx_bytes;
    stats.tx_bytes = counters.tx_bytes;
    stats.rx_errors = counters.rx_errors;
    stats.tx_errors = counters.tx_errors;
    stats.rx_dropped = counters.rx_dropped;
    stats.tx_dropped = counters.tx_dropped;
    stats.multicast = counters.multicast;
    return stats;
}

/// The same numbers, cut to 32 bits. cf. copy_rtnl_link_stats()
rtnl_link_stats narrow(const rtnl_link_stats64& wide) {
    rtnl_link_stats stats{};
    stats.rx_packets = static_cast<std::uint32_t>(wide.rx_packets);
    stats.tx_packets = static_cast<std::uint32_t>(wide.tx_packets);
    stats.rx_bytes = static_cast<std::uint32_t>(wide.rx_bytes);
    stats.tx_bytes = static_cast<std::uint32_t>(wide.tx_bytes);
    stats.rx_errors = static_cast<std::uint32_t>(wide.rx_errors);
    stats.tx_errors = static_cast<std::uint32_t>(wide.tx_errors);
    stats.rx_dropped = static_cast<std::uint32_t>(wide.rx_dropped);
    stats.tx_dropped = static_cast<std::uint32_t>(wide.tx_dropped);
    stats.multicast = static_cast<std::uint32_t>(wide.multicast);
    return stats;
}

void put_state(MessageBuilder& message, const mld::Netdev& netdev) {
    const bool loopback = netdev.type() == mld::LinkType::loopback;
    const bool wireless = netdev.wdev() != nullptr;
    message.put_u32(IFLA_TXQLEN, netdev.tx_queue_length());
    message.put_u8(IFLA_OPERSTATE, static_cast<std::uint8_t>(netdev.is_up() ? netdev.operational_state()
                                                                            : mld::OperationalState::down));
    message.put_u8(IFLA_LINKMODE, static_cast<std::uint8_t>(netdev.link_mode()));
    message.put_u8(ifla_netns_immutable, loopback || wireless || netdev.kind() == "bridge" ? 1 : 0);
    message.put_u32(IFLA_MTU, netdev.mtu());
    message.put_u32(IFLA_MIN_MTU, netdev.min_mtu());
    message.put_u32(IFLA_MAX_MTU, netdev.max_mtu());
    message.put_u32(IFLA_GROUP, netdev.group());
    message.put_u32(IFLA_PROMISCUITY, netdev.promiscuity());
    message.put_u32(IFLA_ALLMULTI, netdev.all_multicast());
    message.put_u32(IFLA_NUM_TX_QUEUES, 1);
    message.put_u32(IFLA_GSO_MAX_SEGS, max_segments);
    message.put_u32(IFLA_GSO_MAX_SIZE, max_size);
    message.put_u32(IFLA_GRO_MAX_SIZE, max_size);
    message.put_u32(ifla_gso_ipv4_max_size, max_size);
    message.put_u32(ifla_gro_ipv4_max_size, max_size);
    message.put_u32(IFLA_TSO_MAX_SIZE, loopback ? max_loopback_segment : max_size);
    message.put_u32(IFLA_TSO_MAX_SEGS, max_segments);
    message.put_u32(ifla_max_pacing_offload_horizon, 0);
    message.put_u32(IFLA_NUM_RX_QUEUES, 1);
    message.put_u8(IFLA_CARRIER, netdev.carrier() ? 1 : 0);
    if (const mld::Bridge* master = netdev.world().bridges().master_of(netdev))
        message.put_u32(IFLA_MASTER, master->device().index().value);
    if (netdev.kind() == "veth") {
        const mld::Netdev* peer = netdev.world().veth_pairs().peer_of(netdev);
        message.put_u32(IFLA_LINK, peer == nullptr ? 0 : peer->index().value);
    }
    if (!netdev.alias().empty()) message.put_string(IFLA_IFALIAS, netdev.alias());
    message.put_u32(IFLA_CARRIER_CHANGES, netdev.carrier_up_count() + netdev.carrier_down_count());
    message.put_u32(IFLA_CARRIER_UP_COUNT, netdev.carrier_up_count());
    message.put_u32(IFLA_CARRIER_DOWN_COUNT, netdev.carrier_down_count());
    message.put_u16(ifla_headroom, wireless ? wireless_headroom : std::uint16_t{0});
    message.put_u16(ifla_tailroom, wireless ? wireless_tailroom : std::uint16_t{0});
    message.put_u8(IFLA_PROTO_DOWN, 0);
}

}  // namespace

void put_link(MessageBuilder& message, const mld::Netdev& netdev, const LinkMessageOptions& options) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_type = static_cast<std::uint16_t>(netdev.type());
    header.ifi_index = static_cast<int>(netdev.index().value);
    header.ifi_flags = netdev.flags().bits();
    header.ifi_change = options.change;
    message.put_header(header);
    message.put_string(IFLA_IFNAME, netdev.name());
    if ((options.ext_filter_mask & rtext_filter_name_only) != 0) return;

    put_state(message, netdev);
    message.put_mac(IFLA_ADDRESS, netdev.address());
    message.put_mac(IFLA_BROADCAST, netdev.broadcast_address());
    const bool with_statistics = (options.ext_filter_mask & RTEXT_FILTER_SKIP_STATS) == 0;
    if (with_statistics) {
        const rtnl_link_stats64 stats = statistics(netdev.counters());
        message.put_struct(IFLA_STATS64, stats);
        message.put_struct(IFLA_STATS, narrow(stats));
    }
    if (!netdev.parent_device().empty() && (options.ext_filter_mask & RTEXT_FILTER_VF) != 0)
        message.put_u32(IFLA_NUM_VF, 0);
    {
        auto xdp = message.nest_noflag(IFLA_XDP);
        message.put_u8(IFLA_XDP_ATTACHED, XDP_ATTACHED_NONE);
    }
    if (!netdev.permanent_address().is_zero()) message.put_mac(IFLA_PERM_ADDRESS, netdev.permanent_address());
    message.put_string(IFLA_QDISC, options.was_up && !options.leaving ? "noqueue" : "noop");
    put_link_info(message, netdev);
    {
        auto settings = message.nest_noflag(IFLA_AF_SPEC);
        if (!options.leaving) put_ip_settings(message, netdev, with_statistics);
    }
    message.put_struct(IFLA_MAP, rtnl_link_ifmap{});
    if (!netdev.parent_device().empty()) message.put_string(IFLA_PARENT_DEV_NAME, netdev.parent_device());
    { auto none = message.nest(ifla_devlink_port); }
    { auto none = message.nest(ifla_dpll_pin); }
}

}  // namespace mlosim::netlink::detail
