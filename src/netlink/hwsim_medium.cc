#include "netlink/hwsim_medium.h"

#include <algorithm>
#include <cstring>

#include "netlink/hwsim_numbers.h"

namespace mlosim::netlink {

namespace {

using namespace hwsim;

constexpr std::size_t rates = std::tuple_size_v<mld::RateAttempts>;

/// The address by which the medium knows a radio: the second of its two. cf. hwsim_rht_params
const ieee80211::MacAddress& medium_address(const mld::Wiphy& radio) {
    return radio.addresses().size() > 1 ? radio.addresses()[1] : radio.addresses().front();
}

void put_octet(ieee80211::Bytes& out, std::int8_t value) {
    out.push_back(static_cast<std::uint8_t>(value));
}

/// struct hwsim_tx_rate, four times: index, count.
ieee80211::Bytes tx_info_of(const mld::RateAttempts& attempts) {
    ieee80211::Bytes out;
    for (const mld::RateAttempt& attempt : attempts) {
        put_octet(out, attempt.index);
        out.push_back(attempt.count);
    }
    return out;
}

/// struct hwsim_tx_rate_flag, four times: index, flags in the machine's order of octets.
ieee80211::Bytes tx_info_flags_of(const mld::RateAttempts& attempts) {
    ieee80211::Bytes out;
    for (const mld::RateAttempt& attempt : attempts) {
        put_octet(out, attempt.index);
        std::uint8_t flags[sizeof attempt.flags];
        std::memcpy(flags, &attempt.flags, sizeof flags);
        out.insert(out.end(), std::begin(flags), std::end(flags));
    }
    return out;
}

mld::RateAttempts attempts_of(std::span<const std::uint8_t> tx_info) {
    mld::RateAttempts out;
    for (std::size_t i = 0; i < rates; ++i) {
        out[i].index = static_cast<std::int8_t>(tx_info[2 * i]);
        out[i].count = tx_info[2 * i + 1];
    }
    return out;
}

}  // namespace

// cf. get_hwsim_data_ref_from_addr(); of radios with one address, the youngest is found
mld::Wiphy* HwsimMedium::radio_at(const ieee80211::MacAddress& address) const {
    const auto& radios = world_.radios();
    const auto found = std::find_if(radios.rbegin(), radios.rend(),
                                    [&](const auto& entry) { return medium_address(*entry.second.wiphy) == address; });
    return found == radios.rend() ? nullptr : found->second.wiphy;
}

// cf. hwsim_register_received_nl()
Result<void> HwsimMedium::take_over(const Request& request) {
    const auto& radios = world_.radios();
    if (std::any_of(radios.begin(), radios.end(),
                    [](const auto& entry) { return entry.second.spec.options.channels > 1; }))
        return fail(EOPNOTSUPP);
    if (port_ != 0) return fail(EBUSY);
    port_ = request.port();
    world_.set_outside_medium(this);
    world_.trace().record(world_.now(), "hwsim/outside-medium", {{"port", port_}});
    return {};
}

void HwsimMedium::released(std::uint32_t port) {
    if (port_ == 0 || port != port_) return;
    port_ = 0;
    world_.set_outside_medium(nullptr);
    world_.trace().record(world_.now(), "hwsim/own-medium", {{"port", port}});
}

// cf. hwsim_cloned_frame_received_nl()
Result<void> HwsimMedium::frame(const Request& request) {
    const auto receiver = request->mac(attr_addr_receiver);
    const auto frame = request->bytes(attr_frame);
    const auto rate = request->u32(attr_rx_rate);
    const auto signal = request->u32(attr_signal);
    if (!receiver || !frame || !rate || !signal) return fail(EINVAL);
    mld::Wiphy* radio = radio_at(*receiver);
    if (radio == nullptr || port_ == 0 || request.port() != port_) return fail(EINVAL);
    mld::OutsideReception reception;
    reception.frame = *frame;
    if (const auto mhz = request->u32(attr_freq)) reception.center = phy::Frequency::mhz(*mhz);
    reception.rate_index = *rate;
    reception.signal_dbm = static_cast<std::int8_t>(*signal);  // as struct ieee80211_rx_status keeps it
    return radio->driver().outside_frame(reception);
}

// cf. hwsim_tx_info_frame_received_nl()
Result<void> HwsimMedium::tx_info(const Request& request) {
    const auto sender = request->mac(attr_addr_transmitter);
    const auto flags = request->u32(attr_flags);
    const auto cookie = request->u64(attr_cookie);
    const auto signal = request->u32(attr_signal);
    const auto tx_info = request->bytes(attr_tx_info);
    if (!sender || !flags || !cookie || !signal || !tx_info || tx_info->size() < 2 * rates) return fail(EINVAL);
    mld::Wiphy* radio = radio_at(*sender);
    if (radio == nullptr || port_ == 0 || request.port() != port_) return fail(EINVAL);
    mld::OutsideStatus status;
    status.cookie = *cookie;
    status.acknowledged = (*flags & tx_stat_ack) != 0;
    status.no_acknowledgement = (*flags & tx_ctl_no_ack) != 0;
    status.signal_dbm = static_cast<std::int32_t>(*signal);
    status.attempts = attempts_of(*tx_info);
    return radio->driver().outside_status(status);
}

// cf. mac80211_hwsim_tx_frame_nl()
Result<void> HwsimMedium::transmit(const mld::Wiphy& radio, const mld::OutsideTransmission& transmission) {
    MessageBuilder message = handle_.message(cmd_frame);
    message.put_mac(attr_addr_transmitter, medium_address(radio));
    message.put(attr_frame, transmission.frame);
    std::uint32_t flags = 0;
    if (transmission.wants_status) flags |= tx_ctl_req_tx_status;
    if (transmission.no_acknowledgement) flags |= tx_ctl_no_ack;
    message.put_u32(attr_flags, flags);
    message.put_u32(attr_freq, static_cast<std::uint32_t>(transmission.channel.center.in_mhz()));
    message.put(attr_tx_info, tx_info_of(transmission.attempts));
    message.put(attr_tx_info_flags, tx_info_flags_of(transmission.attempts));
    message.put_u64(attr_cookie, transmission.cookie);
    return handle_.unicast(port_, message);
}

// cf. mac80211_hwsim_config_mac_nl()
void HwsimMedium::address_changed(const mld::Wiphy& radio, const ieee80211::MacAddress& address, bool added) {
    MessageBuilder message = handle_.message(added ? cmd_add_mac_addr : cmd_del_mac_addr);
    message.put_mac(attr_addr_transmitter, medium_address(radio));
    message.put_mac(attr_addr_receiver, address);
    (void)handle_.unicast(port_, message);
}

}  // namespace mlosim::netlink
