#include "mt7925/data_path.h"

#include <algorithm>
#include <utility>

#include "mt7925/ethernet_frame.h"
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
constexpr std::size_t sequence_at = 22;
constexpr unsigned last_sequence = 0xfff;
constexpr unsigned fragment_mask = 0xf;
constexpr std::size_t management_header = 24;
// ADDBA Request, 802.11-2020 9.6.4.2: category, action, token, parameters, timeout, start.
constexpr std::size_t addba_tid_at = 3;
constexpr std::size_t addba_start_at = 7;
constexpr std::size_t addba_size = 9;
constexpr std::uint8_t power_management_bit = 0x10;  // of the second octet
constexpr std::uint8_t management_type = 0;
constexpr std::uint8_t data_type = 2;
constexpr std::uint8_t null_bit = 4;  // of a data frame's subtype
constexpr std::uint8_t qos_data = 8;
constexpr std::size_t without_tid = 8;  // sequence numbers of data without QoS
constexpr std::size_t most_freed_together = 32;
constexpr sim::Duration free_patience = std::chrono::milliseconds(1);
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

void put_sequence(Bytes& frame, std::size_t at, unsigned number) {
    const unsigned fragment = frame[at] & fragment_mask;
    frame[at] = static_cast<std::uint8_t>(number << 4U | fragment);
    frame[at + 1] = static_cast<std::uint8_t>(number >> 4U);
}

std::optional<std::uint16_t> sequence_of(const TxDescriptor& descriptor, ByteView frame) {
    if (descriptor.header != TxDescriptor::Header::ieee80211) return std::nullopt;
    const auto sequence = FrameView::parse(frame)->sequence();
    if (!sequence) return std::nullopt;
    return static_cast<std::uint16_t>(sequence->get(ieee80211::SequenceControl::number));
}

bool is_encrypted(ByteView frame) {
    return FrameControl{frame}.has(FrameControl::protected_frame);
}

bool is_null(const TxDescriptor& descriptor) {
    return descriptor.frame_type == data_type && (descriptor.frame_subtype & null_bit) != 0;
}

bool is_qos_data(const TxDescriptor& descriptor) {
    return descriptor.frame_type == data_type && descriptor.frame_subtype == qos_data;
}

/// What a descriptor says of its frame is what the frame is.
bool fits(const TxDescriptor& descriptor, ByteView frame) {
    if (descriptor.frame_bytes != frame.size()) return false;
    if (descriptor.header == TxDescriptor::Header::ethernet)
        return ethernet_destination(frame) && descriptor.frame_type == data_type &&
               (descriptor.frame_subtype == 0 || descriptor.frame_subtype == qos_data);
    const auto view = FrameView::parse(frame);
    if (!view) return false;
    const FrameControl fc = view->frame_control();
    return descriptor.frame_type == static_cast<std::uint8_t>(fc.type()) && descriptor.frame_subtype == fc.subtype() &&
           descriptor.header_size == view->header().size() && descriptor.group == view->addr1().is_group();
}

}  // namespace

DataPath::DataPath(const FirmwareTables& tables, Clock& clock, RadioTime& radio, FaultRules& faults,
                   const FirmwareConfig& config, Send send)
    : tables_(tables),
      clock_(clock),
      radio_(radio),
      faults_(faults),
      config_(config),
      send_(std::move(send)),
      crypto_(tables) {
    radio_.set_source(*this);
}

void DataPath::update() {
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = tables_.wtbl[wcid];
        if (!entry.valid) {
            sequences_[wcid] = {};
            counters_[wcid] = {};
            rates_[wcid] = {};
            rssi_[wcid].reset();
        } else if (!entry.self) {
            stale_rates_ |= 1U << wcid;
        }
    }
    if (config_.chip_crypto) crypto_.update();
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
    sequences_ = {};
    freed_.clear();
    free_timer_.cancel();
    crypto_.reset();
}

// The way out

void DataPath::accept(ByteView descriptor_bytes, ByteView frame) {
    const Result<TxDescriptor> descriptor = parse_tx_descriptor(descriptor_bytes);
    if (!descriptor || jobs_.contains(descriptor->token)) {
        ++counts_.malformed;
        return;
    }
    if (!fits(*descriptor, frame)) {
        ++counts_.malformed;
        // A guest that gave its chip nonsense shall at least have its buffer again.
        if (config_.chip_crypto) send_(build_tx_free({{descriptor->wlan_idx, descriptor->token, 1, true}}));
        return;
    }
    ++counts_.taken;
    const std::uint64_t id = descriptor->token;
    Job& job = jobs_[id];
    job = {*descriptor, Bytes(frame.begin(), frame.end()), descriptor->wlan_idx, frame.size(), 0};
    job.sequence = sequence_of(*descriptor, frame).value_or(0);
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

/// The chip numbers what the host has not: QoS data, by receiver and TID, whatever link it takes; and the start of an
/// agreement about them. cf. mt7925_mac_write_txwi_80211()
void DataPath::number(Job& job, Bytes& frame, std::uint16_t wcid) {
    const TxDescriptor& descriptor = job.descriptor;
    const WtblEntry& entry = tables_.wtbl[wcid];
    const bool ethernet = descriptor.header == TxDescriptor::Header::ethernet;
    if (!ethernet && (!config_.chip_crypto || descriptor.sequence)) return;
    const std::uint16_t owner = entry.mld && entry.mld->primary_id < wtbl_size ? entry.mld->primary_id : wcid;
    if (is_qos_data(descriptor) || ethernet) {
        const std::size_t tid = is_qos_data(descriptor) ? descriptor.tid & 7U : without_tid;
        std::uint16_t& next = sequences_[owner][tid];
        // Further fragments keep the first one's number.
        if (ethernet || (frame[sequence_at] & fragment_mask) == 0) ++next;
        job.sequence = (next - 1U) & last_sequence;
        if (!ethernet) put_sequence(frame, sequence_at, job.sequence);
    } else if (descriptor.frame_type == management_type && descriptor.tid == TxDescriptor::addba_request &&
               (descriptor.protect || !is_encrypted(frame)) && frame.size() >= management_header + addba_size) {
        const std::size_t tid = frame[management_header + addba_tid_at] >> 2U & 7U;
        put_sequence(frame, management_header + addba_start_at, sequences_[owner][tid] & last_sequence);
    }
}

Bytes DataPath::from_ethernet(ByteView frame, const Job& job, std::uint16_t wcid) const {
    const WtblEntry& entry = tables_.wtbl[wcid];
    AirHeader header;
    header.to_ds = tables_.bss[entry.bss_idx].basic.conn_type != ConnectionType::access_point;
    header.peer = entry.self ? *ethernet_destination(frame) : entry.basic.peer_addr;
    header.own = own_address(entry.bss_idx).value_or(MacAddress{});
    if (is_qos_data(job.descriptor)) header.tid = job.descriptor.tid & 7U;
    header.sequence = job.sequence;
    return *ieee80211_of_ethernet(frame, header);
}

bool DataPath::encrypt(Bytes& frame, const TxDescriptor& descriptor, std::uint16_t wcid) {
    if (descriptor.bip) return crypto_.sign(frame, wcid);
    return !descriptor.protect || crypto_.protect(frame, wcid);
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
    job.sent_as = wcid;
    if (descriptor.protect && !config_.chip_crypto && !has_key(wcid, descriptor.group)) {
        ++counters_[wcid].tx_without_key;
        give_back(id, {.attempts = 0});
        return std::nullopt;
    }
    out.channel = channel.value_or(RadioChannel{});
    out.bytes = std::move(job.frame);
    number(job, out.bytes, wcid);
    if (descriptor.header == TxDescriptor::Header::ethernet)
        out.bytes = from_ethernet(out.bytes, job, wcid);
    else
        set_addresses(out.bytes, descriptor, wcid);
    if (config_.chip_crypto && !encrypt(out.bytes, descriptor, wcid)) {
        ++counters_[wcid].tx_without_key;
        give_back(id, {.attempts = 0});
        return std::nullopt;
    }
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
    freed_.push_back({told(job.sent_as), descriptor.token, attempts, !fine});
    // Each packet costs a guest an interrupt and a dozen registers: while more is on its way they go together.
    if (!config_.chip_crypto || jobs_.empty() || freed_.size() >= most_freed_together) return tell_freed();
    if (!free_timer_.pending()) free_timer_ = clock_.after(free_patience, [this] { tell_freed(); });
}

void DataPath::tell_freed() {
    free_timer_.cancel();
    if (!freed_.empty()) send_(build_tx_free(std::exchange(freed_, {})));
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

}  // namespace mlosim::mt7925
