#pragma once

#include <chrono>
#include <optional>
#include <utility>

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

    // mlme_notifier.cc
    // cf. nl80211_send_ap_started(), nl80211_send_ap_stopped()
    void access_point_started(mld::Wdev& wdev, const mld::Link& link) override;
    void access_point_stopped(mld::Wdev& wdev, const mld::Link& link) override;
    // cf. cfg80211_new_sta(), cfg80211_del_sta_sinfo()
    void station_added(mld::Sta& sta) override;
    void station_removed(mld::Sta& sta) override;
    // cf. nl80211_send_mlme_event(), nl80211_send_mlme_timeout()
    void mlme_frame(mld::Wdev& wdev, const mld::MlmeFrame& frame) override;
    void mlme_timed_out(mld::Wdev& wdev, mld::MlmeTimeout what, const ieee80211::MacAddress& ap) override;
    void association_comeback(mld::Wdev& wdev, const ieee80211::MacAddress& ap, std::uint32_t timeout_tu) override;
    // cf. nl80211_send_connect_result(), nl80211_send_roamed(), nl80211_send_port_authorized(),
    // nl80211_send_disconnected()
    void connected(mld::Wdev& wdev, const mld::ConnectResult& result) override;
    void roamed(mld::Wdev& wdev, const mld::ConnectResult& result) override;
    void port_authorized(mld::Wdev& wdev, const ieee80211::MacAddress& peer) override;
    void disconnected(mld::Wdev& wdev, const mld::DisconnectInfo& info) override;
    // cf. cfg80211_prepare_cqm(), cfg80211_conn_failed()
    void cqm_event(mld::Wdev& wdev, const mld::CqmEvent& event) override;
    void connection_failed(mld::Wdev& wdev, const ieee80211::MacAddress& station, std::uint32_t reason) override;
    // cf. nl80211_ch_switch_notify()
    void channel_switch_started(mld::Wdev& wdev, const mld::Link& link, const phy::ChannelDefinition& channel,
                                std::uint8_t count, bool quiet) override;
    void channel_switched(mld::Wdev& wdev, const mld::Link& link, const phy::ChannelDefinition& channel) override;
    // cf. cfg80211_bss_color_notify()
    void color_change_started(mld::Wdev& wdev, const mld::Link& link, std::uint8_t count) override;
    void color_changed(mld::Wdev& wdev, const mld::Link& link) override;
    void color_change_aborted(mld::Wdev& wdev, const mld::Link& link) override;
    // cf. cfg80211_links_removed(), cfg80211_epcs_changed()
    void links_removed(mld::Wdev& wdev, std::uint16_t links) override;
    void epcs_changed(mld::Wdev& wdev, bool enabled) override;

    // frame_notifier.cc
    // cf. nl80211_send_remain_on_chan_event()
    void remain_on_channel_started(mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel,
                                   std::chrono::milliseconds duration) override;
    void remain_on_channel_ended(mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel) override;
    void frame_wait_ended(mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel) override;
    // cf. nl80211_frame_tx_status()
    void frame_sent(mld::Wdev& wdev, std::uint64_t cookie, ieee80211::ByteView frame, bool acknowledged) override;
    void control_port_sent(mld::Wdev& wdev, std::uint64_t cookie, ieee80211::ByteView frame,
                           bool acknowledged) override;
    // To one port. cf. __nl80211_rx_control_port(), __nl80211_unexpected_frame(), cfg80211_report_obss_beacon_khz()
    void control_port_received(mld::Wdev& wdev, mld::OwnerId owner, ieee80211::ByteView ethernet, bool unencrypted,
                               std::optional<ieee80211::LinkId> link) override;
    void unexpected_frame(mld::Wdev& wdev, const ieee80211::MacAddress& sender, bool four_addresses,
                          std::optional<ieee80211::LinkId> link) override;
    void beacon_heard(mld::Wiphy& wiphy, ieee80211::ByteView frame, const mld::RxStatus& status) override;
    // cf. cfg80211_probe_status()
    void client_probed(mld::Wdev& wdev, const ieee80211::MacAddress& station, std::uint64_t cookie, bool acknowledged,
                       std::optional<int> ack_signal_dbm) override;
    // cf. cfg80211_sta_opmode_change_notify()
    void station_mode_changed(mld::Wdev& wdev, const ieee80211::MacAddress& station,
                              const mld::StationModeChange& change) override;
    // cf. nl80211_send_sched_scan()
    void scheduled_scan_started(mld::Wdev& wdev, std::uint64_t id) override;
    void scheduled_scan_results(mld::Wiphy& wiphy, std::uint64_t id) override;
    void scheduled_scan_stopped(mld::Wdev& wdev, std::uint64_t id) override;

private:
    template <class Fill>
    void tell(Group group, std::uint8_t command, Fill&& fill, std::size_t limit = good_size) const {
        const auto number = static_cast<std::uint32_t>(group);
        if (!family_.has_listeners(number)) return;
        MessageBuilder message = family_.message(command, limit);
        fill(message);
        family_.notify(number, message);
    }
    void tell_interface(std::uint8_t command, const mld::Wdev& wdev) const;
    void tell_stay(std::uint8_t command, const mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel,
                   std::optional<std::chrono::milliseconds> duration) const;
    void tell_status(std::uint8_t command, const mld::Wdev& wdev, std::uint64_t cookie, ieee80211::ByteView frame,
                     bool acknowledged) const;
    void tell_color(std::uint8_t command, mld::Wdev& wdev, const mld::Link& link, std::optional<std::uint8_t> count);
    void tell_switch(std::uint8_t command, const mld::Wdev& wdev, const mld::Link& link,
                     const phy::ChannelDefinition& channel, std::optional<std::uint8_t> count, bool quiet) const;

    Context& context_;
    FamilyHandle& family_;
};

}  // namespace mlosim::netlink::nl80211
