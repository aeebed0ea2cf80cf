// Frames from the air to the host, and what it reads of them in registers.

#include <algorithm>
#include <utility>

#include "mt7925/data_path.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_status.h"
#include "phy/rates.h"

namespace mlosim::mt7925 {

namespace {

using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;

constexpr std::size_t fcs_size = 4;

phy::Band band_of(const RadioChannel& channel) {
    return channel.band == 3 ? phy::Band::ghz6 : (channel.band == 2 ? phy::Band::ghz5 : phy::Band::ghz2_4);
}

std::uint32_t microseconds(sim::Duration time) {
    return static_cast<std::uint32_t>(time.count() / 1000);
}

}  // namespace

bool DataPath::is_own(const MacAddress& address) const {
    return std::ranges::any_of(tables_.devices, [&](const Device& device) {
        return std::ranges::find(device.links, std::optional(address)) != device.links.end();
    });
}

std::optional<std::uint16_t> DataPath::sender_of(const ReceivedFrame& frame, const FrameView& view) const {
    const auto sender = view.addr2();
    if (!sender) return std::nullopt;
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = tables_.wtbl[wcid];
        if (!entry.valid || entry.self || entry.basic.peer_addr != *sender) continue;
        const auto channel = tables_.bss[entry.bss_idx].channel();
        // The real driver names the channel of a BSS only when it is connected; before that its ROC is where it is.
        if (!channel && config_.chip_crypto) return wcid;
        if (channel && channel->band == frame.channel.band && channel->control == frame.channel.control) return wcid;
    }
    return std::nullopt;
}

/// Management frames for all, and what is for this chip; data for all from those that it knows. A sniffer takes all.
bool DataPath::passes(const FrameView& view, bool known_sender) const {
    if (tables_.chip.sniffer) return true;
    if (!view.addr1().is_group()) return is_own(view.addr1());
    if (view.frame_control().type() == FrameType::data) return known_sender;
    return view.frame_control().type() == FrameType::management;
}

void DataPath::count_received(const ReceivedFrame& frame, std::uint16_t sender) {
    rssi_[sender] = frame.rssi_dbm;
    WcidCounters& counters = counters_[sender];
    ++counters.rx_frames;
    counters.rx_bytes += frame.bytes.size();
    counters.rx_rate = rate_code_of(frame.rate);
    counters.rx_airtime_us[tx_queue::best_effort] +=
        microseconds(phy::airtime(frame.rate, frame.bytes.size() + fcs_size, band_of(frame.channel)));
}

/// In the clear, if the table has the key, and the descriptor says so. Without it the host gets the frame as it came.
std::optional<Bytes> DataPath::decrypted(const FrameView& view, std::uint16_t sender, RxDescriptor& descriptor) const {
    using ieee80211::SequenceControl;
    if (!config_.chip_crypto || !view.frame_control().has(FrameControl::protected_frame)) return std::nullopt;
    auto opened = crypto_.open(view, sender);
    if (!opened) return std::nullopt;
    descriptor.security = static_cast<std::uint8_t>(opened->cipher);
    descriptor.key_id = opened->key_id;
    descriptor.icv_error = opened->wrong_mic;
    descriptor.packet_number = opened->packet_number;
    descriptor.fragment =
        view.frame_control().has(FrameControl::more_fragments) || view.sequence()->get(SequenceControl::fragment) != 0;
    return std::move(opened->frame);
}

bool DataPath::receive(const ReceivedFrame& frame, bool news, bool asked_for) {
    const auto view = FrameView::parse(frame.bytes);
    if (!view) return false;
    const std::optional<std::uint16_t> sender = sender_of(frame, *view);
    if (sender) {
        count_received(frame, *sender);
        radio_.heard(tables_.wtbl[*sender].bss_idx, frame);
    }
    if (!news || !(asked_for || passes(*view, sender.has_value()))) {
        ++counts_.filtered;
        return false;
    }
    RxDescriptor descriptor;
    descriptor.wlan_idx = sender.value_or(RxDescriptor::nobody);
    FaultSubject subject;
    subject.wcid = descriptor.wlan_idx;
    if (const auto wrong = faults_.take(FaultEffect::rx_wrong_wcid, subject))
        descriptor.wlan_idx = static_cast<std::uint16_t>(wrong->value);
    descriptor.band = frame.channel.band;
    descriptor.channel = frame.channel.control;
    const MacAddress to = view->addr1();
    descriptor.address = to == MacAddress::broadcast() ? RxDescriptor::AddressType::broadcast
                         : to.is_group()               ? RxDescriptor::AddressType::multicast
                         : is_own(to)                  ? RxDescriptor::AddressType::unicast_to_me
                                                       : RxDescriptor::AddressType::other;
    descriptor.header_size = static_cast<std::uint8_t>(view->header().size());
    descriptor.timestamp_us = microseconds(frame.started - sim::Time{});
    descriptor.rate = rate_code_of(frame.rate);
    descriptor.rcpi = rcpi_of(frame.rssi_dbm);
    const auto clear = sender ? decrypted(*view, *sender, descriptor) : std::nullopt;
    ++counts_.to_host;
    send_(build_received(descriptor, clear ? ByteView(*clear) : frame.bytes));
    return true;
}

// What the host reads of it. cf. mt7925_mac_sta_poll()

std::uint32_t DataPath::register_word(std::uint16_t wcid, unsigned word) const {
    constexpr unsigned guard_eht = 5;
    constexpr unsigned guard_others = 6;
    constexpr unsigned first_airtime = 20;
    constexpr unsigned ack_rcpi = 34;
    constexpr unsigned short_guard_shift = 12;
    constexpr unsigned he_guard_shift = 24;
    const WcidCounters& counters = counters_.at(wcid);
    if (word >= first_airtime && word < first_airtime + 8) {
        const std::size_t ac = (word - first_airtime) / 2;
        return (word - first_airtime) % 2 == 0 ? counters.tx_airtime_us[ac] : counters.rx_airtime_us[ac];
    }
    const std::uint32_t guard = counters.tx_rate ? counters.tx_rate->guard : 0U;
    const unsigned width = counters.tx_rate ? counters.tx_rate->width : 0U;
    if (word == guard_eht) return guard << he_guard_shift;
    if (word == guard_others) {
        const bool he = counters.tx_rate && counters.tx_rate->mode >= RateMode::he_su;
        return he ? guard << (he_guard_shift + 2 * std::min(width, 3U))
                  : (guard & 1U) << (short_guard_shift + std::min(width, 3U));
    }
    if (word == ack_rcpi) {
        const std::uint32_t rcpi = counters.ack_rcpi.value_or(0);
        return rcpi | rcpi << 8U;
    }
    return 0;
}

void DataPath::clear_airtime(std::uint16_t wcid) {
    counters_.at(wcid).tx_airtime_us = {};
    counters_.at(wcid).rx_airtime_us = {};
}

}  // namespace mlosim::mt7925
