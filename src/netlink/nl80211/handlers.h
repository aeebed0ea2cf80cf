#pragma once

#include <memory>

#include "netlink/family.h"
#include "netlink/nl80211/context.h"

/// The commands that are served, one file for each group. What a command answers, and each errno, is the kernel's; the
/// function it follows is named where it is defined.
namespace mlosim::netlink::nl80211 {

using Doit = Result<void>(Context&, const Request&, Reply&);
using StartDump = Result<std::unique_ptr<Dump>>(Context&, const Request&, Reply&);

// wiphy_commands.cc, set_wiphy.cc
Doit get_protocol_features;
Doit get_wiphy;
StartDump dump_wiphys;
Doit set_wiphy;
Doit set_channel;

// interface_commands.cc
Doit get_interface;
StartDump dump_interfaces;
Doit new_interface;
Doit set_interface;
Doit del_interface;
Doit start_p2p_device;
Doit stop_p2p_device;

// regulatory_commands.cc
Doit get_regulatory;
StartDump dump_regulatory;
Doit request_regulatory;
Doit reload_regulatory;
Doit set_regulatory;

// scan_commands.cc
Doit trigger_scan;
Doit abort_scan;
StartDump dump_scan;

// frame_commands.cc
Doit register_frame;
Doit send_frame;
Doit cancel_frame_wait;
Doit remain_on_channel;
Doit cancel_remain_on_channel;
Doit register_unexpected_frames;
Doit register_beacons;
Doit probe_client;
Doit send_control_port;

// key_commands.cc
/// Whether the interface can have keys now. cf. nl80211_key_allowed()
[[nodiscard]] Result<void> keys_allowed(const mld::Wdev& wdev, const char* message = "");
Doit get_key;
Doit set_key;
Doit new_key;
Doit del_key;

// ap_commands.cc
Doit start_ap;
Doit set_beacon;
Doit stop_ap;
Doit set_bss;
Doit set_multicast_to_unicast;

// switch_commands.cc
Doit channel_switch;
Doit color_change;
/// The part of SET_WIPHY that is about an access point's queues.
Result<void> set_queue_parameters(mld::Wdev* wdev, const Request& request, ExtAck& ack);

// vendor_commands.cc
Doit vendor_command;

// transmit_commands.cc
Doit set_qos_map;
Doit set_no_acknowledgement_map;
Doit set_bitrate_mask;

// offload_commands.cc
Doit set_pmksa;
Doit del_pmksa;
Doit set_rekey_offload;
Doit set_wowlan;
Doit get_wowlan;
Doit set_mac_acl;

// station_commands.cc
Doit get_station;
StartDump dump_stations;
Doit new_station;
Doit set_station;
Doit del_station;
Doit add_link;
Doit remove_link;
Doit add_link_station;
Doit modify_link_station;
Doit remove_link_station;

// mlme_commands.cc
Doit authenticate;
Doit associate;
Doit deauthenticate;
Doit disassociate;
Doit connect;
Doit disconnect;
Doit set_connection_monitor;

// multi_link_commands.cc
Doit set_link_mapping;
Doit reconfigure_links;
Doit set_priority_access;

// link_commands.cc: what concerns a station's or an interface's links with others
StartDump dump_survey;
Doit get_power_save;
Doit set_power_save;
StartDump dump_mesh_paths;

}  // namespace mlosim::netlink::nl80211
