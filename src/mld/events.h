#pragma once

#include <cstdint>

#include "ieee80211/byte_io.h"
#include "mld/frame.h"
#include "mld/identifiers.h"
#include "mld/netdev.h"
#include "mld/regulatory_core.h"
#include "mld/scan.h"

namespace mlosim::mld {

class Wdev;
class Wiphy;
struct Radio;

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

    // rtnetlink
    /// RTM_NEWLINK of a new device.
    virtual void netdev_added(Netdev&) {}
    /// RTM_NEWLINK with ifi_change = `changed`.
    virtual void netdev_changed(Netdev&, NetdevCause, NetdevFlags /*changed*/) {}
    /// RTM_DELLINK.
    virtual void netdev_removed(Netdev&) {}

    /// A frame passed a network device: what packet sockets see, link header first (on monitors that is radiotap).
    virtual void frame_passed(Netdev&, FrameDirection, ieee80211::ByteView) {}

    // MAC80211_HWSIM "config"
    virtual void radio_added(Radio&) {}
    virtual void radio_removed(Radio&) {}
};

}  // namespace mlosim::mld
