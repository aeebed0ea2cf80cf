// What the MAC knows, in the firmware's terms.

#include "mld/sta.h"
#include "mld/wdev.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/link_view.h"
#include "mt7925/host/peer_view.h"

namespace mlosim::mt7925::host {

std::optional<BssUpdate> Driver::bss_update(Vif& vif, VifLink& link, const PeerLink* peer, const mld::Sta* sta,
                                            bool enable) const {
    const mld::Link* of_mac = link.id ? vif.wdev.link(*link.id) : vif.wdev.links().front().get();
    if (of_mac == nullptr) return std::nullopt;
    std::optional<BssUpdate> out = host::bss_update(*of_mac, link.numbers);
    if (!out) return std::nullopt;
    out->type = vif.type;
    out->enable = enable;
    out->group_wcid = link.own_wcid();
    out->peer_wcid = peer != nullptr ? peer->wcid : link.own_wcid();
    out->cipher = link.cipher;
    out->slot_us = slot_us_;
    out->emlsr = out->emlsr && capabilities_ && capabilities_->has_emlsr();
    out->channel = told_channel(vif, link, out->channel);
    if (sta != nullptr) {
        const mld::LinkSta* of_link = link.id ? sta->link(*link.id) : &sta->default_link();
        if (of_link != nullptr) out->generations = peer_capabilities(*sta, *of_link, out->channel).generations();
    }
    out->mld.reset();
    if (link.id) out->mld = BssUpdate::Mld{vif.default_link.numbers.bss_idx, link.id->value()};
    return out;
}

StationRecord Driver::station_record(Vif& vif, const VifLink& link, const Peer& peer, const PeerLink& entry,
                                     const mld::Sta& sta, EntryState state) const {
    const mld::LinkSta* of_link = entry.id ? sta.link(*entry.id) : &sta.default_link();
    const mld::Link* of_mac = entry.id ? vif.wdev.link(*entry.id) : vif.wdev.links().front().get();
    const auto channel = of_mac != nullptr ? of_mac->wanted_channel() : link.channel;
    StationRecord out;
    if (of_link != nullptr && channel) out = host::station_record(sta, *of_link, *channel);
    out.entry = EntryNumbers::peer(link.numbers, entry.wcid);
    out.peer_type = vif.type == ConnectionType::station ? ConnectionType::access_point : ConnectionType::station;
    out.state = state;
    out.address = entry.address;
    StationRecord::Mld mld;
    mld.address = sta.address();
    mld.primary = {peer.links.front().wcid, vif.default_link.numbers.bss_idx};
    if (&entry != &peer.links.front()) mld.secondary = StationRecord::Link{entry.wcid, link.numbers.bss_idx};
    out.mld = mld;
    if (!link.id) out.eht_mld.reset();
    out.translation.of_station = vif.type == ConnectionType::station;
    out.translation.translated = entry.translated;
    return out;
}

}  // namespace mlosim::mt7925::host
