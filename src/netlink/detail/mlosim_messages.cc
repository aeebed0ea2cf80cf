#include "netlink/detail/mlosim_messages.h"

#include "mld/chip_inspection.h"
#include "mld/data_path.h"
#include "mld/link_policy.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/transmit_settings.h"
#include "netlink/owner.h"

namespace mlosim::netlink::detail {

namespace {

void put_wiphy(MessageBuilder& message, const mld::Wiphy& wiphy) {
    message.put_u32(MLOSIM_ATTR_WIPHY, wiphy.index().value);
    message.put_string(MLOSIM_ATTR_WIPHY_NAME, wiphy.name());
}

void put_link_state(MessageBuilder& message, const mld::Link& link) {
    if (const auto& channel = link.vif().is_mld() ? link.wanted_channel() : link.channel()) {
        message.put_u32(MLOSIM_ATTR_FREQ, channel->control.center.in_khz());
        message.put_u32(MLOSIM_ATTR_WIDTH, static_cast<std::uint32_t>(channel->width));
        message.put_u32(MLOSIM_ATTR_CENTER_FREQ1, channel->center1.in_khz());
    }
    if (const auto power = link.tx_power_dbm()) message.put_s32(MLOSIM_ATTR_TX_POWER, *power);
    if (!link.bssid().is_zero()) message.put_mac(MLOSIM_ATTR_BSSID, link.bssid());
}

/// Of a station; an access point's links never share.
mld::Emlsr emlsr_of(const mld::Wdev& mld) {
    const mld::Sta* ap = mld.mlme() != nullptr ? mld.mlme()->access_point() : nullptr;
    return ap != nullptr ? ap->emlsr : mld::Emlsr{};
}

std::uint32_t use_of(const mld::Wdev& link) {
    const mld::Wdev* mld = link.mld_wdev();
    const auto id = link.affiliated_link_id();
    if (mld == nullptr || !id || link.affiliated_link() == nullptr) return MLOSIM_LINK_FREE;
    if ((mld->active_links() & id->bit()) != 0)
        return emlsr_of(*mld).has(id->bit()) ? MLOSIM_LINK_EMLSR : MLOSIM_LINK_ACTIVE;
    return (mld->dormant_links() & id->bit()) != 0 ? MLOSIM_LINK_DORMANT : MLOSIM_LINK_INACTIVE;
}

void put_counters(MessageBuilder& message, const mld::NetdevCounters& counters) {
    auto nest = message.nest(MLOSIM_ATTR_COUNTERS);
    message.put_u64(MLOSIM_COUNTER_TX_FRAMES, counters.tx_packets);
    message.put_u64(MLOSIM_COUNTER_RX_FRAMES, counters.rx_packets);
    message.put_u64(MLOSIM_COUNTER_TX_BYTES, counters.tx_bytes);
    message.put_u64(MLOSIM_COUNTER_RX_BYTES, counters.rx_bytes);
    message.put_u64(MLOSIM_COUNTER_TX_ERRORS, counters.tx_errors);
    message.put_u64(MLOSIM_COUNTER_RX_ERRORS, counters.rx_errors);
    message.put_u64(MLOSIM_COUNTER_TX_DROPPED, counters.tx_dropped);
    message.put_u64(MLOSIM_COUNTER_RX_DROPPED, counters.rx_dropped);
}

/// What interfaces and link wdevs have in common.
void put_common(MessageBuilder& message, const mld::Wdev& wdev, std::uint32_t type) {
    message.put_u64(MLOSIM_ATTR_WDEV, wdev.id().value);
    put_wiphy(message, wdev.wiphy());
    message.put_u32(MLOSIM_ATTR_IFTYPE, type);
    const mld::Link* affiliated = wdev.affiliated_link();
    message.put_mac(MLOSIM_ATTR_MAC, affiliated != nullptr ? affiliated->address() : wdev.address());
    message.put_u32(MLOSIM_ATTR_STATE, wdev.running() ? MLOSIM_STATE_RUNNING : MLOSIM_STATE_DOWN);
}

std::uint32_t band_bits(const mld::RadioProfile& profile) {
    std::uint32_t bits = 0;
    for (const mld::BandCapabilities& band : profile.bands)
        bits |= 1U << static_cast<unsigned>(band.band);
    return bits;
}

}  // namespace

void put_world(MessageBuilder& message, const TimeControl& time, mlosim_dialect dialect) {
    message.put_u64(MLOSIM_ATTR_TIME, static_cast<std::uint64_t>(time.now().ns()));
    message.put_u64(MLOSIM_ATTR_SEED, time.seed());
    message.put_u32(MLOSIM_ATTR_CLOCK_MODE, time.mode() == ClockMode::real ? MLOSIM_CLOCK_REAL : MLOSIM_CLOCK_VIRTUAL);
    if (time.paused()) message.put_flag(MLOSIM_ATTR_PAUSED);
    message.put_u32(MLOSIM_ATTR_DIALECT, dialect);
    message.put_u64(MLOSIM_ATTR_EVENTS_FIRED, time.events_fired());
    message.put_u64(MLOSIM_ATTR_EVENTS_PENDING, time.events_pending());
}

void put_radio(MessageBuilder& message, const mld::Radio& radio) {
    message.put_u32(MLOSIM_ATTR_RADIO, radio.index.value);
    message.put_string(MLOSIM_ATTR_RADIO_NAME, radio.wiphy->parent_device());
    message.put_string(MLOSIM_ATTR_PROFILE, radio.wiphy->profile().name);
    message.put_string(MLOSIM_ATTR_PLACE, radio.spec.placement.name);
    const mld::ChipInspection* chip = radio.wiphy->driver().inspection();
    message.put_string(MLOSIM_ATTR_CHIP, chip != nullptr ? chip->chip() : "generic");
    put_wiphy(message, *radio.wiphy);
    message.put_mac(MLOSIM_ATTR_MAC, radio.wiphy->addresses().front());
    message.put_u32(MLOSIM_ATTR_BANDS, band_bits(radio.wiphy->profile()));
    message.put_u32(MLOSIM_ATTR_OPEN_COUNT, radio.wiphy->open_count());
    if (radio.spec.destroy_on_close && radio.spec.owner)
        message.put_u32(MLOSIM_ATTR_SOCKET_OWNER, static_cast<std::uint32_t>(radio.spec.owner.value));
    auto nest = message.nest(MLOSIM_ATTR_COUNTERS);
    message.put_u64(MLOSIM_COUNTER_RX_DROPPED, radio.wiphy->dropped_frames());
    message.put_u64(MLOSIM_COUNTER_RX_MALFORMED, radio.wiphy->malformed_frames());
}

void put_guest_radio(MessageBuilder& message, const mld::GuestRadio& radio) {
    message.put_u32(MLOSIM_ATTR_RADIO, radio.index.value);
    message.put_string(MLOSIM_ATTR_RADIO_NAME, radio.placement.name);
    message.put_string(MLOSIM_ATTR_PROFILE, radio.profile.name);
    message.put_string(MLOSIM_ATTR_PLACE, radio.placement.name);
    message.put_string(MLOSIM_ATTR_CHIP, radio.device->inspection().chip());
    message.put_string(MLOSIM_ATTR_FRONT, "vfio-user");
    message.put_mac(MLOSIM_ATTR_MAC, radio.address);
    message.put_u32(MLOSIM_ATTR_BANDS, band_bits(radio.profile));
}

void put_wdev(MessageBuilder& message, const mld::Wdev& wdev) {
    put_common(message, wdev, static_cast<std::uint32_t>(wdev.type()));
    if (const mld::Netdev* netdev = wdev.netdev()) {
        message.put_u32(MLOSIM_ATTR_IFINDEX, netdev->index().value);
        put_counters(message, netdev->counters());
    }
    message.put_string(MLOSIM_ATTR_IFNAME, wdev.name());
    if (wdev.ssid()) message.put(MLOSIM_ATTR_SSID, wdev.ssid()->octets());
    if (!wdev.is_mld() && !wdev.links().empty()) put_link_state(message, wdev.default_link());
    if (wdev.is_mld()) {
        message.put_u32(MLOSIM_ATTR_VALID_LINKS, wdev.valid_links());
        message.put_u32(MLOSIM_ATTR_ACTIVE_LINKS, wdev.active_links());
        message.put_u32(MLOSIM_ATTR_DORMANT_LINKS, wdev.dormant_links());
        if (const mld::Emlsr emlsr = emlsr_of(wdev); emlsr.links != 0) {
            message.put_u32(MLOSIM_ATTR_EMLSR_LINKS, emlsr.links);
            message.put_u32(MLOSIM_ATTR_EMLSR_PADDING, static_cast<std::uint32_t>(emlsr.padding.count()));
            message.put_u32(MLOSIM_ATTR_EMLSR_TRANSITION, static_cast<std::uint32_t>(emlsr.transition.count()));
        }
        const auto& policy = wdev.wiphy().data_path().settings(wdev).link_policy;
        message.put_string(MLOSIM_ATTR_LINK_POLICY, policy != nullptr ? policy->name() : "round_robin");
    }
    if (wdev.owner()) message.put_u32(MLOSIM_ATTR_SOCKET_OWNER, static_cast<std::uint32_t>(wdev.owner().value));
    auto links = message.nest(MLOSIM_ATTR_LINKS);
    std::uint16_t number = 1;
    for (const mld::Wdev* link : wdev.link_wdevs())
        message.put_u64(number++, link->id().value);
}

void put_link_wdev(MessageBuilder& message, const mld::Wdev& link) {
    put_common(message, link, MLOSIM_IFTYPE_LINK);
    if (const mld::Wdev* mld = link.mld_wdev()) {
        message.put_u64(MLOSIM_ATTR_MLD_WDEV, mld->id().value);
        if (const mld::Netdev* netdev = mld->netdev()) {
            message.put_u32(MLOSIM_ATTR_IFINDEX, netdev->index().value);
            message.put_string(MLOSIM_ATTR_IFNAME, netdev->name());
        }
    }
    if (link.band()) message.put_u32(MLOSIM_ATTR_BAND, static_cast<std::uint32_t>(*link.band()));
    if (const auto id = link.affiliated_link_id()) message.put_u8(MLOSIM_ATTR_LINK_ID, id->value());
    message.put_u32(MLOSIM_ATTR_LINK_USE, use_of(link));
    if (const mld::Link* affiliated = link.affiliated_link()) put_link_state(message, *affiliated);
}

void put_station(MessageBuilder& message, const mld::Wdev& wdev, const BuiltInStation& station) {
    message.put_u64(MLOSIM_ATTR_WDEV, wdev.id().value);
    message.put_string(MLOSIM_ATTR_IFNAME, wdev.name());
    message.put_mac(MLOSIM_ATTR_MAC, wdev.address());
    message.put_string(MLOSIM_ATTR_STATION_NAME, station.name);
    message.put_u32(MLOSIM_ATTR_STATION_STATE, station.state);
    message.put(MLOSIM_ATTR_SSID, station.ssid.octets());
    if (station.access_point) message.put_mac(MLOSIM_ATTR_ACCESS_POINT, *station.access_point);
    if (station.signal_dbm) message.put_s32(MLOSIM_ATTR_SIGNAL, *station.signal_dbm);
    if (!station.last_reason.empty()) message.put_string(MLOSIM_ATTR_REASON, station.last_reason);
    {
        auto links = message.nest(MLOSIM_ATTR_STATION_LINKS);
        std::uint16_t number = 1;
        for (const BuiltInStation::Link& link : station.links) {
            auto one = message.nest(number++);
            if (link.id) message.put_u8(MLOSIM_ATTR_LINK_ID, link.id->value());
            message.put_mac(MLOSIM_ATTR_BSSID, link.bssid);
            message.put_u32(MLOSIM_ATTR_FREQ, link.frequency.in_khz());
            if (link.signal_dbm) message.put_s32(MLOSIM_ATTR_SIGNAL, *link.signal_dbm);
        }
    }
    auto counters = message.nest(MLOSIM_ATTR_COUNTERS);
    message.put_u64(MLOSIM_COUNTER_CONNECTIONS, station.connections);
    message.put_u64(MLOSIM_COUNTER_DISCONNECTIONS, station.disconnections);
    message.put_u64(MLOSIM_COUNTER_ROAMS, station.roams);
    message.put_u64(MLOSIM_COUNTER_FAILURES, station.failures);
}

}  // namespace mlosim::netlink::detail
