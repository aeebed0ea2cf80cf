#pragma once

#include "mld/events.h"
#include "netlink/generic.h"
#include "netlink/nl80211/context.h"

namespace mlosim::netlink::nl80211 {

/// Tells the family's multicast groups what happens in the world, in the order in which it happens.
class Notifier final : public mld::Events {
public:
    Notifier(Context& context, FamilyHandle& family) : context_(context), family_(family) {}

    // cf. nl80211_notify_wiphy()
    void wiphy_added(mld::Wiphy& wiphy) override;
    void wiphy_changed(mld::Wiphy& wiphy) override;
    void wiphy_removed(mld::Wiphy& wiphy) override;
    // cf. nl80211_notify_iface()
    void interface_added(mld::Wdev& wdev) override;
    void interface_changed(mld::Wdev& wdev) override;
    void interface_removed(mld::Wdev& wdev) override;
    void link_registered(mld::Wdev& link) override;
    void link_removed(mld::Wdev& link) override;
    // cf. nl80211_send_scan_start(), nl80211_build_scan_msg()
    void scan_started(mld::Wdev& wdev, const mld::Scan& scan) override;
    void scan_finished(mld::Wdev& wdev, const mld::Scan& scan) override;
    // cf. nl80211_send_reg_change_event(), nl80211_send_beacon_hint_event()
    void regulatory_changed(const mld::RegulatoryRequest& request) override;
    void beacon_hint(mld::Wiphy& wiphy, const phy::RadioChannel& before, const phy::RadioChannel& after) override;

private:
    template <class Fill>
    void tell(Group group, std::uint8_t command, Fill&& fill, std::size_t limit = good_size) const;
    void tell_interface(std::uint8_t command, const mld::Wdev& wdev) const;

    Context& context_;
    FamilyHandle& family_;
};

}  // namespace mlosim::netlink::nl80211
