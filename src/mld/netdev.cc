#include "mld/netdev.h"

#include <algorithm>
#include <utility>

#include "mld/bridge.h"
#include "mld/data_path.h"
#include "mld/events.h"
#include "mld/veth.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

constexpr std::size_t max_alias = 256;  // IFALIASZ

/// What a program may switch of the flags besides IFF_UP. cf. __dev_change_flags().
constexpr NetdevFlags settable{NetdevFlag::noarp, NetdevFlag::multicast};
constexpr NetdevFlags receive_flags{NetdevFlag::promisc, NetdevFlag::allmulti};

NetdevFlags difference(NetdevFlags a, NetdevFlags b) {
    return NetdevFlags::from_bits(a.bits() ^ b.bits());
}
NetdevFlags common(NetdevFlags a, NetdevFlags b) {
    return NetdevFlags::from_bits(a.bits() & b.bits());
}

}  // namespace

bool valid_netdev_name(std::string_view name) {
    if (name.empty() || name.size() >= max_netdev_name || name == "." || name == "..") return false;
    return std::none_of(name.begin(), name.end(), [](char c) {
        return c == '/' || c == ':' || c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
    });
}

Netdev::Netdev(World& world, IfIndex index, NetdevSetup setup, Wdev* wdev)
    : world_(world),
      index_(index),
      setup_(std::move(setup)),
      wdev_(wdev),
      carrier_(setup_.carrier),
      operational_state_(OperationalState::unknown) {}

ieee80211::MacAddress Netdev::broadcast_address() const {
    return setup_.type == LinkType::loopback ? ieee80211::MacAddress{} : ieee80211::MacAddress::broadcast();
}

OperationalState Netdev::operational_state() const noexcept {
    return is_up() ? operational_state_ : OperationalState::down;
}

NetdevFlags Netdev::flags() const {
    NetdevFlags flags = setup_.flags;
    if (!is_up()) return flags;
    // cf. netif_oper_up()
    if (operational_state_ == OperationalState::up || operational_state_ == OperationalState::unknown)
        flags |= NetdevFlag::running;
    if (carrier_) flags |= NetdevFlag::lower_up;
    if (dormant_) flags |= NetdevFlag::dormant;
    return flags;
}

void Netdev::changed(NetdevCause cause, NetdevFlags flags) {
    world_.tell([&](Events& e) { e.netdev_changed(*this, cause, flags); });
}

// cf. netif_state_change()
void Netdev::changed_while_up(NetdevCause cause) {
    if (!is_up()) return;
    // cf. br_device_event(), which hears of it first
    if (cause == NetdevCause::state) world_.bridges().state_changed(*this);
    changed(cause, {});
}

// cf. netif_open(), __dev_open(), __dev_close_many()
Result<void> Netdev::open() {
    if (wdev_ != nullptr) {
        if (auto opened = wdev_->wiphy().open(*wdev_); !opened) return opened;
    }
    setup_.flags |= NetdevFlag::up;
    world_.bridges().opened(*this);
    world_.veth_pairs().opened(*this);
    if (!carrier_ && setup_.kind == "veth") operational_state_ = state_by_rfc2863();
    return {};
}

void Netdev::close() {
    if (wdev_ != nullptr) {
        wdev_->wiphy().going_down(*wdev_);
        wdev_->wiphy().stop(*wdev_);
    }
    world_.bridges().closing(*this);
    world_.veth_pairs().closing(*this);
    setup_.flags.remove(NetdevFlag::up);
}

void Netdev::after_up_or_down() {
    world_.trace().record(world_.now(), is_up() ? "mld/netdev-up" : "mld/netdev-down",
                          {{"ifindex", index_.value}, {"name", setup_.name}});
    if (wdev_ != nullptr) {
        if (is_up())
            wdev_->wiphy().opened(*wdev_);
        else
            wdev_->wiphy().closed(*wdev_);
    }
    world_.bridges().state_changed(*this);
}

Result<void> Netdev::set_up(bool up) {
    if (up == is_up()) return {};
    if (up) {
        if (auto opened = open(); !opened) return opened;
    } else {
        close();
    }
    changed(NetdevCause::flags, NetdevFlags{NetdevFlag::up, NetdevFlag::running});
    after_up_or_down();
    return {};
}

Result<void> Netdev::set_flags(NetdevFlags flags) {
    const NetdevFlags before = setup_.flags;
    setup_.flags.remove(settable);
    setup_.flags |= common(flags, settable);
    setup_.flags.remove(receive_flags);
    setup_.flags |= common(flags, receive_flags);

    const bool up = flags.has(NetdevFlag::up);
    if (up && !is_up()) {
        if (auto opened = open(); !opened) return opened;
    } else if (!up && is_up()) {
        close();
    }
    const NetdevFlags changes = difference(before, setup_.flags);
    if (changes.empty()) return {};
    changed(NetdevCause::flags, changes);
    if (changes.has(NetdevFlag::up)) after_up_or_down();
    return {};
}

// cf. netif_change_name()
Result<void> Netdev::rename(std::string_view name) {
    if (name == setup_.name) return {};
    auto free_name = world_.netdev_name_for(name, EEXIST);
    if (!free_name) return fail(free_name.error());
    const std::string before = std::exchange(setup_.name, std::move(*free_name));
    setup_.name_origin = NameOrigin::renamed;
    world_.netdev_renamed(*this, before);
    changed(NetdevCause::name, {});
    return {};
}

// cf. netif_set_mac_address(), eth_prepare_mac_addr_change()
Result<void> Netdev::set_address(const ieee80211::MacAddress& address) {
    if (setup_.type == LinkType::loopback) {
        // lo takes any valid address.
    } else if (setup_.type == LinkType::radiotap && wdev_ == nullptr) {
        if (is_up()) return fail(EBUSY);  // hwsim0 has no IFF_LIVE_ADDR_CHANGE
    }
    if (address != setup_.address) {
        if (wdev_ != nullptr) {
            if (auto allowed = wdev_->wiphy().change_address(*wdev_, address); !allowed) return allowed;
        } else if (!address.is_valid_individual()) {
            return fail(EADDRNOTAVAIL);
        }
    }
    const ieee80211::MacAddress before = std::exchange(setup_.address, address);
    changed(NetdevCause::address, {});
    world_.bridges().address_changed(*this, before);
    return {};
}

// cf. netif_set_mtu_ext(), dev_validate_mtu()
Result<void> Netdev::set_mtu(std::uint32_t mtu) {
    if (mtu == setup_.mtu) return {};
    if (mtu < setup_.min_mtu) return fail(EINVAL, "mtu less than device minimum");
    if (setup_.max_mtu > 0 && mtu > setup_.max_mtu) return fail(EINVAL, "mtu greater than device maximum");
    setup_.mtu = mtu;
    changed(NetdevCause::mtu, {});
    world_.bridges().mtu_changed(*this);
    return {};
}

void Netdev::set_tx_queue_length(std::uint32_t length) {
    if (length == setup_.tx_queue_length) return;
    setup_.tx_queue_length = length;
    changed(NetdevCause::other, {});
}

void Netdev::set_group(std::uint32_t group) {
    group_ = group;
    changed_while_up(NetdevCause::other);
}

// cf. netif_set_alias()
Result<void> Netdev::set_alias(std::string_view alias) {
    if (alias.size() >= max_alias) return fail(EINVAL);
    alias_ = alias;
    changed_while_up(NetdevCause::other);
    return {};
}

void Netdev::became(OperationalState state) {
    if (operational_state_ == state) return;
    operational_state_ = state;
    changed_while_up(NetdevCause::state);
}

// cf. set_operstate() in rtnetlink.c
void Netdev::set_operational_state(OperationalState transition) {
    using State = OperationalState;
    const State now = operational_state_;
    const bool operational = now == State::up || now == State::unknown;
    switch (transition) {
        case State::up:
            if ((now == State::dormant || now == State::testing || now == State::unknown) && !dormant_)
                became(State::up);
            break;
        case State::testing:
            if (operational) became(State::testing);
            break;
        case State::dormant:
            if (operational) became(State::dormant);
            break;
        default:
            break;
    }
}

void Netdev::set_link_mode(LinkMode mode) {
    if (mode == link_mode_) return;
    link_mode_ = mode;
    changed_while_up(NetdevCause::state);
}

// cf. packet_snd(), __dev_queue_xmit()
Result<void> Netdev::transmit(ieee80211::ByteView frame) {
    constexpr std::size_t hard_header = 14;
    if (!is_up()) return fail(ENETDOWN);
    if (frame.size() > setup_.mtu + hard_header) return fail(EMSGSIZE);
    if (frame.size() < hard_header) return fail(EINVAL);
    if (setup_.type == LinkType::loopback) {  // cf. loopback_xmit()
        ++counters_.tx_packets;
        counters_.tx_bytes += frame.size();
        world_.tell([&](Events& e) { e.frame_passed(*this, FrameDirection::outgoing, frame); });
        received(frame);
        return {};
    }
    if ((wdev_ == nullptr && setup_.kind.empty()) || !carrier_) return {};  // cf. hwsim_mon_xmit(), noop_enqueue()
    world_.tell([&](Events& e) { e.frame_passed(*this, FrameDirection::outgoing, frame); });
    if (wdev_ == nullptr) {
        transmit_by_kind(frame);
    } else if (wdev_->type() == InterfaceType::monitor) {
        ++counters_.tx_packets;
        counters_.tx_bytes += frame.size();
        wdev_->wiphy().inject(frame);
    } else {
        wdev_->wiphy().data_path().send_ethernet(*wdev_, frame);
    }
    return {};
}

void Netdev::transmit_by_kind(ieee80211::ByteView frame) {
    if (Bridge* bridge = world_.bridges().find(*this)) {
        ++counters_.tx_packets;
        counters_.tx_bytes += frame.size();
        bridge->transmit(frame);
    } else {
        world_.veth_pairs().transmit(*this, frame);
    }
}

void Netdev::received(ieee80211::ByteView frame) {
    ++counters_.rx_packets;
    counters_.rx_bytes += frame.size();
    world_.tell([&](Events& e) { e.frame_passed(*this, FrameDirection::incoming, frame); });
    if (Bridge* master = world_.bridges().master_of(*this)) master->received(*this, frame);
}

void Netdev::master_changed(NetdevFlags flags) {
    changed(NetdevCause::other, flags);
}

void Netdev::take_address(const ieee80211::MacAddress& address) {
    const ieee80211::MacAddress before = std::exchange(setup_.address, address);
    world_.bridges().address_changed(*this, before);
    changed(NetdevCause::address, {});
}

std::uint32_t Netdev::promiscuity() const {
    return (setup_.flags.has(NetdevFlag::promisc) ? 1 : 0) + (world_.bridges().master_of(*this) != nullptr ? 1 : 0);
}
std::uint32_t Netdev::all_multicast() const {
    return (setup_.flags.has(NetdevFlag::allmulti) ? 1 : 0) + (world_.bridges().master_of(*this) != nullptr ? 1 : 0);
}

void Netdev::set_carrier(bool on) {
    if (on == carrier_) return;
    carrier_ = on;
    ++(on ? carrier_up_count_ : carrier_down_count_);
    // linkwatch is work of its own: several changes in one moment are told once, by what they come to.
    if (!link_watch_.pending()) link_watch_ = world_.queue().after({}, [this] { carrier_event(); });
}

// cf. rfc2863_policy(), default_operstate()
OperationalState Netdev::state_by_rfc2863() const {
    if (!carrier_) return setup_.kind == "veth" ? OperationalState::lower_layer_down : OperationalState::down;
    if (dormant_) return OperationalState::dormant;
    if (link_mode_ == LinkMode::dormant) return OperationalState::dormant;
    return OperationalState::up;
}

// cf. linkwatch_do_dev()
void Netdev::carrier_event() {
    operational_state_ = state_by_rfc2863();
    changed_while_up(NetdevCause::state);
}

}  // namespace mlosim::mld
