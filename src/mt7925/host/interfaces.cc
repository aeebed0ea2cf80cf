#include "mt7925/host/interfaces.h"

#include <algorithm>

#include "mt7925/host/indexes.h"

namespace mlosim::mt7925::host {

std::uint8_t VifLink::own_wcid() const noexcept {
    return own_wcid_of(numbers.bss_idx);
}

PeerLink* Peer::link(std::optional<ieee80211::LinkId> id) {
    if (!id) return primary();
    const auto found = std::find_if(links.begin(), links.end(), [&](const PeerLink& link) { return link.id == id; });
    return found == links.end() ? nullptr : &*found;
}

const PeerLink* Peer::link(std::optional<ieee80211::LinkId> id) const {
    return const_cast<Peer*>(this)->link(id);
}

VifLink* Vif::link(std::optional<ieee80211::LinkId> id) {
    if (!is_mld() || !id || default_link.id == id) return &default_link;
    const auto found =
        std::find_if(more_links.begin(), more_links.end(), [&](const auto& link) { return link->id == id; });
    return found == more_links.end() ? nullptr : found->get();
}

VifLink& Vif::own_link() {
    VifLink* numbered = link(ieee80211::LinkId::from(0));
    return numbered != nullptr ? *numbered : default_link;
}

Peer* Vif::peer(const ieee80211::MacAddress& address) {
    const auto found =
        std::find_if(peers.begin(), peers.end(), [&](const Peer& peer) { return peer.address == address; });
    return found == peers.end() ? nullptr : &*found;
}

std::vector<VifLink*> Vif::added_links() {
    std::vector<VifLink*> out;
    if (default_link.added) out.push_back(&default_link);
    for (const auto& link : more_links)
        if (link->added) out.push_back(link.get());
    return out;
}

Vif& Interfaces::add(mld::Wdev& wdev) {
    all_.push_back(std::make_unique<Vif>(wdev));
    all_.back()->incarnation = ++last_incarnation_;
    return *all_.back();
}

void Interfaces::remove(const Vif& vif) {
    std::erase_if(all_, [&](const auto& own) { return own.get() == &vif; });
}

Vif* Interfaces::find(const mld::Wdev& wdev) const {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& vif) { return &vif->wdev == &wdev; });
    return found == all_.end() ? nullptr : found->get();
}

Vif* Interfaces::find(std::uint64_t incarnation) const {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const auto& vif) { return vif->incarnation == incarnation; });
    return found == all_.end() ? nullptr : found->get();
}

}  // namespace mlosim::mt7925::host
