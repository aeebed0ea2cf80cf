// Interfaces that come and go, and what each link of one is with the firmware.

#include <utility>

#include "mld/wdev.h"
#include "mt7925/host/chip_messages.h"
#include "mt7925/host/driver.h"
#include "sim/invariant.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::uint8_t wmm_sets = 4;

// cf. mt76_connac_mcu_uni_add_dev(): a P2P client is a station there, a group owner an access point
ConnectionType connection_type(mld::InterfaceType type) {
    switch (type) {
        case mld::InterfaceType::p2p_device:
            return ConnectionType::p2p_device;
        case mld::InterfaceType::ap:
        case mld::InterfaceType::p2p_go:
        case mld::InterfaceType::monitor:
            return ConnectionType::access_point;
        default:
            return ConnectionType::station;
    }
}

}  // namespace

// cf. mt7925_mac_link_bss_add()
Result<Conversation> Driver::add_link(Vif& vif, VifLink& link, const ieee80211::MacAddress& address) {
    const bool is_p2p_device = vif.wdev.type() == mld::InterfaceType::p2p_device;
    const auto index = is_p2p_device ? bss_indexes_.take_p2p_device() : bss_indexes_.take();
    if (!index) return fail(index.error());
    const bool is_mld = link.id.has_value();
    link.numbers.bss_idx = *index;
    link.numbers.band_idx = LinkNumbers{}.band_idx;
    link.numbers.omac_idx = is_mld ? 0 : *index;
    link.numbers.wmm_idx = is_mld ? 0 : static_cast<std::uint8_t>(*index % wmm_sets);
    link.address = address;
    link.added = true;
    Wcid own;
    own.index = own_wcid_of(*index);
    own.bss_index = *index;
    own.peer = address;
    own.link = link.id;
    wcids_.initialise(own);
    wcids_.publish(own.index);
    return activation(vif, link);
}

Conversation Driver::activation(const Vif& vif, const VifLink& link) {
    Conversation out;
    out.push_back({Cid::dev_info, device_message(link.numbers, link.address, true)});
    out.push_back({Cid::bss_info, bss_message(link.numbers, vif.type, link.own_wcid(), true)});
    return out;
}

Conversation Driver::deactivation(const Vif& vif, const VifLink& link, std::uint16_t wcid) {
    Conversation out;
    out.push_back({Cid::bss_info, bss_message(link.numbers, vif.type, static_cast<std::uint8_t>(wcid), false)});
    out.push_back({Cid::dev_info, device_message(link.numbers, link.address, false)});
    return out;
}

// cf. mt792x_mac_link_bss_remove()
Conversation Driver::remove_link(Vif& vif, VifLink& link, std::uint16_t wcid) {
    Conversation out = deactivation(vif, link, wcid);
    if (std::exchange(link.added, false)) {
        wcids_.withdraw(link.own_wcid());
        wcids_.release(link.own_wcid());
        bss_indexes_.give_back(link.numbers.bss_idx);
    }
    return out;
}

// cf. mt7925_add_interface()
Result<void> Driver::add_interface(mld::Wdev& wdev) {
    MLOSIM_INVARIANT(interfaces_.find(wdev) == nullptr, "an interface is added once");
    Vif& vif = interfaces_.add(wdev);
    vif.type = connection_type(wdev.type());
    auto what = add_link(vif, vif.default_link, wdev.address());
    if (!what) {
        interfaces_.remove(vif);
        return fail(what.error());
    }
    // A monitor's firmware hands over all that it hears. cf. mt7925_sniffer_interface_iter()
    if (wdev.type() == mld::InterfaceType::monitor) what->push_back({Cid::sniffer, sniffer_message(true)});
    operations_.enqueue("add_interface", introduce_interface(std::move(*what)));
    return {};
}

/// The MAC has its interface: a firmware that does not take it is brought up anew.
Task<void> Driver::introduce_interface(Conversation what) {
    Mutex::Guard chip = co_await power_.acquire("add_interface");
    const auto said = co_await say(chip_, std::move(what), OnFailure::stop);
    if (said || said.error().code == ECANCELED) co_return;
    log_.print(KernelLog::Level::error, "add_interface: " + said.error().message);
    reset();
}

// The driver has no such operation: the MAC takes the interface down and up again.
Result<void> Driver::change_interface(mld::Wdev& wdev, mld::InterfaceType) {
    MLOSIM_INVARIANT(interfaces_.find(wdev) != nullptr, "an interface that changes was added");
    return fail(EBUSY);
}

// cf. mt792x_remove_interface()
void Driver::remove_interface(mld::Wdev& wdev) {
    Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr) return;
    Conversation what;
    // The real driver leaves it on, and the radio where the monitor listened.
    if (wdev.type() == mld::InterfaceType::monitor) what.push_back({Cid::sniffer, sniffer_message(false)});
    for (const auto& link : vif->more_links)
        append(what, remove_link(*vif, *link, link->own_wcid()));
    append(what, remove_link(*vif, vif->default_link, vif->default_link.own_wcid()));
    interfaces_.remove(*vif);
    enqueue("remove_interface", std::move(what), OnFailure::go_on);
}

}  // namespace mlosim::mt7925::host
