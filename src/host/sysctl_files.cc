#include "host/sysctl_files.h"

#include <cerrno>
#include <span>

#include "host/kernel_numbers.h"

namespace mlosim::host {
namespace {

struct Variable {
    const char* name;
    std::int64_t initial;
    bool read_only = false;
};

// Names and values as a kernel 7.2 has them for a new mac80211_hwsim interface; nothing here acts on them.

constexpr Variable ipv4_conf[] = {
    {"accept_local", 0},
    {"accept_redirects", 1},
    {"accept_source_route", 1},
    {"arp_accept", 0},
    {"arp_announce", 0},
    {"arp_evict_nocarrier", 1},
    {"arp_filter", 0},
    {"arp_ignore", 0},
    {"arp_notify", 0},
    {"bc_forwarding", 0},
    {"bootp_relay", 0},
    {"disable_policy", 0},
    {"disable_xfrm", 0},
    {"drop_gratuitous_arp", 0},
    {"drop_unicast_in_l2_multicast", 0},
    {"force_igmp_version", 0},
    {"forwarding", 0},
    {"igmpv2_unsolicited_report_interval", 10000},
    {"igmpv3_unsolicited_report_interval", 1000},
    {"ignore_routes_with_linkdown", 0},
    {"log_martians", 0},
    {"mc_forwarding", 0, true},
    {"medium_id", 0},
    {"promote_secondaries", 0},
    {"proxy_arp", 0},
    {"proxy_arp_pvlan", 0},
    {"route_localnet", 0},
    {"rp_filter", 0},
    {"secure_redirects", 1},
    {"send_redirects", 1},
    {"shared_media", 1},
    {"src_valid_mark", 0},
    {"tag", 0},
};

constexpr Variable ipv4_neigh[] = {
    {"anycast_delay", 100},
    {"app_solicit", 0},
    {"base_reachable_time", 30},
    {"base_reachable_time_ms", 30000},
    {"delay_first_probe_time", 5},
    {"gc_stale_time", 60},
    {"interval_probe_time_ms", 5000},
    {"locktime", 100},
    {"mcast_resolicit", 0},
    {"mcast_solicit", 3},
    {"proxy_delay", 80},
    {"proxy_qlen", 64},
    {"retrans_time", 100},
    {"retrans_time_ms", 1000},
    {"ucast_solicit", 3},
    {"unres_qlen", 101},
    {"unres_qlen_bytes", 212992},
};

constexpr Variable ipv6_conf[] = {
    {"accept_dad", 1},
    {"accept_ra", 1},
    {"accept_ra_defrtr", 1},
    {"accept_ra_from_local", 0},
    {"accept_ra_min_hop_limit", 1},
    {"accept_ra_min_lft", 0},
    {"accept_ra_mtu", 1},
    {"accept_ra_pinfo", 1},
    {"accept_ra_rt_info_max_plen", 0},
    {"accept_ra_rt_info_min_plen", 0},
    {"accept_ra_rtr_pref", 1},
    {"accept_redirects", 1},
    {"accept_source_route", 0},
    {"accept_untracked_na", 0},
    {"addr_gen_mode", 0},
    {"autoconf", 1},
    {"dad_transmits", 1},
    {"disable_ipv6", 0},
    {"disable_policy", 0},
    {"drop_unicast_in_l2_multicast", 0},
    {"drop_unsolicited_na", 0},
    {"enhanced_dad", 1},
    {"force_forwarding", 0},
    {"force_mld_version", 0},
    {"force_tllao", 0},
    {"forwarding", 0},
    {"hop_limit", 64},
    {"ignore_routes_with_linkdown", 0},
    {"ioam6_enabled", 0},
    {"ioam6_id", 65535},
    {"ioam6_id_wide", 4294967295},
    {"keep_addr_on_down", 0},
    {"max_addresses", 16},
    {"max_desync_factor", 600},
    {"mc_forwarding", 0, true},
    {"mldv1_unsolicited_report_interval", 10000},
    {"mldv2_unsolicited_report_interval", 1000},
    {"mtu", 1500},
    {"ndisc_evict_nocarrier", 1},
    {"ndisc_notify", 0},
    {"ndisc_tclass", 0},
    {"optimistic_dad", 0},
    {"proxy_ndp", 0},
    {"ra_defrtr_metric", 1024},
    {"ra_honor_pio_life", 0},
    {"ra_honor_pio_pflag", 0},
    {"regen_max_retry", 3},
    {"regen_min_advance", 2},
    {"router_probe_interval", 60},
    {"router_solicitation_delay", 1},
    {"router_solicitation_interval", 4},
    {"router_solicitation_max_interval", 3600},
    {"router_solicitations", -1},
    {"rpl_seg_enabled", 0},
    {"seg6_enabled", 0},
    {"seg6_require_hmac", 0},
    {"suppress_frag_ndisc", 1},
    {"temp_prefered_lft", 86400},
    {"temp_valid_lft", 172800},
    {"use_oif_addrs_only", 0},
    {"use_optimistic", 0},
    {"use_tempaddr", 0},
};

constexpr Variable ipv6_neigh[] = {
    {"anycast_delay", 100},
    {"app_solicit", 0},
    {"base_reachable_time", 30},
    {"base_reachable_time_ms", 30000},
    {"delay_first_probe_time", 5},
    {"gc_stale_time", 60},
    {"interval_probe_time_ms", 5000},
    {"locktime", 0},
    {"mcast_resolicit", 0},
    {"mcast_solicit", 3},
    {"proxy_delay", 80},
    {"proxy_qlen", 64},
    {"retrans_time", 250},
    {"retrans_time_ms", 1000},
    {"ucast_solicit", 3},
    {"unres_qlen", 101},
    {"unres_qlen_bytes", 212992},
};

/// A device's directory. `place` tells the four directories' variables apart among the settings.
Node device_directory(NetdevSettings& settings, mld::IfIndex index, std::string_view place,
                      std::span<const Variable> variables) {
    NamedNodes files;
    for (const Variable& variable : variables) {
        const std::string key = std::string(place) + "/" + variable.name;
        const auto read = [&settings, index, key, initial = variable.initial]() -> Result<std::string> {
            return std::to_string(settings.get(index, key, initial)) + "\n";
        };
        const auto write = [&settings, index, key](std::string_view text) -> Result<void> {
            const auto number = parse_sysctl_int(text);
            if (!number) return fail(number.error());
            settings.set(index, key, *number);
            return {};
        };
        files.emplace_back(variable.name, variable.read_only ? file_node(0444, read) : file_node(0644, read, write));
    }
    return directory_node(std::move(files));
}

Node place_directory(mld::World& world, NetdevSettings& settings, std::string_view place,
                     std::span<const Variable> variables) {
    return directory_node(
        [&world] {
            std::vector<std::string> names;
            for (const auto& [index, netdev] : world.netdevs())
                names.push_back(netdev->name());
            return names;
        },
        [&world, &settings, place, variables](std::string_view name) -> std::optional<Node> {
            const mld::Netdev* netdev = world.find_netdev(name);
            if (netdev == nullptr) return std::nullopt;
            return device_directory(settings, netdev->index(), place, variables);
        },
        true);
}

}  // namespace

Node sysctl_directory(mld::World& world, NetdevSettings& settings) {
    return directory_node(
        {{"ipv4", directory_node({{"conf", place_directory(world, settings, "ipv4/conf", ipv4_conf)},
                                  {"neigh", place_directory(world, settings, "ipv4/neigh", ipv4_neigh)}},
                                 true)},
         {"ipv6", directory_node({{"conf", place_directory(world, settings, "ipv6/conf", ipv6_conf)},
                                  {"neigh", place_directory(world, settings, "ipv6/neigh", ipv6_neigh)}},
                                 true)}},
        true);
}

}  // namespace mlosim::host
