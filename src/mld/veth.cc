#include "mld/veth.h"

#include <cerrno>

#include "mld/netdev.h"
#include "mld/world.h"

namespace mlosim::mld {

Netdev& VethPairs::make(std::string name) {
    NetdevSetup setup;
    setup.address = world_.random_address("mld/veth/" + name);
    setup.name = std::move(name);
    setup.name_origin = NameOrigin::user;
    setup.kind = "veth";
    setup.carrier = false;
    return world_.add_netdev(std::move(setup), nullptr);
}

Result<Netdev*> VethPairs::add(std::string_view name, std::string_view peer_name) {
    // The peer comes first, so a pattern is counted on after it.
    auto peer_free = world_.netdev_name_for(peer_name, EEXIST);
    if (!peer_free) return fail(std::move(peer_free.error()));
    if (name == *peer_free) return fail(EEXIST);
    if (name.find('%') == std::string_view::npos)
        if (auto own = world_.netdev_name_for(name, EEXIST); !own) return fail(std::move(own.error()));
    Netdev& peer = make(std::move(*peer_free));
    auto own_free = world_.netdev_name_for(name, EEXIST);
    if (!own_free) {
        world_.remove_netdev(peer);
        return fail(std::move(own_free.error()));
    }
    Netdev& own = make(std::move(*own_free));
    peers_.emplace(own.index(), peer.index());
    peers_.emplace(peer.index(), own.index());
    return &own;
}

void VethPairs::remove(Netdev& device) {
    Netdev* const peer = peer_of(device);
    for (Netdev* one : {&device, peer}) {
        if (one == nullptr) continue;
        (void)one->set_up(false);
        peers_.erase(one->index());
    }
    world_.remove_netdev(device);
    if (peer != nullptr) world_.remove_netdev(*peer);
}

Netdev* VethPairs::peer_of(const Netdev& device) const {
    const auto found = peers_.find(device.index());
    return found == peers_.end() ? nullptr : world_.find_netdev(found->second);
}

void VethPairs::opened(Netdev& device) {
    Netdev* const peer = peer_of(device);
    if (peer == nullptr || !peer->is_up()) return;
    device.set_carrier(true);
    peer->set_carrier(true);
}

void VethPairs::closing(Netdev& device) {
    Netdev* const peer = peer_of(device);
    if (peer == nullptr) return;
    device.set_carrier(false);
    peer->set_carrier(false);
}

void VethPairs::transmit(Netdev& device, ieee80211::ByteView frame) {
    Netdev* const peer = peer_of(device);
    if (peer == nullptr || !peer->is_up() || frame.size() > peer->mtu() + 14U) {
        ++device.counters().tx_dropped;
        return;
    }
    ++device.counters().tx_packets;
    device.counters().tx_bytes += frame.size();
    peer->received(frame);
}

}  // namespace mlosim::mld
