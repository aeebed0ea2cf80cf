#include "netlink/nl80211/command_table.h"

#include <array>
#include <vector>

#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

/// A command that the kernel has and this world not: a radio whose driver lacks the operation answers the same.
constexpr Command<Context>::Doit not_served = refuse<Context>;

/// A dump's refusal comes in its NLMSG_DONE.
Result<std::unique_ptr<Dump>> dump_not_served(Context&, const Request&, Reply&) {
    return failing_dump({EOPNOTSUPP, {}, {}});
}

/// Commands older than strict validation (GENL_DONT_VALIDATE_STRICT | GENL_DONT_VALIDATE_DUMP).
constexpr std::uint8_t old = lenient_request | unchecked_dump;

struct Row {
    std::uint8_t command;
    Command<Context>::Doit doit;
    Command<Context>::StartDump dump;
    Permission permission;
    std::uint8_t lenience;
    std::uint32_t needs;
};

// clang-format off
constexpr Row rows[] = {
    {NL80211_CMD_GET_WIPHY, get_wiphy, dump_wiphys, Permission::anyone, old, need_wiphy},
    {NL80211_CMD_SET_WIPHY, set_wiphy, nullptr, Permission::net_admin, old, need_nothing},
    {NL80211_CMD_GET_INTERFACE, get_interface, dump_interfaces, Permission::anyone, old, need_wdev},
    {NL80211_CMD_SET_INTERFACE, set_interface, nullptr, Permission::net_admin, old, need_wdev},
    {NL80211_CMD_NEW_INTERFACE, new_interface, nullptr, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_DEL_INTERFACE, del_interface, nullptr, Permission::net_admin, old, need_wdev},
    {NL80211_CMD_GET_KEY, get_key, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_SET_KEY, set_key, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_NEW_KEY, new_key, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_DEL_KEY, del_key, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_SET_BEACON, set_beacon, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_START_AP, start_ap, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_STOP_AP, stop_ap, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_GET_STATION, get_station, dump_stations, Permission::anyone, old, need_wdev},
    {NL80211_CMD_SET_STATION, set_station, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_NEW_STATION, new_station, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_DEL_STATION, del_station, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_GET_MPATH, not_served, dump_mesh_paths, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_GET_MPP, not_served, dump_mesh_paths, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_SET_MPATH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_NEW_MPATH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_DEL_MPATH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_SET_BSS, set_bss, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_GET_REG, get_regulatory, dump_regulatory, Permission::anyone, old, need_nothing},
    {NL80211_CMD_SET_REG, set_regulatory, nullptr, Permission::admin, old, need_nothing},
    {NL80211_CMD_REQ_SET_REG, request_regulatory, nullptr, Permission::admin, old, need_nothing},
    {NL80211_CMD_RELOAD_REGDB, reload_regulatory, nullptr, Permission::admin, old, need_nothing},
    {NL80211_CMD_GET_MESH_CONFIG, not_served, nullptr, Permission::anyone, old, need_netdev_up},
    {NL80211_CMD_SET_MESH_CONFIG, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_TRIGGER_SCAN, trigger_scan, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_ABORT_SCAN, abort_scan, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_GET_SCAN, nullptr, dump_scan, Permission::anyone, old, need_nothing},
    {NL80211_CMD_START_SCHED_SCAN, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_STOP_SCHED_SCAN, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_AUTHENTICATE, authenticate, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_ASSOCIATE, associate, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_DEAUTHENTICATE, deauthenticate, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_DISASSOCIATE, disassociate, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_JOIN_IBSS, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_LEAVE_IBSS, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_CONNECT, connect, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_UPDATE_CONNECT_PARAMS, not_served, nullptr, Permission::admin, old, need_netdev_up},
    {NL80211_CMD_DISCONNECT, disconnect, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_SET_WIPHY_NETNS, not_served, nullptr, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_GET_SURVEY, nullptr, dump_survey, Permission::anyone, old, need_nothing},
    {NL80211_CMD_SET_PMKSA, set_pmksa, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_DEL_PMKSA, del_pmksa, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_FLUSH_PMKSA, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_REMAIN_ON_CHANNEL, remain_on_channel, nullptr, Permission::net_admin, old, need_wdev_up | need_valid_link},
    {NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL, cancel_remain_on_channel, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_SET_TX_BITRATE_MASK, set_bitrate_mask, nullptr, Permission::net_admin, old, need_netdev | need_valid_link},
    {NL80211_CMD_REGISTER_FRAME, register_frame, nullptr, Permission::net_admin, old, need_wdev},
    {NL80211_CMD_FRAME, send_frame, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_FRAME_WAIT_CANCEL, cancel_frame_wait, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_SET_POWER_SAVE, set_power_save, nullptr, Permission::net_admin, old, need_netdev},
    {NL80211_CMD_GET_POWER_SAVE, get_power_save, nullptr, Permission::anyone, old, need_netdev},
    {NL80211_CMD_SET_CQM, set_connection_monitor, nullptr, Permission::net_admin, old, need_netdev},
    {NL80211_CMD_SET_CHANNEL, set_channel, nullptr, Permission::net_admin, old, need_netdev | need_valid_link},
    {NL80211_CMD_JOIN_MESH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_LEAVE_MESH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_JOIN_OCB, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_LEAVE_OCB, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_GET_WOWLAN, get_wowlan, nullptr, Permission::anyone, old, need_wiphy},
    {NL80211_CMD_SET_WOWLAN, set_wowlan, nullptr, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_SET_REKEY_OFFLOAD, set_rekey_offload, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_TDLS_MGMT, not_served, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_TDLS_OPER, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_UNEXPECTED_FRAME, register_unexpected_frames, nullptr, Permission::net_admin, old, need_netdev},
    {NL80211_CMD_PROBE_CLIENT, probe_client, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_REGISTER_BEACONS, register_beacons, nullptr, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_SET_NOACK_MAP, set_no_acknowledgement_map, nullptr, Permission::net_admin, old, need_netdev},
    {NL80211_CMD_START_P2P_DEVICE, start_p2p_device, nullptr, Permission::net_admin, old, need_wdev},
    {NL80211_CMD_STOP_P2P_DEVICE, stop_p2p_device, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_START_NAN, not_served, nullptr, Permission::admin, old, need_wdev},
    {NL80211_CMD_STOP_NAN, not_served, nullptr, Permission::admin, old, need_wdev_up},
    {NL80211_CMD_ADD_NAN_FUNCTION, not_served, nullptr, Permission::admin, old, need_wdev_up},
    {NL80211_CMD_DEL_NAN_FUNCTION, not_served, nullptr, Permission::admin, old, need_wdev_up},
    {NL80211_CMD_CHANGE_NAN_CONFIG, not_served, nullptr, Permission::admin, old, need_wdev_up},
    {NL80211_CMD_START_PD, not_served, nullptr, Permission::admin, strict_checks, need_wdev},
    {NL80211_CMD_STOP_PD, not_served, nullptr, Permission::admin, strict_checks, need_wdev_up},
    {NL80211_CMD_SET_MCAST_RATE, not_served, nullptr, Permission::net_admin, old, need_netdev},
    {NL80211_CMD_SET_MAC_ACL, set_mac_acl, nullptr, Permission::net_admin, old, need_netdev | refuse_mld},
    {NL80211_CMD_RADAR_DETECT, not_served, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_GET_PROTOCOL_FEATURES, get_protocol_features, nullptr, Permission::anyone, old, need_nothing},
    {NL80211_CMD_UPDATE_FT_IES, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_CRIT_PROTOCOL_START, not_served, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_CRIT_PROTOCOL_STOP, not_served, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_GET_COALESCE, not_served, nullptr, Permission::anyone, old, need_wiphy},
    {NL80211_CMD_SET_COALESCE, not_served, nullptr, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_CHANNEL_SWITCH, channel_switch, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_VENDOR, vendor_command, dump_not_served, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_SET_QOS_MAP, set_qos_map, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_ADD_TX_TS, not_served, nullptr, Permission::net_admin, old, need_netdev_up | refuse_mld},
    {NL80211_CMD_DEL_TX_TS, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_TDLS_CHANNEL_SWITCH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_TDLS_CANCEL_CHANNEL_SWITCH, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_SET_MULTICAST_TO_UNICAST, set_multicast_to_unicast, nullptr, Permission::net_admin, old, need_netdev},
    {NL80211_CMD_SET_PMK, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_DEL_PMK, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_EXTERNAL_AUTH, not_served, nullptr, Permission::admin, old, need_netdev_up},
    {NL80211_CMD_CONTROL_PORT_FRAME, send_control_port, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_GET_FTM_RESPONDER_STATS, not_served, nullptr, Permission::anyone, old, need_netdev | need_valid_link},
    {NL80211_CMD_PEER_MEASUREMENT_START, not_served, nullptr, Permission::net_admin, old, need_wdev_up},
    {NL80211_CMD_NOTIFY_RADAR, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_UPDATE_OWE_INFO, not_served, nullptr, Permission::admin, strict_checks, need_netdev_up},
    {NL80211_CMD_PROBE_MESH_LINK, not_served, nullptr, Permission::net_admin, strict_checks, need_netdev_up},
    {NL80211_CMD_SET_TID_CONFIG, not_served, nullptr, Permission::net_admin, strict_checks, need_netdev | need_valid_link},
    {NL80211_CMD_SET_SAR_SPECS, not_served, nullptr, Permission::net_admin, old, need_wiphy},
    {NL80211_CMD_COLOR_CHANGE_REQUEST, color_change, nullptr, Permission::net_admin, old, need_netdev_up | need_valid_link},
    {NL80211_CMD_SET_FILS_AAD, not_served, nullptr, Permission::net_admin, old, need_netdev_up},
    {NL80211_CMD_ADD_LINK, add_link, nullptr, Permission::net_admin, strict_checks, need_netdev_up},
    {NL80211_CMD_REMOVE_LINK, remove_link, nullptr, Permission::net_admin, strict_checks, need_netdev_up | need_valid_link},
    {NL80211_CMD_ADD_LINK_STA, add_link_station, nullptr, Permission::net_admin, strict_checks, need_netdev_up | need_valid_link},
    {NL80211_CMD_MODIFY_LINK_STA, modify_link_station, nullptr, Permission::net_admin, strict_checks, need_netdev_up | need_valid_link},
    {NL80211_CMD_REMOVE_LINK_STA, remove_link_station, nullptr, Permission::net_admin, strict_checks, need_netdev_up | need_valid_link},
    {NL80211_CMD_SET_HW_TIMESTAMP, not_served, nullptr, Permission::net_admin, strict_checks, need_netdev_up},
    {NL80211_CMD_SET_TID_TO_LINK_MAPPING, set_link_mapping, nullptr, Permission::net_admin, strict_checks, need_netdev_up},
    {NL80211_CMD_ASSOC_MLO_RECONF, reconfigure_links, nullptr, Permission::net_admin, strict_checks, need_netdev_up},
    {NL80211_CMD_EPCS_CFG, set_priority_access, nullptr, Permission::net_admin, strict_checks, need_netdev_up},
    {NL80211_CMD_NAN_SET_LOCAL_SCHED, not_served, nullptr, Permission::admin, strict_checks, need_wdev_up},
    {NL80211_CMD_NAN_SET_PEER_SCHED, not_served, nullptr, Permission::admin, strict_checks, need_wdev_up},
};
// clang-format on

std::vector<Command<Context>> make_table() {
    std::vector<Command<Context>> table;
    for (const Row& row : rows)
        table.push_back({.cmd = row.command,
                         .doit = row.doit,
                         .dump = row.dump,
                         .permission = row.permission,
                         .lenience = row.lenience,
                         .needs = row.needs});
    return table;
}

}  // namespace

std::vector<Command<Context>> command_table() {
    return make_table();
}

}  // namespace mlosim::netlink::nl80211
