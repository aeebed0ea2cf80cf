#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ieee80211/byte_io.h"
#include "mld/frame.h"
#include "mld/identifiers.h"
#include "mld/mlme.h"
#include "mld/netdev.h"
#include "mld/regulatory_core.h"
#include "mld/scan.h"

namespace mlosim::mld {

class Link;
class Sta;
class Wdev;
class Wiphy;
struct BridgeEntry;
struct ChannelSwitch;
struct Radio;
struct StationModeChange;

/// What happens in a world, in the order in which a kernel would tell it. Observers may read the world but must not
/// change it from inside a call; those that are told of a removal see the object for the last time.
class Events {
public:
    virtual ~Events() = default;

    // nl80211 "config"
    /// NEW_WIPHY: registered, or renamed.
    virtual void wiphy_added(Wiphy&) {}
    virtual void wiphy_changed(Wiphy&) {}
    /// DEL_WIPHY.
    virtual void wiphy_removed(Wiphy&) {}
    /// NEW_INTERFACE, SET_INTERFACE, DEL_INTERFACE. Link wdevs are not told here.
    virtual void interface_added(Wdev&) {}
    virtual void interface_changed(Wdev&) {}
    virtual void interface_removed(Wdev&) {}

    /// A link wdev was registered (SET_INTERFACE of its MLD follows in the rfc dialect), ended, started or stopped, or
    /// stands for another link now.
    virtual void link_registered(Wdev& /*link*/) {}
    virtual void link_removed(Wdev& /*link*/) {}
    virtual void link_changed(Wdev& /*link*/) {}
    /// Other links of a station MLD carry its frames now.
    virtual void active_links_changed(Wdev& /*station*/) {}

    // nl80211 "scan"
    /// TRIGGER_SCAN.
    virtual void scan_started(Wdev&, const Scan&) {}
    /// NEW_SCAN_RESULTS, or SCAN_ABORTED (scan.aborted).
    virtual void scan_finished(Wdev&, const Scan&) {}

    // nl80211 "regulatory"
    /// REG_CHANGE. (WIPHY_REG_CHANGE is for radios that manage themselves; there are none.)
    virtual void regulatory_changed(const RegulatoryRequest&) {}
    /// REG_BEACON_HINT.
    virtual void beacon_hint(Wiphy&, const phy::RadioChannel& /*before*/, const phy::RadioChannel& /*after*/) {}

    // nl80211 "mlme"
    /// START_AP, STOP_AP (the latter where no program asked for it).
    virtual void access_point_started(Wdev&, const Link&) {}
    virtual void access_point_stopped(Wdev&, const Link&) {}
    /// NEW_STATION, DEL_STATION.
    virtual void station_added(Sta&) {}
    virtual void station_removed(Sta&) {}
    /// AUTHENTICATE, ASSOCIATE, DEAUTHENTICATE, DISASSOCIATE and those of frames that should have been protected.
    virtual void station_mode_changed(Wdev&, const ieee80211::MacAddress& /*station*/, const StationModeChange&) {}

    virtual void mlme_frame(Wdev&, const MlmeFrame&) {}
    /// AUTHENTICATE or ASSOCIATE with TIMED_OUT.
    virtual void mlme_timed_out(Wdev&, MlmeTimeout, const ieee80211::MacAddress& /*ap*/) {}
    /// ASSOC_COMEBACK: the access point wants to be asked again after so many TU.
    virtual void association_comeback(Wdev&, const ieee80211::MacAddress& /*ap*/, std::uint32_t /*timeout_tu*/) {}
    /// CONNECT, ROAM, PORT_AUTHORIZED, DISCONNECT.
    virtual void connected(Wdev&, const ConnectResult&) {}
    virtual void roamed(Wdev&, const ConnectResult&) {}
    virtual void port_authorized(Wdev&, const ieee80211::MacAddress& /*peer*/) {}
    virtual void disconnected(Wdev&, const DisconnectInfo&) {}
    /// NOTIFY_CQM.
    virtual void cqm_event(Wdev&, const CqmEvent&) {}
    /// CONN_FAILED (enum nl80211_connect_failed_reason).
    virtual void connection_failed(Wdev&, const ieee80211::MacAddress& /*station*/, std::uint32_t /*reason*/) {}
    /// REMAIN_ON_CHANNEL, CANCEL_REMAIN_ON_CHANNEL.
    virtual void remain_on_channel_started(Wdev&, std::uint64_t /*cookie*/, const phy::Channel&,
                                           std::chrono::milliseconds) {}
    virtual void remain_on_channel_ended(Wdev&, std::uint64_t /*cookie*/, const phy::Channel&) {}
    /// FRAME_WAIT_CANCEL: the wait after a frame is over.
    virtual void frame_wait_ended(Wdev&, std::uint64_t /*cookie*/, const phy::Channel&) {}
    /// FRAME_TX_STATUS, CONTROL_PORT_FRAME_TX_STATUS.
    virtual void frame_sent(Wdev&, std::uint64_t /*cookie*/, ieee80211::ByteView, bool /*acknowledged*/) {}
    virtual void control_port_sent(Wdev&, std::uint64_t /*cookie*/, ieee80211::ByteView, bool /*acknowledged*/) {}
    /// CONTROL_PORT_FRAME to the owner of the connection or access point: an Ethernet frame.
    virtual void control_port_received(Wdev&, OwnerId, ieee80211::ByteView /*ethernet*/, bool /*unencrypted*/,
                                       std::optional<ieee80211::LinkId>) {}
    /// UNEXPECTED_FRAME, UNEXPECTED_4ADDR_FRAME to whoever asked for them (Wdev::unexpected_frame_owner()).
    virtual void unexpected_frame(Wdev&, const ieee80211::MacAddress& /*sender*/, bool /*four_addresses*/,
                                  std::optional<ieee80211::LinkId>) {}
    /// PROBE_CLIENT: what became of the question.
    virtual void client_probed(Wdev&, const ieee80211::MacAddress& /*station*/, std::uint64_t /*cookie*/,
                               bool /*acknowledged*/, std::optional<int> /*ack_signal_dbm*/) {}
    /// CH_SWITCH_STARTED_NOTIFY, CH_SWITCH_NOTIFY.
    virtual void channel_switch_started(Wdev&, const Link&, const phy::ChannelDefinition&, std::uint8_t /*count*/,
                                        bool /*quiet*/) {}
    virtual void channel_switched(Wdev&, const Link&, const phy::ChannelDefinition&) {}
    /// COLOR_CHANGE_STARTED, COLOR_CHANGE_COMPLETED, COLOR_CHANGE_ABORTED.
    virtual void color_change_started(Wdev&, const Link&, std::uint8_t /*count*/) {}
    virtual void color_changed(Wdev&, const Link&) {}
    virtual void color_change_aborted(Wdev&, const Link&) {}
    /// LINKS_REMOVED: a station MLD has these links no longer.
    virtual void links_removed(Wdev&, std::uint16_t /*links*/) {}
    /// EPCS_CFG.
    virtual void epcs_changed(Wdev&, bool /*enabled*/) {}
    /// FRAME to those that registered for beacons of the wiphy (REGISTER_BEACONS).
    virtual void beacon_heard(Wiphy&, ieee80211::ByteView, const RxStatus&) {}
    /// START_SCHED_SCAN, SCHED_SCAN_RESULTS, SCHED_SCAN_STOPPED.
    virtual void scheduled_scan_started(Wdev&, std::uint64_t /*id*/) {}
    virtual void scheduled_scan_results(Wiphy&, std::uint64_t /*id*/) {}
    virtual void scheduled_scan_stopped(Wdev&, std::uint64_t /*id*/) {}

    // rtnetlink
    /// RTM_NEWLINK of a new device.
    virtual void netdev_added(Netdev&) {}
    /// RTM_NEWLINK with ifi_change = `changed`.
    virtual void netdev_changed(Netdev&, NetdevCause, NetdevFlags /*changed*/) {}
    /// RTM_DELLINK.
    virtual void netdev_removed(Netdev&) {}

    // rtnetlink of bridges
    /// RTM_NEWLINK and RTM_DELLINK of the family AF_BRIDGE.
    virtual void bridge_port_changed(Netdev& /*bridge*/, Netdev& /*port*/, bool /*removed*/) {}
    /// RTM_NEWNEIGH, RTM_DELNEIGH.
    virtual void bridge_entry_changed(Netdev& /*bridge*/, const ieee80211::MacAddress&, const BridgeEntry&,
                                      bool /*removed*/) {}

    /// A frame passed a network device: what packet sockets see, link header first (on monitors that is radiotap).
    virtual void frame_passed(Netdev&, FrameDirection, ieee80211::ByteView) {}

    // MAC80211_HWSIM "config"
    virtual void radio_added(Radio&) {}
    virtual void radio_removed(Radio&) {}
};

}  // namespace mlosim::mld
