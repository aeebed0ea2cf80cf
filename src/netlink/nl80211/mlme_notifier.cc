// What happens to connections, told to the group "mlme".

#include "mld/sta.h"
#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/notifier.h"
#include "netlink/nl80211/station_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

constexpr std::size_t besides = 128;  // wiphy, interface and other small attributes beside frames and elements

void put_wiphy_and_netdev(MessageBuilder& out, const mld::Wdev& wdev) {
    out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
}

void put_access_point(MessageBuilder& out, const mld::Wdev& wdev, const mld::Link& link, bool with_ssid) {
    put_wiphy_and_netdev(out, wdev);
    out.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
    if (with_ssid && wdev.ssid() && !wdev.ssid()->is_wildcard()) out.put(NL80211_ATTR_SSID, wdev.ssid()->octets());
    if (wdev.is_mld()) out.put_u8(NL80211_ATTR_MLO_LINK_ID, link.id().value());
}

std::uint8_t command_for(mld::MlmeFrameKind kind) {
    using mld::MlmeFrameKind;
    switch (kind) {
        case MlmeFrameKind::authentication:
            return NL80211_CMD_AUTHENTICATE;
        case MlmeFrameKind::association_response:
            return NL80211_CMD_ASSOCIATE;
        case MlmeFrameKind::deauthentication:
            return NL80211_CMD_DEAUTHENTICATE;
        case MlmeFrameKind::disassociation:
            return NL80211_CMD_DISASSOCIATE;
        case MlmeFrameKind::unprotected_deauthentication:
            return NL80211_CMD_UNPROT_DEAUTHENTICATE;
        case MlmeFrameKind::unprotected_disassociation:
            return NL80211_CMD_UNPROT_DISASSOCIATE;
        case MlmeFrameKind::unprotected_beacon:
            return NL80211_CMD_UNPROT_BEACON;
        case MlmeFrameKind::link_reconfiguration:
            return NL80211_CMD_ASSOC_MLO_RECONF;
    }
    return NL80211_CMD_UNSPEC;
}

/// The address that a connection is known by: the AP MLD's, or the access point's.
void put_connected_address(MessageBuilder& out, const mld::ConnectResult& result) {
    if (const auto& address = result.ap_mld_addr ? result.ap_mld_addr : result.bssid)
        out.put_mac(NL80211_ATTR_MAC, *address);
}

void put_elements(MessageBuilder& out, const mld::ConnectResult& result) {
    if (!result.request_elements.empty()) out.put(NL80211_ATTR_REQ_IE, result.request_elements);
    if (!result.response_elements.empty()) out.put(NL80211_ATTR_RESP_IE, result.response_elements);
}

void put_links(MessageBuilder& out, const mld::ConnectResult& result, bool with_status) {
    if (!result.ap_mld_addr || result.links.empty()) return;
    auto list = out.nest(NL80211_ATTR_MLO_LINKS);
    std::uint16_t number = 1;
    for (const auto& link : result.links) {
        auto nest = out.nest(number++);
        out.put_u8(NL80211_ATTR_MLO_LINK_ID, link.link.value());
        out.put_mac(NL80211_ATTR_BSSID, link.bssid);
        out.put_mac(NL80211_ATTR_MAC, link.address);
        if (with_status) out.put_u16(NL80211_ATTR_STATUS_CODE, link.status);
    }
}

std::size_t room_for(const mld::ConnectResult& result) {
    constexpr std::size_t for_each_link = 40;
    return 2 * besides + result.request_elements.size() + result.response_elements.size() +
           result.links.size() * for_each_link;
}

}  // namespace

void Notifier::access_point_started(mld::Wdev& wdev, const mld::Link& link) {
    if (wdev.netdev() == nullptr) return;
    tell(Group::mlme, NL80211_CMD_START_AP, [&](MessageBuilder& out) { put_access_point(out, wdev, link, true); });
}
void Notifier::access_point_stopped(mld::Wdev& wdev, const mld::Link& link) {
    if (wdev.netdev() == nullptr) return;
    tell(Group::mlme, NL80211_CMD_STOP_AP, [&](MessageBuilder& out) { put_access_point(out, wdev, link, false); });
}

void Notifier::station_added(mld::Sta& sta) {
    tell(Group::mlme, NL80211_CMD_NEW_STATION, [&](MessageBuilder& out) { put_new_station(out, sta); });
}
void Notifier::station_removed(mld::Sta& sta) {
    tell(Group::mlme, NL80211_CMD_DEL_STATION,
         [&](MessageBuilder& out) { put_station(out, sta, context_.world().now()); });
}

void Notifier::station_mode_changed(mld::Wdev& wdev, const ieee80211::MacAddress& station,
                                    const mld::StationModeChange& change) {
    tell(Group::mlme, NL80211_CMD_STA_OPMODE_CHANGED, [&](MessageBuilder& out) {
        put_wiphy_and_netdev(out, wdev);
        out.put_mac(NL80211_ATTR_MAC, station);
        if (change.sm_power_save) out.put_u8(NL80211_ATTR_SMPS_MODE, static_cast<std::uint8_t>(*change.sm_power_save));
        if (change.width) out.put_u32(NL80211_ATTR_CHANNEL_WIDTH, static_cast<std::uint32_t>(*change.width));
        if (change.streams) out.put_u8(NL80211_ATTR_NSS, *change.streams);
    });
}

void Notifier::mlme_frame(mld::Wdev& wdev, const mld::MlmeFrame& frame) {
    tell(
        Group::mlme, command_for(frame.kind),
        [&](MessageBuilder& out) {
            put_wiphy_and_netdev(out, wdev);
            out.put(NL80211_ATTR_FRAME, frame.frame);
            if (!frame.request_elements.empty()) out.put(NL80211_ATTR_REQ_IE, frame.request_elements);
            if (frame.reconnect) out.put_flag(NL80211_ATTR_RECONNECT_REQUESTED);
            if (!frame.uapsd_queues) return;
            auto nest = out.nest_noflag(NL80211_ATTR_STA_WME);
            out.put_u8(NL80211_STA_WME_UAPSD_QUEUES, *frame.uapsd_queues);
        },
        besides + frame.frame.size() + frame.request_elements.size());
}

void Notifier::mlme_timed_out(mld::Wdev& wdev, mld::MlmeTimeout what, const ieee80211::MacAddress& ap) {
    const auto command = static_cast<std::uint8_t>(what == mld::MlmeTimeout::authentication ? NL80211_CMD_AUTHENTICATE
                                                                                            : NL80211_CMD_ASSOCIATE);
    tell(Group::mlme, command, [&](MessageBuilder& out) {
        put_wiphy_and_netdev(out, wdev);
        out.put_flag(NL80211_ATTR_TIMED_OUT);
        out.put_mac(NL80211_ATTR_MAC, ap);
    });
}

// cf. cfg80211_assoc_comeback()
void Notifier::association_comeback(mld::Wdev& wdev, const ieee80211::MacAddress& ap, std::uint32_t timeout_tu) {
    tell(Group::mlme, NL80211_CMD_ASSOC_COMEBACK, [&](MessageBuilder& out) {
        put_wiphy_and_netdev(out, wdev);
        out.put_mac(NL80211_ATTR_MAC, ap);
        out.put_u32(NL80211_ATTR_TIMEOUT, timeout_tu);
    });
}

void Notifier::connected(mld::Wdev& wdev, const mld::ConnectResult& result) {
    constexpr std::uint16_t unspecified_failure = 1;
    tell(
        Group::mlme, NL80211_CMD_CONNECT,
        [&](MessageBuilder& out) {
            put_wiphy_and_netdev(out, wdev);
            put_connected_address(out, result);
            out.put_u16(NL80211_ATTR_STATUS_CODE, result.status.value_or(unspecified_failure));
            if (!result.status) {
                out.put_flag(NL80211_ATTR_TIMED_OUT);
                out.put_u32(NL80211_ATTR_TIMEOUT_REASON, static_cast<std::uint32_t>(result.timeout_reason));
            }
            put_elements(out, result);
            put_links(out, result, true);
        },
        room_for(result));
}

void Notifier::roamed(mld::Wdev& wdev, const mld::ConnectResult& result) {
    tell(
        Group::mlme, NL80211_CMD_ROAM,
        [&](MessageBuilder& out) {
            put_wiphy_and_netdev(out, wdev);
            put_connected_address(out, result);
            put_elements(out, result);
            put_links(out, result, false);
        },
        room_for(result));
}

void Notifier::port_authorized(mld::Wdev& wdev, const ieee80211::MacAddress& peer) {
    tell(Group::mlme, NL80211_CMD_PORT_AUTHORIZED, [&](MessageBuilder& out) {
        put_wiphy_and_netdev(out, wdev);
        out.put_mac(NL80211_ATTR_MAC, peer);
    });
}

void Notifier::disconnected(mld::Wdev& wdev, const mld::DisconnectInfo& info) {
    tell(
        Group::mlme, NL80211_CMD_DISCONNECT,
        [&](MessageBuilder& out) {
            put_wiphy_and_netdev(out, wdev);
            if (info.reason != 0) out.put_u16(NL80211_ATTR_REASON_CODE, info.reason);
            if (info.from_ap) out.put_flag(NL80211_ATTR_DISCONNECTED_BY_AP);
            if (!info.elements.empty()) out.put(NL80211_ATTR_IE, info.elements);
        },
        besides + info.elements.size());
}

void Notifier::cqm_event(mld::Wdev& wdev, const mld::CqmEvent& event) {
    using Kind = mld::CqmEvent::Kind;
    tell(Group::mlme, NL80211_CMD_NOTIFY_CQM, [&](MessageBuilder& out) {
        put_wiphy_and_netdev(out, wdev);
        if (event.peer) out.put_mac(NL80211_ATTR_MAC, *event.peer);
        auto nest = out.nest_noflag(NL80211_ATTR_CQM);
        switch (event.kind) {
            case Kind::rssi_low:
            case Kind::rssi_high:
                out.put_u32(NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT, event.kind == Kind::rssi_low
                                                                       ? NL80211_CQM_RSSI_THRESHOLD_EVENT_LOW
                                                                       : NL80211_CQM_RSSI_THRESHOLD_EVENT_HIGH);
                if (event.rssi_dbm.value_or(0) != 0) out.put_s32(NL80211_ATTR_CQM_RSSI_LEVEL, *event.rssi_dbm);
                break;
            case Kind::beacon_loss:
                out.put_flag(NL80211_ATTR_CQM_BEACON_LOSS_EVENT);
                break;
            case Kind::packet_loss:
                out.put_u32(NL80211_ATTR_CQM_PKT_LOSS_EVENT, event.lost_packets);
                break;
        }
    });
}

void Notifier::connection_failed(mld::Wdev& wdev, const ieee80211::MacAddress& station, std::uint32_t reason) {
    if (wdev.netdev() == nullptr) return;
    tell(Group::mlme, NL80211_CMD_CONN_FAILED, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        out.put_mac(NL80211_ATTR_MAC, station);
        out.put_u32(NL80211_ATTR_CONN_FAILED_REASON, reason);
    });
}

void Notifier::tell_switch(std::uint8_t command, const mld::Wdev& wdev, const mld::Link& link,
                           const phy::ChannelDefinition& channel, std::optional<std::uint8_t> count, bool quiet) const {
    if (wdev.netdev() == nullptr) return;
    tell(Group::mlme, command, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        if (wdev.is_mld()) out.put_u8(NL80211_ATTR_MLO_LINK_ID, link.id().value());
        put_channel_definition(out, channel);
        if (!count) return;
        out.put_u32(NL80211_ATTR_CH_SWITCH_COUNT, *count);
        if (quiet) out.put_flag(NL80211_ATTR_CH_SWITCH_BLOCK_TX);
    });
}

void Notifier::channel_switch_started(mld::Wdev& wdev, const mld::Link& link, const phy::ChannelDefinition& channel,
                                      std::uint8_t count, bool quiet) {
    tell_switch(NL80211_CMD_CH_SWITCH_STARTED_NOTIFY, wdev, link, channel, count, quiet);
}
void Notifier::channel_switched(mld::Wdev& wdev, const mld::Link& link, const phy::ChannelDefinition& channel) {
    tell_switch(NL80211_CMD_CH_SWITCH_NOTIFY, wdev, link, channel, std::nullopt, false);
}

void Notifier::tell_color(std::uint8_t command, mld::Wdev& wdev, const mld::Link& link,
                          std::optional<std::uint8_t> count) {
    if (wdev.netdev() == nullptr) return;
    tell(Group::mlme, command, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        if (wdev.is_mld()) out.put_u8(NL80211_ATTR_MLO_LINK_ID, link.id().value());
        if (count) out.put_u32(NL80211_ATTR_COLOR_CHANGE_COUNT, *count);
    });
}

void Notifier::color_change_started(mld::Wdev& wdev, const mld::Link& link, std::uint8_t count) {
    tell_color(NL80211_CMD_COLOR_CHANGE_STARTED, wdev, link, count);
}
void Notifier::color_changed(mld::Wdev& wdev, const mld::Link& link) {
    tell_color(NL80211_CMD_COLOR_CHANGE_COMPLETED, wdev, link, std::nullopt);
}
void Notifier::color_change_aborted(mld::Wdev& wdev, const mld::Link& link) {
    tell_color(NL80211_CMD_COLOR_CHANGE_ABORTED, wdev, link, std::nullopt);
}

void Notifier::links_removed(mld::Wdev& wdev, std::uint16_t links) {
    tell(Group::mlme, NL80211_CMD_LINKS_REMOVED, [&](MessageBuilder& out) {
        put_wiphy_and_netdev(out, wdev);
        auto list = out.nest(NL80211_ATTR_MLO_LINKS);
        for (unsigned i = 0; i < ieee80211::LinkId::max_links; ++i) {
            const auto id = *ieee80211::LinkId::from(i);
            if ((links & id.bit()) == 0) continue;
            auto nest = out.nest(static_cast<std::uint16_t>(i + 1));
            out.put_u8(NL80211_ATTR_MLO_LINK_ID, id.value());
        }
    });
}

void Notifier::epcs_changed(mld::Wdev&, bool enabled) {
    tell(Group::mlme, NL80211_CMD_EPCS_CFG, [&](MessageBuilder& out) {
        if (enabled) out.put_flag(NL80211_ATTR_EPCS);
    });
}

}  // namespace mlosim::netlink::nl80211
