// What the MAC knows, in the firmware's terms.

#include "mld/sta.h"
#include "mld/wdev.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

namespace {

Generations generations_of(const mld::StaCapabilities& can) {
    Generations out;
    out.ht = !can.ht.empty();
    out.vht = !can.vht.empty();
    out.he = !can.he.empty();
    out.eht = !can.eht.empty();
    out.he_6ghz = !can.he_6ghz.empty();
    return out;
}

}  // namespace

std::optional<BssUpdate> Driver::bss_update(Vif& vif, VifLink& link, const PeerLink* peer, const mld::Sta* sta,
                                            bool enable) const {
    const mld::Link* of_mac = link.id ? vif.wdev.link(*link.id) : vif.wdev.links().front().get();
    if (of_mac == nullptr) return std::nullopt;
    const auto channel = of_mac->channel() ? of_mac->channel() : of_mac->wanted_channel();
    if (!channel) return std::nullopt;
    BssUpdate out;
    out.link = link.numbers;
    out.type = vif.type;
    out.enable = enable;
    out.bssid = of_mac->bssid();
    out.group_wcid = link.own_wcid();
    out.peer_wcid = peer != nullptr ? peer->wcid : link.own_wcid();
    out.beacon_interval = of_mac->bss_config.beacon_interval;
    out.dtim_period = of_mac->bss_config.dtim_period;
    out.channel = *channel;
    out.cipher = link.cipher;
    out.slot_us = slot_us_;
    out.address = vif.wdev.address();
    if (sta != nullptr) {
        out.qos = sta->flags.has(mld::StaFlag::wme);
        const mld::LinkSta* of_link = link.id ? sta->link(*link.id) : &sta->default_link();
        if (of_link != nullptr) out.generations = generations_of(of_link->capabilities);
    }
    if (link.id) out.mld = BssUpdate::Mld{vif.default_link.numbers.bss_idx, link.id->value()};
    return out;
}

StationRecord Driver::station_record(Vif& vif, const VifLink& link, const Peer& peer, const PeerLink& entry,
                                     const mld::Sta& sta, EntryState state) const {
    StationRecord out;
    out.entry = EntryNumbers::peer(link.numbers, entry.wcid);
    out.peer_type = vif.type == ConnectionType::station ? ConnectionType::access_point : ConnectionType::station;
    out.state = state;
    out.qos = sta.flags.has(mld::StaFlag::wme);
    if (sta.aid) out.aid = sta.aid->value();
    out.address = entry.address;
    if (link.channel) out.band = link.channel->band();
    StationRecord::Mld mld;
    mld.address = sta.address();
    mld.primary = {peer.links.front().wcid, vif.default_link.numbers.bss_idx};
    if (&entry != &peer.links.front()) mld.secondary = StationRecord::Link{entry.wcid, link.numbers.bss_idx};
    if (state != EntryState::none) out.mld = mld;
    if (link.id && state != EntryState::none) out.eht_mld = StationRecord::EhtMld{};
    out.translation.of_station = vif.type == ConnectionType::station;
    return out;
}

}  // namespace mlosim::mt7925::host
