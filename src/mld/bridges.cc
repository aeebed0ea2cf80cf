#include <cerrno>

#include "mld/bridge.h"
#include "mld/netdev.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

using ieee80211::MacAddress;

Bridges::Bridges(World& world) : world_(world) {}
Bridges::~Bridges() = default;

Result<Bridge*> Bridges::add(std::string_view name) {
    auto free_name = world_.netdev_name_for(name, EEXIST);
    if (!free_name) return fail(free_name.error());
    NetdevSetup setup;
    setup.name = std::move(*free_name);
    setup.kind = "bridge";
    setup.name_origin = NameOrigin::user;
    setup.address = world_.random_address("mld/bridge/" + setup.name);
    Netdev& device = world_.add_netdev(std::move(setup), nullptr);
    return bridges_.emplace(device.index(), std::make_unique<Bridge>(world_, device)).first->second.get();
}

void Bridges::remove(Bridge& bridge) {
    while (!bridge.ports().empty()) {
        Netdev* port = world_.find_netdev(bridge.ports().front().device);
        MLOSIM_INVARIANT(port != nullptr, "a device that goes leaves its bridge");
        (void)bridge.remove_port(*port);
    }
    Netdev& device = bridge.device();
    (void)device.set_up(false);
    const IfIndex index = device.index();
    world_.remove_netdev(device);
    bridges_.erase(index);
}

Bridge* Bridges::find(const Netdev& device) const {
    const auto found = bridges_.find(device.index());
    return found == bridges_.end() ? nullptr : found->second.get();
}

Bridge* Bridges::master_of(const Netdev& port) const {
    const auto found = masters_.find(port.index());
    return found == masters_.end() ? nullptr : found->second;
}

void Bridges::opened(const Netdev& device) {
    if (Bridge* bridge = find(device)) bridge->device_opened();
}
void Bridges::closing(const Netdev& device) {
    if (Bridge* bridge = find(device)) bridge->device_closing();
}
void Bridges::state_changed(Netdev& device) {
    if (Bridge* master = master_of(device)) master->port_changed(device);
}
void Bridges::address_changed(Netdev& device, const MacAddress& before) {
    if (Bridge* bridge = find(device)) bridge->device_address_changed(before);
    if (Bridge* master = master_of(device)) master->port_address_changed(device, before);
}
void Bridges::mtu_changed(const Netdev& device) {
    if (Bridge* bridge = find(device)) bridge->device_mtu_changed();
    if (Bridge* master = master_of(device)) master->choose_mtu();
}

}  // namespace mlosim::mld
