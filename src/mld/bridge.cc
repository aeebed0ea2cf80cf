#include "mld/bridge.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/wdev.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

using ieee80211::ByteView;
using ieee80211::MacAddress;
using namespace std::chrono_literals;

constexpr std::size_t most_ports = 1023;  // BR_MAX_PORTS, of which 0 is nobody's
constexpr std::uint32_t default_mtu = 1500;

MacAddress destination_of(ByteView frame) {
    return MacAddress{frame.first<MacAddress::size>()};
}
MacAddress source_of(ByteView frame) {
    return MacAddress{frame.subspan<MacAddress::size, MacAddress::size>()};
}

/// cf. IFF_DONT_BRIDGE: a station sends with three addresses, of which none could name the one behind it.
bool may_be_bridged(const Netdev& port) {
    const Wdev* wdev = port.wdev();
    if (wdev == nullptr) return true;
    switch (wdev->type()) {
        case InterfaceType::station:
            return wdev->use_4addr();
        case InterfaceType::p2p_client:
        case InterfaceType::adhoc:
        case InterfaceType::ocb:
            return false;
        default:
            return true;
    }
}

/// cf. netif_running(), netif_oper_up()
bool is_on(const Netdev& port) {
    return port.flags().has(NetdevFlag::running);
}

}  // namespace

Bridge::Bridge(World& world, Netdev& device) : world_(world), device_(device), table_(world, device) {
    table_.add_local(device.index(), device.address());
}
Bridge::~Bridge() = default;

BridgePort* Bridge::find_port(IfIndex device) {
    const auto at = std::find_if(ports_.begin(), ports_.end(), [&](const BridgePort& p) { return p.device == device; });
    return at == ports_.end() ? nullptr : &*at;
}
const BridgePort* Bridge::find_port(IfIndex device) const {
    return const_cast<Bridge*>(this)->find_port(device);
}

Result<void> Bridge::set_hello_time(std::chrono::milliseconds time) {
    if (time < 1s || time > 10s) return fail(ERANGE);
    times.hello_time = time;
    return {};
}

Result<void> Bridge::set_max_age(std::chrono::milliseconds time) {
    if (time < 6s || time > 40s) return fail(ERANGE);
    times.max_age = time;
    return {};
}

Result<void> Bridge::set_port(const BridgePort& port) {
    if (port.priority > 63 || port.path_cost == 0 || port.path_cost > 65535) return fail(ERANGE);
    BridgePort* const before = find_port(port.device);
    MLOSIM_INVARIANT(before != nullptr, "settings are those of a port");
    *before = port;
    if (Netdev* netdev = world_.find_netdev(port.device)) announce(*netdev, false);
    return {};
}

Result<void> Bridge::add_port(Netdev& port) {
    if (port.type() != LinkType::ethernet || !port.address().is_valid_individual()) return fail(EINVAL);
    if (world_.bridges().find(port) != nullptr) return fail(ELOOP, "Can not enslave a bridge to a bridge");
    if (world_.bridges().master_of(port) != nullptr) return fail(EBUSY);
    if (!may_be_bridged(port)) return fail(EOPNOTSUPP, "Device does not allow enslaving to a bridge");
    if (ports_.size() >= most_ports) return fail(EXFULL);

    BridgePort made;
    made.device = port.index();
    made.number = 1;
    while (std::any_of(ports_.begin(), ports_.end(), [&](const BridgePort& p) { return p.number == made.number; }))
        ++made.number;
    ports_.push_back(made);
    world_.bridges().masters_.emplace(port.index(), this);
    port.master_changed(NetdevFlags{});
    port.master_changed(NetdevFlag::promisc);
    table_.add_local(port.index(), port.address());
    if (is_on(port) && device_.is_up()) set_state(*find_port(port.index()), BridgePortState::forwarding);
    announce(port, false);
    choose_address();
    choose_mtu();
    return {};
}

// cf. del_nbp()
Result<void> Bridge::remove_port(Netdev& port) {
    BridgePort* const leaving = find_port(port.index());
    if (leaving == nullptr) return fail(EINVAL);
    port.master_changed(NetdevFlag::promisc);
    set_state(*leaving, BridgePortState::disabled);
    announce(port, false);
    announce(port, true);
    std::erase_if(ports_, [&](const BridgePort& p) { return p.device == port.index(); });
    world_.bridges().masters_.erase(port.index());
    port.master_changed(NetdevFlags{});
    table_.remove_local(port.index(), port.address());
    table_.forget(port.index(), true);
    choose_mtu();
    choose_address();
    return {};
}

void Bridge::announce(Netdev& port, bool removed) {
    world_.tell([&](Events& e) { e.bridge_port_changed(device_, port, removed); });
}

/// The lowest of the ports'. cf. br_stp_recalculate_bridge_id()
void Bridge::choose_address() {
    if (address_is_users_) return;
    MacAddress lowest;
    for (const BridgePort& port : ports_)
        if (const Netdev* netdev = world_.find_netdev(port.device); netdev != nullptr)
            if (lowest.is_zero() || netdev->address() < lowest) lowest = netdev->address();
    if (lowest == device_.address()) return;
    choosing_ = true;
    device_.take_address(lowest);
    choosing_ = false;
    update_carrier();  // cf. br_stp_change_bridge_id(), which goes through the ports' states
}

/// The least of the ports'. cf. br_mtu_auto_adjust()
void Bridge::choose_mtu() {
    if (mtu_is_users_) return;
    std::uint32_t least = 0;
    for (const BridgePort& port : ports_)
        if (const Netdev* netdev = world_.find_netdev(port.device); netdev != nullptr)
            if (least == 0 || netdev->mtu() < least) least = netdev->mtu();
    choosing_ = true;
    (void)device_.set_mtu(least == 0 ? default_mtu : least);
    choosing_ = false;
}

bool Bridge::set_state(BridgePort& port, BridgePortState state) {
    if (port.state == state) return false;
    port.state = state;
    // cf. br_stp_disable_port(): who was behind it is no longer there.
    if (state == BridgePortState::disabled) table_.forget(port.device, false);
    update_carrier();
    return true;
}

// cf. br_port_state_selection()
void Bridge::update_carrier() {
    device_.set_carrier(std::any_of(ports_.begin(), ports_.end(),
                                    [](const BridgePort& p) { return p.state == BridgePortState::forwarding; }));
}

// cf. br_stp_enable_bridge()
void Bridge::device_opened() {
    for (BridgePort& port : ports_) {
        Netdev* netdev = world_.find_netdev(port.device);
        if (netdev != nullptr && is_on(*netdev) && set_state(port, BridgePortState::forwarding))
            announce(*netdev, false);
    }
}

// cf. br_stp_disable_bridge()
void Bridge::device_closing() {
    for (BridgePort& port : ports_) {
        Netdev* netdev = world_.find_netdev(port.device);
        if (set_state(port, BridgePortState::disabled) && netdev != nullptr) announce(*netdev, false);
    }
    table_.flush();
}

// cf. br_set_mac_address(), br_fdb_change_mac_address()
void Bridge::device_address_changed(const MacAddress& before) {
    if (!choosing_) address_is_users_ = true;
    table_.remove_local(device_.index(), before);
    table_.add_local(device_.index(), device_.address());
}

void Bridge::device_mtu_changed() {
    if (!choosing_) mtu_is_users_ = true;
}

// cf. br_device_event(), br_port_carrier_check()
void Bridge::port_changed(Netdev& netdev) {
    BridgePort& port = *find_port(netdev.index());
    if (device_.is_up()) set_state(port, is_on(netdev) ? BridgePortState::forwarding : BridgePortState::disabled);
    announce(netdev, false);
}

// cf. br_fdb_changeaddr()
void Bridge::port_address_changed(Netdev& netdev, const MacAddress& before) {
    table_.remove_local(netdev.index(), before);
    table_.add_local(netdev.index(), netdev.address());
    choose_address();
    announce(netdev, false);
}

// cf. should_deliver()
void Bridge::send(const BridgePort* from, IfIndex to, ByteView frame) {
    const BridgePort* const port = find_port(to);
    if (port == nullptr || port->state != BridgePortState::forwarding) return;
    if (from != nullptr && ((from == port && !port->hairpin) || (from->isolated && port->isolated))) return;
    if (Netdev* netdev = world_.find_netdev(to); netdev != nullptr) (void)netdev->transmit(frame);
}

// cf. br_flood()
void Bridge::flood(const BridgePort* from, Target target, ByteView frame) {
    const std::vector<BridgePort> ports = ports_;
    for (const BridgePort& port : ports) {
        if (target == Target::unknown_unicast && !port.unicast_flood) continue;
        if (target == Target::multicast && !port.multicast_flood && from != nullptr) continue;
        if (target == Target::broadcast && !port.broadcast_flood && from != nullptr) continue;
        send(from, port.device, frame);
    }
}

void Bridge::transmit(ByteView frame) {
    if (forwarding_) return;
    forwarding_ = true;
    const MacAddress to = destination_of(frame);
    if (to.is_group())
        flood(nullptr, to == MacAddress::broadcast() ? Target::broadcast : Target::multicast, frame);
    else if (const BridgeEntry* known = table_.look_up(to); known != nullptr)
        send(nullptr, known->device, frame);
    else
        flood(nullptr, Target::unknown_unicast, frame);
    forwarding_ = false;
}

void Bridge::received(Netdev& netdev, ByteView frame) {
    if (frame.size() < 2 * MacAddress::size || forwarding_) return;
    const MacAddress source = source_of(frame);
    if (!source.is_valid_individual()) return;
    const BridgePort& port = *find_port(netdev.index());
    if (port.state != BridgePortState::forwarding) return;
    if (port.learning) table_.learn(port.device, source);
    if (stays_at_port(frame)) return;
    forwarding_ = true;
    pass_on(port, frame);
    forwarding_ = false;
}

bool Bridge::stays_at_port(ByteView frame) {
    constexpr std::array<std::uint8_t, 5> link_local{0x01, 0x80, 0xc2, 0x00, 0x00};
    if (!std::equal(link_local.begin(), link_local.end(), frame.begin())) return false;
    return frame[5] != 0 && (frame[5] & 0xf0U) == 0;
}

// cf. br_handle_frame_finish()
void Bridge::pass_on(const BridgePort& from, ByteView frame) {
    const MacAddress to = destination_of(frame);
    bool ours = to.is_group() || to == device_.address() || device_.flags().has(NetdevFlag::promisc);
    if (to.is_group()) {
        flood(&from, to == MacAddress::broadcast() ? Target::broadcast : Target::multicast, frame);
    } else if (const BridgeEntry* known = table_.look_up(to); known == nullptr) {
        if (to != device_.address()) flood(&from, Target::unknown_unicast, frame);
    } else if (known->kind == BridgeEntryKind::local) {
        ours = true;
    } else {
        send(&from, known->device, frame);
    }
    if (ours) device_.received(frame);
}

}  // namespace mlosim::mld
