#include "mt7925/data_path.h"

#include <algorithm>
#include <utility>

#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_status.h"
#include "phy/rates.h"

namespace mlosim::mt7925 {

namespace {

using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;

constexpr std::size_t fcs_size = 4;
constexpr std::size_t addr1_at = 4;
constexpr std::size_t addr2_at = 10;
constexpr std::size_t addr3_at = 16;
constexpr std::uint8_t power_management_bit = 0x10;  // of the second octet
constexpr std::uint8_t management_type = 0;
constexpr std::uint8_t data_type = 2;
constexpr std::uint8_t null_bit = 4;  // of a data frame's subtype
constexpr int unknown_rssi_dbm = -60;

phy::Band band_of(const RadioChannel& channel) {
    return channel.band == 3 ? phy::Band::ghz6 : (channel.band == 2 ? phy::Band::ghz5 : phy::Band::ghz2_4);
}

std::size_t category_of(const TxDescriptor& descriptor) {
    return descriptor.queue >= tx_queue::alternative ? tx_queue::voice : descriptor.queue % tx_queue::queues_in_set;
}

std::uint32_t microseconds(sim::Duration time) {
    return static_cast<std::uint32_t>(time.count() / 1000);
}

void put(Bytes& frame, std::size_t at, const MacAddress& address) {
    std::ranges::copy(address.octets(), frame.begin() + static_cast<std::ptrdiff_t>(at));
}

bool is_null(const TxDescriptor& descriptor) {
    return descriptor.frame_type == data_type && (descriptor.frame_subtype & null_bit) != 0;
}

/// What a descriptor says of its frame is what the frame is.
bool fits(const TxDescriptor& descriptor, const FrameView& frame) {
    const FrameControl fc = frame.frame_control();
    return descriptor.header == TxDescriptor::Header::ieee80211 && descriptor.frame_bytes == frame.octets().size() &&
           descriptor.frame_type == static_cast<std::uint8_t>(fc.type()) && descriptor.frame_subtype == fc.subtype() &&
           descriptor.header_size == frame.header().size() && descriptor.group == frame.addr1().is_group();
}

}  // namespace

DataPath::DataPath(const FirmwareTables& tables, Clock& clock, RadioTime& radio, FaultRules& faults,
                   const FirmwareConfig& config, Send send)
    : tables_(tables), clock_(clock), radio_(radio), faults_(faults), config_(config), send_(std::move(send)) {
    radio_.set_source(*this);
}

void DataPath::update() {
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = tables_.wtbl[wcid];
        if (!entry.valid) {
            counters_[wcid] = {};
            rates_[wcid] = {};
            rssi_[wcid].reset();
        } else if (!entry.self) {
            stale_rates_ |= 1U << wcid;
        }
    }
}

RateAdaptation& DataPath::rates(std::uint16_t wcid) const {
    const std::uint32_t bit = 1U << wcid;
    const WtblEntry& entry = tables_.wtbl[wcid];
    if ((stale_rates_ & bit) != 0) rates_[wcid].update(entry, tables_.bss[entry.bss_idx], config_.phy.nss);
    stale_rates_ &= ~bit;
    return rates_[wcid];
}

void DataPath::reset() {
    jobs_.clear();
    counters_ = {};
    rates_ = {};
    rssi_ = {};
}

// The way out

void DataPath::accept(ByteView descriptor_bytes, ByteView frame) {
    const Result<TxDescriptor> descriptor = parse_tx_descriptor(descriptor_bytes);
    const auto view = FrameView::parse(frame);
    if (!descriptor || !view || !fits(*descriptor, *view) || jobs_.contains(descriptor->token)) {
        ++counts_.malformed;
        return;
    }
    ++counts_.taken;
    const std::uint64_t id = descriptor->token;
    Job& job = jobs_[id];
    job = {*descriptor, Bytes(frame.begin(), frame.end()), descriptor->wlan_idx, frame.size(), 0};
    if (const auto sequence = view->sequence())
        job.sequence = static_cast<std::uint16_t>(sequence->get(ieee80211::SequenceControl::number));
    const bool known =
        descriptor->wlan_idx == 0 || (descriptor->wlan_idx < wtbl_size && tables_.wtbl[descriptor->wlan_idx].valid);
    if (!known) {
        ++counts_.without_entry;
        return give_back(id, {.attempts = 0});
    }
    const RadioTime::Way way = way_of(*descriptor);
    // A host that speaks of one link's power management leaves the saying to the one who knows.
    if (is_null(*descriptor) && descriptor->fixed_link && way.bss_idx && radio_.has_choice(*way.bss_idx)) {
        radio_.advise(*way.bss_idx, (frame[1] & power_management_bit) == 0);
        return give_back(id, {.acknowledged = true});
    }
    radio_.send(id, way);
}

RadioTime::Way DataPath::way_of(const TxDescriptor& descriptor) const {
    const WtblEntry& entry = tables_.wtbl[descriptor.wlan_idx];
    if (!entry.valid) return {};
    const bool access_point = tables_.bss[entry.bss_idx].basic.conn_type == ConnectionType::access_point;
    // Without a peer, a station speaks where it is: of a visit.
    if (entry.self && !access_point) return {};
    const bool of_link = descriptor.fixed_link || descriptor.frame_type == management_type || entry.self;
    return {entry.bss_idx, !of_link && !access_point};
}

std::optional<std::uint16_t> DataPath::entry_on(std::uint16_t wcid, std::uint8_t bss_idx) const {
    const WtblEntry& entry = tables_.wtbl[wcid];
    if (!entry.valid) return std::nullopt;
    if (entry.bss_idx == bss_idx) return wcid;
    for (std::uint16_t other = 0; other < wtbl_size; ++other) {
        const WtblEntry& there = tables_.wtbl[other];
        const bool same_peer = there.mld && entry.mld && there.mld->mld_addr == entry.mld->mld_addr;
        if (there.valid && !there.self && there.bss_idx == bss_idx && same_peer) return other;
    }
    return std::nullopt;
}

bool DataPath::has_key(std::uint16_t wcid, bool group) const {
    return std::ranges::any_of(tables_.wtbl[wcid].keys, [&](const KeySlot& key) { return key.pairwise != group; });
}

std::optional<MacAddress> DataPath::own_address(std::uint8_t bss_idx) const {
    const BssBasic& basic = tables_.bss[bss_idx].basic;
    if (basic.omac_idx >= omac_count || basic.link_idx >= links_per_device) return std::nullopt;
    return tables_.devices[basic.omac_idx].links[basic.link_idx];
}

/// Of an MLD's data the host writes the MLDs' addresses; on the air links speak.
void DataPath::set_addresses(Bytes& frame, const TxDescriptor& descriptor, std::uint16_t wcid) const {
    const WtblEntry& entry = tables_.wtbl[wcid];
    if (descriptor.fixed_link || descriptor.frame_type != data_type || descriptor.group) return;
    put(frame, addr1_at, entry.basic.peer_addr);
    if (const auto own = own_address(entry.bss_idx)) put(frame, addr2_at, *own);
    if (is_null(descriptor)) put(frame, addr3_at, entry.basic.peer_addr);
}

std::optional<phy::Rate> DataPath::rate_for(const TxDescriptor& descriptor, std::uint16_t wcid) const {
    if (descriptor.fixed_rate) return fixed_rate(descriptor.rate_index);
    return rates(wcid).choose(rssi_[wcid].value_or(unknown_rssi_dbm));
}

std::optional<RadioFrame> DataPath::build(std::uint64_t id, std::optional<std::uint8_t> bss_idx) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return std::nullopt;
    Job& job = found->second;
    const TxDescriptor& descriptor = job.descriptor;
    RadioFrame out;
    std::uint16_t wcid = descriptor.wlan_idx;
    const WtblEntry& asked = tables_.wtbl[wcid];
    if (bss_idx) {
        const auto entry = entry_on(wcid, *bss_idx);
        if (!entry) {
            ++counts_.without_entry;
            give_back(id, {.attempts = 0});
            return std::nullopt;
        }
        wcid = *entry;
    }
    const auto channel = tables_.bss[bss_idx.value_or(asked.bss_idx)].channel();
    if (descriptor.protect && !has_key(wcid, descriptor.group)) {
        ++counters_[wcid].tx_without_key;
        job.sent_as = wcid;
        give_back(id, {.attempts = 0});
        return std::nullopt;
    }
    job.sent_as = wcid;
    out.channel = channel.value_or(RadioChannel{});
    out.bytes = std::move(job.frame);
    set_addresses(out.bytes, descriptor, wcid);
    if (bss_idx && tables_.bss[*bss_idx].connected_station()) {
        out.bytes[1] &= static_cast<std::uint8_t>(~power_management_bit);
        if (radio_.told_away(*bss_idx)) out.bytes[1] |= power_management_bit;
    }
    const FrameControl fc{out.bytes};
    out.stamp_time = fc.is(ieee80211::ManagementSubtype::probe_response);
    out.rate = rate_for(descriptor, wcid);
    out.wants_acknowledgement = !descriptor.no_acknowledgement && !descriptor.group;
    out.attempts = out.wants_acknowledgement ? std::max<unsigned>(descriptor.attempts, 1) : 1;
    return out;
}

void DataPath::sent(std::uint64_t id, std::optional<std::uint8_t> bss_idx, const RadioReport& report) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    const Job& job = found->second;
    WcidCounters& counters = counters_[job.sent_as];
    const bool wanted = !job.descriptor.no_acknowledgement && !job.descriptor.group;
    ++counters.tx_frames;
    counters.tx_bytes += job.size;
    counters.tx_retries += report.attempts - 1;
    counters.tx_failed += wanted && !report.acknowledged ? 1 : 0;
    counters.tx_rate = rate_code_of(report.rate);
    const auto channel = bss_idx ? tables_.bss[*bss_idx].channel() : std::nullopt;
    if (channel)
        counters.tx_airtime_us[category_of(job.descriptor)] +=
            report.attempts * microseconds(phy::airtime(report.rate, job.size + fcs_size, band_of(*channel)));
    if (report.ack_rssi_dbm) {
        counters.ack_rcpi = rcpi_of(*report.ack_rssi_dbm);
        rssi_[job.sent_as] = *report.ack_rssi_dbm;
    }
    if (report.acknowledged && bss_idx) ask_for_block_ack(job, *bss_idx);
    if (wanted && !job.descriptor.fixed_rate) rates(job.sent_as).learn(report.attempts, report.acknowledged);
    give_back(id, report);
}

/// A link whose entry knows nothing of the MLD's agreement cannot tell from the acknowledgement where the receiver's
/// window is: it asks after every frame. 802.11-2020 9.3.1.7
void DataPath::ask_for_block_ack(const Job& job, std::uint8_t bss_idx) {
    constexpr std::uint16_t block_ack_request = 0x0084;
    constexpr std::uint16_t compressed = 1U << 2U;
    constexpr std::uint8_t qos_data = 8;
    const TxDescriptor& descriptor = job.descriptor;
    const WtblEntry& entry = tables_.wtbl[job.sent_as];
    const unsigned tid = descriptor.tid & 7U;
    if (descriptor.frame_type != data_type || descriptor.frame_subtype != qos_data || entry.originator[tid]) return;
    const bool elsewhere = std::ranges::any_of(tables_.wtbl, [&](const WtblEntry& other) {
        return other.valid && other.mld && entry.mld && other.mld->mld_addr == entry.mld->mld_addr &&
               other.originator[tid];
    });
    const auto own = own_address(bss_idx);
    const auto channel = tables_.bss[bss_idx].channel();
    if (!elsewhere || !own || !channel) return;
    RadioFrame frame;
    frame.channel = *channel;
    frame.wants_acknowledgement = true;
    ieee80211::ByteWriter out(frame.bytes);
    out.u16le(block_ack_request);
    out.u16le(0);
    out.mac(entry.basic.peer_addr);
    out.mac(*own);
    out.u16le(static_cast<std::uint16_t>(compressed | tid << 12U));
    out.u16le(static_cast<std::uint16_t>(((job.sequence + 1U) & 0xfffU) << 4U));
    ++counts_.block_ack_requests;
    radio_.send_own(bss_idx, std::move(frame));
}

/// The host hears of it, and has its buffer again.
void DataPath::give_back(std::uint64_t id, const RadioReport& report) {
    const auto found = jobs_.find(id);
    const Job job = std::move(found->second);
    jobs_.erase(found);
    const TxDescriptor& descriptor = job.descriptor;
    const bool fine =
        report.acknowledged || ((descriptor.no_acknowledgement || descriptor.group) && report.attempts > 0);
    FaultSubject subject;
    subject.wcid = job.sent_as;
    const auto wrong = faults_.take(FaultEffect::event_wcid, subject);
    const auto told = [&](std::uint16_t wcid) { return wrong ? static_cast<std::uint16_t>(wrong->value) : wcid; };
    const auto attempts = static_cast<std::uint8_t>(std::clamp(report.attempts, 1U, 15U));
    if (descriptor.wants_status && descriptor.pid >= packet_id::first &&
        !faults_.take(FaultEffect::drop_txs, subject)) {
        TxStatusReport status;
        status.wcid = told(descriptor.wlan_idx);  // by which the host knows the PID
        status.pid = descriptor.pid;
        status.acknowledged = fine;
        status.rate = rate_code_of(report.rate);
        status.attempts = attempts;
        status.sequence = job.sequence;
        status.timestamp_us = microseconds(clock_.now() - sim::Time{});
        if (report.ack_rssi_dbm) status.rcpi = rcpi_of(*report.ack_rssi_dbm);
        send_(build_tx_status({status}));
    }
    subject.token = descriptor.token;
    if (faults_.take(FaultEffect::lost_tx_free, subject)) return;
    ++counts_.freed;
    send_(build_tx_free({{told(job.sent_as), descriptor.token, attempts, !fine}}));
}

double DataPath::expected_rate(std::uint8_t bss_idx) const {
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = tables_.wtbl[wcid];
        if (!entry.valid || entry.self || entry.bss_idx != bss_idx) continue;
        std::optional<int> rssi = rssi_[wcid];
        // What was never heard is taken to be as loud as the others.
        for (std::uint16_t other = 0; !rssi && entry.mld && other < wtbl_size; ++other)
            if (const auto& there = tables_.wtbl[other];
                there.valid && there.mld && there.mld->mld_addr == entry.mld->mld_addr)
                rssi = rssi_[other];
        const auto rate = rates(wcid).choose(rssi.value_or(unknown_rssi_dbm));
        return rate ? rate->bits_per_second() : 0.0;
    }
    return 0.0;
}

// The way in

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

bool DataPath::receive(const ReceivedFrame& frame, bool news) {
    const auto view = FrameView::parse(frame.bytes);
    if (!view) return false;
    const std::optional<std::uint16_t> sender = sender_of(frame, *view);
    if (sender) {
        rssi_[*sender] = frame.rssi_dbm;
        WcidCounters& counters = counters_[*sender];
        ++counters.rx_frames;
        counters.rx_bytes += frame.bytes.size();
        counters.rx_rate = rate_code_of(frame.rate);
        counters.rx_airtime_us[tx_queue::best_effort] +=
            microseconds(phy::airtime(frame.rate, frame.bytes.size() + fcs_size, band_of(frame.channel)));
        radio_.heard(tables_.wtbl[*sender].bss_idx, frame);
    }
    if (!news || !passes(*view, sender.has_value())) {
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
    ++counts_.to_host;
    send_(build_received(descriptor, frame.bytes));
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
