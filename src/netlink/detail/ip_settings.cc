#include "netlink/detail/ip_settings.h"

#include <array>
#include <utility>

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <sys/socket.h>

namespace mlosim::netlink::detail {

namespace {

/// IPV4_DEVCONF_* without the unused 0.
using Ipv4Settings = std::array<std::int32_t, IPV4_DEVCONF_MAX>;
/// DEVCONF_* of Linux 7.2, which has some more than Debian 12's header.
using Ipv6Settings = std::array<std::int32_t, 60>;

/// The counters' number stands before them (IPSTATS_MIB_MAX, ICMP6_MIB_MAX).
constexpr std::size_t ipv6_counters = 38;
constexpr std::size_t icmpv6_counters = 7;

constexpr std::uint32_t ready = 0x80000000;  // IF_READY of net/if_inet6.h: what is up from the start
constexpr ifla_cacheinfo cache_info{.max_reasm_len = 65535, .tstamp = 0, .reachable_time = 30000, .retrans_time = 1000};

template <std::size_t Size>
constexpr std::array<std::int32_t, Size> settings(std::initializer_list<std::pair<unsigned, std::int32_t>> values,
                                                  unsigned first) {
    std::array<std::int32_t, Size> result{};
    for (const auto& [index, value] : values)
        result.at(index - first) = value;
    return result;
}

constexpr Ipv4Settings ipv4_defaults = settings<std::tuple_size_v<Ipv4Settings>>(
    {
        {IPV4_DEVCONF_ACCEPT_REDIRECTS, 1},
        {IPV4_DEVCONF_SECURE_REDIRECTS, 1},
        {IPV4_DEVCONF_SEND_REDIRECTS, 1},
        {IPV4_DEVCONF_SHARED_MEDIA, 1},
        {IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, 1},
        {IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL, 10000},
        {IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL, 1000},
        {IPV4_DEVCONF_ARP_EVICT_NOCARRIER, 1},
    },
    IPV4_DEVCONF_FORWARDING);

constexpr Ipv6Settings ipv6_defaults = settings<std::tuple_size_v<Ipv6Settings>>(
    {
        {DEVCONF_HOPLIMIT, 64},
        {DEVCONF_ACCEPT_RA, 1},
        {DEVCONF_ACCEPT_REDIRECTS, 1},
        {DEVCONF_AUTOCONF, 1},
        {DEVCONF_DAD_TRANSMITS, 1},
        {DEVCONF_RTR_SOLICITS, -1},
        {DEVCONF_RTR_SOLICIT_INTERVAL, 4000},
        {DEVCONF_RTR_SOLICIT_DELAY, 1000},
        {DEVCONF_TEMP_VALID_LFT, 172800},
        {DEVCONF_TEMP_PREFERED_LFT, 86400},
        {DEVCONF_REGEN_MAX_RETRY, 3},
        {DEVCONF_MAX_DESYNC_FACTOR, 600},
        {DEVCONF_MAX_ADDRESSES, 16},
        {DEVCONF_ACCEPT_RA_DEFRTR, 1},
        {DEVCONF_ACCEPT_RA_PINFO, 1},
        {DEVCONF_ACCEPT_RA_RTR_PREF, 1},
        {DEVCONF_RTR_PROBE_INTERVAL, 60000},
        {DEVCONF_ACCEPT_DAD, 1},
        {DEVCONF_MLDV1_UNSOLICITED_REPORT_INTERVAL, 10000},
        {DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL, 1000},
        {DEVCONF_SUPPRESS_FRAG_NDISC, 1},
        {DEVCONF_ACCEPT_RA_MTU, 1},
        {DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT, 1},
        {DEVCONF_RTR_SOLICIT_MAX_INTERVAL, 3600000},
        {DEVCONF_ENHANCED_DAD, 1},
        {DEVCONF_RA_DEFRTR_METRIC, 1024},
        {DEVCONF_IOAM6_ID, 65535},
        {DEVCONF_IOAM6_ID_WIDE, -1},
        {DEVCONF_NDISC_EVICT_NOCARRIER, 1},
    },
    DEVCONF_FORWARDING);

template <class Settings>
void put_settings(MessageBuilder& message, std::uint16_t type, const Settings& values) {
    message.put(type,
                std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(values[0])));
}

/// A counter array that has counted nothing.
void put_counters(MessageBuilder& message, std::uint16_t type, std::size_t number) {
    const auto room = message.reserve(type, number * sizeof(std::uint64_t));
    if (!room.empty()) room[0] = static_cast<std::uint8_t>(number);
}

void put_ipv4(MessageBuilder& message, bool loopback) {
    Ipv4Settings values = ipv4_defaults;
    if (loopback) {
        values[IPV4_DEVCONF_NOXFRM - IPV4_DEVCONF_FORWARDING] = 1;
        values[IPV4_DEVCONF_NOPOLICY - IPV4_DEVCONF_FORWARDING] = 1;
    }
    auto nest = message.nest_noflag(AF_INET);
    put_settings(message, IFLA_INET_CONF, values);
}

void put_ipv6(MessageBuilder& message, const mld::Netdev& netdev, bool loopback, bool with_statistics) {
    Ipv6Settings values = ipv6_defaults;
    values[DEVCONF_MTU6] = static_cast<std::int32_t>(netdev.mtu());
    if (loopback) {
        values[DEVCONF_USE_TEMPADDR] = -1;
        values[DEVCONF_ACCEPT_DAD] = -1;
    }
    auto nest = message.nest_noflag(AF_INET6);
    message.put_u32(IFLA_INET6_FLAGS, loopback ? ready : 0);
    message.put_struct(IFLA_INET6_CACHEINFO, cache_info);
    put_settings(message, IFLA_INET6_CONF, values);
    if (with_statistics) {
        put_counters(message, IFLA_INET6_STATS, ipv6_counters);
        put_counters(message, IFLA_INET6_ICMP6STATS, icmpv6_counters);
    }
    (void)message.reserve(IFLA_INET6_TOKEN, 16);
    message.put_u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_EUI64);
}

}  // namespace

void put_ip_settings(MessageBuilder& message, const mld::Netdev& netdev, bool with_statistics) {
    constexpr std::uint32_t least_ipv6_mtu = 1280;
    const bool loopback = netdev.type() == mld::LinkType::loopback;
    put_ipv4(message, loopback);
    if (netdev.mtu() >= least_ipv6_mtu) put_ipv6(message, netdev, loopback, with_statistics);
}

}  // namespace mlosim::netlink::detail
