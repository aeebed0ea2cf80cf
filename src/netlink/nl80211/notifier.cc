#include "netlink/nl80211/notifier.h"

#include "netlink/nl80211/interface_message.h"
#include "netlink/nl80211/regulatory_message.h"
#include "netlink/nl80211/scan_message.h"
#include "netlink/nl80211/wiphy_message.h"

namespace mlosim::netlink::nl80211 {

void Notifier::wiphy_added(mld::Wiphy& wiphy) {
    context_.set_channels_since(wiphy, context_.world().now());
    wiphy_changed(wiphy);
}

void Notifier::wiphy_changed(mld::Wiphy& wiphy) {
    tell(Group::config, NL80211_CMD_NEW_WIPHY, [&](MessageBuilder& out) {
        WiphyPosition whole;
        put_wiphy(out, context_, wiphy, whole);
    });
}

void Notifier::wiphy_removed(mld::Wiphy& wiphy) {
    tell(Group::config, NL80211_CMD_DEL_WIPHY, [&](MessageBuilder& out) { put_wiphy_name(out, context_, wiphy); });
    context_.forget(wiphy);
}

void Notifier::tell_interface(std::uint8_t command, const mld::Wdev& wdev) const {
    tell(Group::config, command, [&](MessageBuilder& out) { put_interface(out, context_, wdev); });
}

void Notifier::interface_added(mld::Wdev& wdev) {
    tell_interface(NL80211_CMD_NEW_INTERFACE, wdev);
}
void Notifier::interface_changed(mld::Wdev& wdev) {
    tell_interface(NL80211_CMD_SET_INTERFACE, wdev);
}
void Notifier::interface_removed(mld::Wdev& wdev) {
    tell_interface(NL80211_CMD_DEL_INTERFACE, wdev);
}

// The patch tells of a station's new link with SET_INTERFACE of the station, and of the end of any wdev with
// DEL_INTERFACE.
void Notifier::link_registered(mld::Wdev& link) {
    if (context_.shows_links() && link.mld_wdev() != nullptr)
        tell_interface(NL80211_CMD_SET_INTERFACE, *link.mld_wdev());
}
void Notifier::link_removed(mld::Wdev& link) {
    if (context_.shows_links()) tell_interface(NL80211_CMD_DEL_INTERFACE, link);
}

void Notifier::scan_started(mld::Wdev& wdev, const mld::Scan& scan) {
    tell(Group::scan, NL80211_CMD_TRIGGER_SCAN, [&](MessageBuilder& out) { put_scan(out, wdev, scan); });
}
void Notifier::scan_finished(mld::Wdev& wdev, const mld::Scan& scan) {
    tell(Group::scan, scan.aborted ? NL80211_CMD_SCAN_ABORTED : NL80211_CMD_NEW_SCAN_RESULTS,
         [&](MessageBuilder& out) { put_scan(out, wdev, scan); });
}

void Notifier::regulatory_changed(const mld::RegulatoryRequest& request) {
    for (const auto& [index, wiphy] : context_.world().wiphys())
        context_.set_channels_since(*wiphy, context_.world().now());
    tell(Group::regulatory, NL80211_CMD_REG_CHANGE,
         [&](MessageBuilder& out) { put_change(out, context_.world(), request); });
}
void Notifier::beacon_hint(mld::Wiphy& wiphy, const phy::RadioChannel& before, const phy::RadioChannel& after) {
    tell(Group::regulatory, NL80211_CMD_REG_BEACON_HINT, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_WIPHY, wiphy.index().value);
        {
            auto nest = out.nest_noflag(NL80211_ATTR_FREQ_BEFORE);
            put_channel(out, context_, wiphy, before, false);
        }
        auto nest = out.nest_noflag(NL80211_ATTR_FREQ_AFTER);
        put_channel(out, context_, wiphy, after, false);
    });
}

}  // namespace mlosim::netlink::nl80211
