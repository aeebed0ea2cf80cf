// What became of frames that programs sent, and frames for one program alone.

#include <cmath>

#include "ieee80211/byte_io.h"
#include "netlink/nl80211/notifier.h"
#include "netlink/owner.h"

namespace mlosim::netlink::nl80211 {

namespace {

constexpr std::size_t besides = 128;

void put_identity(MessageBuilder& out, const mld::Wdev& wdev) {
    out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    out.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
}

}  // namespace

void Notifier::tell_stay(std::uint8_t command, const mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel,
                         std::optional<std::chrono::milliseconds> duration) const {
    tell(Group::mlme, command, [&](MessageBuilder& out) {
        put_identity(out, wdev);
        out.put_u32(NL80211_ATTR_WIPHY_FREQ, channel.center.in_mhz());
        out.put_u32(NL80211_ATTR_WIPHY_CHANNEL_TYPE, NL80211_CHAN_NO_HT);
        out.put_u64(NL80211_ATTR_COOKIE, cookie);
        if (duration) out.put_u32(NL80211_ATTR_DURATION, static_cast<std::uint32_t>(duration->count()));
    });
}

void Notifier::remain_on_channel_started(mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel,
                                         std::chrono::milliseconds duration) {
    tell_stay(NL80211_CMD_REMAIN_ON_CHANNEL, wdev, cookie, channel, duration);
}
void Notifier::remain_on_channel_ended(mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel) {
    tell_stay(NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL, wdev, cookie, channel, std::nullopt);
}
void Notifier::frame_wait_ended(mld::Wdev& wdev, std::uint64_t cookie, const phy::Channel& channel) {
    tell_stay(NL80211_CMD_FRAME_WAIT_CANCEL, wdev, cookie, channel, std::nullopt);
}

void Notifier::tell_status(std::uint8_t command, const mld::Wdev& wdev, std::uint64_t cookie, ieee80211::ByteView frame,
                           bool acknowledged) const {
    tell(
        Group::mlme, command,
        [&](MessageBuilder& out) {
            put_identity(out, wdev);
            out.put(NL80211_ATTR_FRAME, frame);
            out.put_u64(NL80211_ATTR_COOKIE, cookie);
            if (acknowledged) out.put_flag(NL80211_ATTR_ACK);
        },
        besides + frame.size());
}

void Notifier::frame_sent(mld::Wdev& wdev, std::uint64_t cookie, ieee80211::ByteView frame, bool acknowledged) {
    tell_status(NL80211_CMD_FRAME_TX_STATUS, wdev, cookie, frame, acknowledged);
}
void Notifier::control_port_sent(mld::Wdev& wdev, std::uint64_t cookie, ieee80211::ByteView frame, bool acknowledged) {
    tell_status(NL80211_CMD_CONTROL_PORT_FRAME_TX_STATUS, wdev, cookie, frame, acknowledged);
}

void Notifier::control_port_received(mld::Wdev& wdev, mld::OwnerId owner, ieee80211::ByteView ethernet,
                                     bool unencrypted, std::optional<ieee80211::LinkId> link) {
    constexpr std::size_t header = 14;
    const auto port = port_of(owner);
    if (!port || ethernet.size() < header || wdev.netdev() == nullptr) return;
    const auto payload = ethernet.subspan(header);
    MessageBuilder message = family_.message(NL80211_CMD_CONTROL_PORT_FRAME, besides + payload.size());
    put_identity(message, wdev);
    message.put(NL80211_ATTR_MAC, ethernet.subspan(6, 6));
    message.put_u16(NL80211_ATTR_CONTROL_PORT_ETHERTYPE, static_cast<std::uint16_t>(ethernet[12] << 8 | ethernet[13]));
    if (link) message.put_u8(NL80211_ATTR_MLO_LINK_ID, link->value());
    if (unencrypted) message.put_flag(NL80211_ATTR_CONTROL_PORT_NO_ENCRYPT);
    message.put(NL80211_ATTR_FRAME, payload);
    (void)family_.unicast(*port, message);  // a program that is gone hears nothing
}

void Notifier::unexpected_frame(mld::Wdev& wdev, const ieee80211::MacAddress& sender, bool four_addresses,
                                std::optional<ieee80211::LinkId> link) {
    const auto port = port_of(wdev.unexpected_frame_owner());
    if (!port || wdev.netdev() == nullptr) return;
    MessageBuilder message = family_.message(
        static_cast<std::uint8_t>(four_addresses ? NL80211_CMD_UNEXPECTED_4ADDR_FRAME : NL80211_CMD_UNEXPECTED_FRAME));
    message.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
    message.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    message.put_mac(NL80211_ATTR_MAC, sender);
    if (link) message.put_u8(NL80211_ATTR_MLO_LINK_ID, link->value());
    (void)family_.unicast(*port, message);
}

void Notifier::beacon_heard(mld::Wiphy& wiphy, ieee80211::ByteView frame, const mld::RxStatus& status) {
    for (const mld::OwnerId owner : wiphy.beacon_watchers()) {
        const auto port = port_of(owner);
        if (!port) continue;
        MessageBuilder message = family_.message(NL80211_CMD_FRAME, besides + frame.size());
        message.put_u32(NL80211_ATTR_WIPHY, wiphy.index().value);
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, status.channel.center.in_mhz());
        message.put_u32(NL80211_ATTR_WIPHY_FREQ_OFFSET, status.channel.center.in_khz() % 1000);
        const auto signal = static_cast<std::int32_t>(std::lround(status.signal.value));
        if (signal != 0) message.put_u32(NL80211_ATTR_RX_SIGNAL_DBM, static_cast<std::uint32_t>(signal));
        message.put(NL80211_ATTR_FRAME, frame);
        (void)family_.unicast(*port, message);
    }
}

void Notifier::client_probed(mld::Wdev& wdev, const ieee80211::MacAddress& station, std::uint64_t cookie,
                             bool acknowledged, std::optional<int> ack_signal_dbm) {
    if (wdev.netdev() == nullptr) return;
    tell(Group::mlme, NL80211_CMD_PROBE_CLIENT, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
        out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        out.put_mac(NL80211_ATTR_MAC, station);
        out.put_u64(NL80211_ATTR_COOKIE, cookie);
        if (acknowledged) out.put_flag(NL80211_ATTR_ACK);
        if (ack_signal_dbm) out.put_s32(NL80211_ATTR_ACK_SIGNAL, *ack_signal_dbm);
    });
}

void Notifier::scheduled_scan_started(mld::Wdev& wdev, std::uint64_t id) {
    tell(Group::scan, NL80211_CMD_START_SCHED_SCAN, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
        if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        out.put_u64(NL80211_ATTR_COOKIE, id);
    });
}
void Notifier::scheduled_scan_results(mld::Wiphy& wiphy, std::uint64_t id) {
    tell(Group::scan, NL80211_CMD_SCHED_SCAN_RESULTS, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_WIPHY, wiphy.index().value);
        out.put_u64(NL80211_ATTR_COOKIE, id);
    });
}
void Notifier::scheduled_scan_stopped(mld::Wdev& wdev, std::uint64_t id) {
    tell(Group::scan, NL80211_CMD_SCHED_SCAN_STOPPED, [&](MessageBuilder& out) {
        out.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
        if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        out.put_u64(NL80211_ATTR_COOKIE, id);
    });
}

}  // namespace mlosim::netlink::nl80211
