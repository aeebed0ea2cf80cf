#include "mt7925/host/frames.h"

#include <algorithm>
#include <utility>

#include "ieee80211/frame_header.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_descriptor.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;
using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::ManagementSubtype;

constexpr std::size_t addr1_at = 4;
constexpr std::size_t addr2_at = 10;
constexpr std::size_t addr3_at = 16;
constexpr unsigned most_attempts = 15;
constexpr sim::Duration status_patience = 250ms;   // MT_TX_STATUS_SKB_TIMEOUT
constexpr sim::Duration between_statuses = 250ms;  // HZ / 4, of a peer's data
constexpr std::uint8_t tid_of_addba = 2;           // MT_TX_ADDBA
constexpr phy::Band bands[] = {phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6};

void put(Bytes& frame, std::size_t at, const ieee80211::MacAddress& address) {
    std::ranges::copy(address.octets(), frame.begin() + static_cast<std::ptrdiff_t>(at));
}

/// 802.11-2020 Table 10-1: user priority to access category, as the chip numbers its queues.
std::uint8_t queue_of_tid(unsigned tid) {
    constexpr std::uint8_t queues[] = {tx_queue::best_effort, tx_queue::background, tx_queue::background,
                                       tx_queue::best_effort, tx_queue::video,      tx_queue::video,
                                       tx_queue::voice,       tx_queue::voice};
    return queues[tid & 7U];
}

bool is_addba_request(const FrameView& view) {
    constexpr std::uint8_t block_ack = 3;
    return view.frame_control().is(ManagementSubtype::action) && view.body().size() >= 2 &&
           view.body()[0] == block_ack && view.body()[1] == 0;
}

/// Frames that an access point would buffer are the others. cf. ieee80211_is_bufferable_mmpdu()
bool goes_ahead(FrameControl fc) {
    return fc.type() == FrameType::management && !fc.is(ManagementSubtype::action);
}

TxDescriptor describe(const FrameToSend& frame, const FrameView& view) {
    const FrameControl fc = view.frame_control();
    const bool group = view.addr1().is_group();
    const bool is_data = fc.type() == FrameType::data;
    const auto qos = view.qos();
    TxDescriptor out;
    out.header_size = static_cast<std::uint8_t>(view.header().size());
    out.frame_type = static_cast<std::uint8_t>(fc.type());
    out.frame_subtype = static_cast<std::uint8_t>(fc.subtype());
    out.tid = static_cast<std::uint8_t>(qos ? qos->get(ieee80211::QosControl::tid) & 7U : 0U);
    if (is_addba_request(view)) out.tid = tid_of_addba;
    out.queue = goes_ahead(fc) ? tx_queue::alternative : queue_of_tid(is_data ? out.tid : 0);
    out.group = group;
    out.no_acknowledgement = frame.no_acknowledgement;
    out.attempts = static_cast<std::uint8_t>(std::min(frame.attempts.value_or(most_attempts), most_attempts));
    // Of data the firmware knows the best rate, but for what shall go at the lowest one.
    out.fixed_rate = !is_data || group || !frame.rate;
    if (out.fixed_rate) {
        const auto index = frame.rate ? fixed_rate_index(*frame.rate) : std::nullopt;
        out.rate_index = index.value_or(basic_rate_index(frame.band));
        out.no_block_ack = true;
    }
    // Addresses of links stay as they are, of MLDs the firmware puts those of the link that it chooses.
    const bool null = fc.is_null_data();
    out.fixed_link = !frame.of_mld || goes_ahead(fc) || (is_data && (null || !frame.mlds));
    out.frame_bytes = static_cast<std::uint16_t>(frame.bytes.size());
    return out;
}

}  // namespace

Frames::Frames(Chip& chip, InProcessFront& front, Power& power, WcidTable& wcids, mld::Wiphy& wiphy,
               mld::DriverEvents& mac)
    : chip_(chip), front_(front), power_(power), wcids_(wcids), wiphy_(wiphy), mac_(mac) {
    front_.set_interrupt([this] {
        if (chip_.taken())
            poll();
        else
            wake();
    });
    power_.set_busy([this] { return !with_chip_.empty(); });
    power_.set_awake([this] { awake(); });
}

// The way out

void Frames::send(FrameToSend frame) {
    if (dead_) return;
    if (chip_.taken()) return give_to_chip(std::move(frame));
    // cf. mt76_connac_pm_queue_skb()
    if (waiting_.size() >= most_waiting) return refuse(frame.cookie);
    waiting_.push_back(std::move(frame));
    wake();
}

void Frames::wake() {
    if (std::exchange(waking_, true)) return;
    tasks_.start("wake_work", wake_work());
}

// cf. mt792x_pm_wake_work()
Task<void> Frames::wake_work() {
    Mutex::Guard chip = co_await power_.acquire("wake_work");
    waking_ = false;
    if (chip_.taken()) awake();
}

void Frames::awake() {
    poll();
    while (!waiting_.empty() && chip_.taken()) {
        FrameToSend next = std::move(waiting_.front());
        waiting_.pop_front();
        give_to_chip(std::move(next));
    }
}

/// A driver speaks to the MAC from events of its own only.
void Frames::refuse(std::uint64_t cookie) {
    ++counts_.dropped;
    if (cookie == 0) return;
    refused_.push_back(cookie);
    if (refusing_.pending()) return;
    refusing_ = chip_.queue().after({}, [this] {
        for (const std::uint64_t lost : std::exchange(refused_, {}))
            mac_.transmitted({.cookie = lost});
    });
}

// cf. mt792x_tx()
std::optional<std::uint8_t> Frames::entry_for(const FrameToSend& frame) const {
    std::optional<std::uint8_t> own;
    for (std::uint8_t index = 1; index < WcidTable::size; ++index) {
        const Wcid* entry = wcids_.find(index);
        if (entry == nullptr) continue;
        if (index < WcidTable::peers_end) {
            if (entry->peer != frame.receiver) continue;
            const bool first = frame.mlds && entry->primary && wcids_.find(*entry->primary) != nullptr;
            return first ? *entry->primary : index;
        }
        if (entry->peer == frame.sender) own = index;
    }
    return own;
}

/// The next that is free. cf. mt76_token_consume(), which looks for the lowest
std::optional<std::uint16_t> Frames::next_token() {
    for (unsigned tried = 0; tried < tokens; ++tried) {
        last_token_ = static_cast<std::uint16_t>((last_token_ + 1U) % tokens);
        if (!with_chip_.contains(last_token_)) return last_token_;
    }
    return std::nullopt;
}

/// cf. mt76_tx_status_skb_add(): each entry has PIDs of its own
std::uint8_t Frames::next_pid(std::uint8_t wcid, const FrameToSend& frame) {
    if (frame.no_acknowledgement || frame.receiver.is_group()) return packet_id::no_acknowledgement;
    PidsOfEntry& pids = pids_[wcid];
    const sim::Time now = chip_.queue().now();
    bool wanted = frame.wants_status;
    // Of a peer's data now and then, to know its rate.
    if (frame.to_station && (now - pids.last_asked > between_statuses || pids.last_asked == sim::Time{})) {
        pids.last_asked = now;
        wanted = true;
    }
    if (!wanted) return packet_id::nobody;
    for (unsigned tried = packet_id::first; tried <= packet_id::last; ++tried) {
        pids.last = pids.last < packet_id::first || pids.last == packet_id::last
                        ? packet_id::first
                        : static_cast<std::uint8_t>(pids.last + 1U);
        if (!pids.frames.contains(pids.last)) return pids.last;
    }
    return packet_id::nobody;
}

void Frames::give_to_chip(FrameToSend frame) {
    const auto view = FrameView::parse(frame.bytes);
    if (!view) return refuse(frame.cookie);
    const std::optional<std::uint8_t> entry = frame.in_turn && frame.wcid ? frame.wcid : entry_for(frame);
    const auto is_peers = [](const auto& wcid) { return wcid && *wcid < WcidTable::peers_end; };
    if (frame.to_station && !is_peers(entry)) {
        // The link went away before its frame came here.
        if (is_peers(frame.wcid) && race_ && race_(frame)) return;
        if (view->frame_control().type() == FrameType::data) return refuse(frame.cookie);
    }
    const auto token = next_token();
    if (!token) return refuse(frame.cookie);
    const std::uint8_t wcid = entry.value_or(WcidTable::global);
    TxDescriptor descriptor = describe(frame, *view);
    Wcid* const own = wcids_.change(wcid);
    descriptor.wlan_idx = wcid;
    // Encrypted it is already; that the chip has the key is what the descriptor says. cf. info->control.hw_key
    descriptor.protect = frame.protect && own != nullptr && own->key_index.has_value();
    descriptor.pid = next_pid(wcid, frame);
    descriptor.token = *token;
    if (descriptor.pid >= packet_id::first) {
        descriptor.wants_status = true;
        descriptor.no_block_ack = true;
    }
    WithChip sent;
    sent.cookie = frame.cookie;
    sent.wcid = wcid;
    sent.pid = descriptor.pid;
    sent.since = chip_.queue().now();
    if (wiphy_.has_monitors()) sent.shown = std::make_shared<const Bytes>(frame.bytes);
    const bool translated = frame.mlds && !descriptor.fixed_link && view->frame_control().type() == FrameType::data;
    if (translated) {
        put(frame.bytes, addr1_at, frame.mlds->peer);
        put(frame.bytes, addr2_at, frame.mlds->own);
        if (view->addr3() == frame.receiver) put(frame.bytes, addr3_at, frame.mlds->peer);
    }
    const std::uint64_t number = ++last_number_;
    if (descriptor.wants_status) pids_[wcid].frames[descriptor.pid] = number;
    with_chip_[*token] = number;
    frames_[number] = std::move(sent);
    ++counts_.sent;
    if (own != nullptr) {
        ++own->statistics.tx_packets;
        own->statistics.tx_bytes += frame.bytes.size();
    }
    power_.used();
    if (front_.send_frame(build_tx_descriptor(descriptor), frame.bytes)) return;
    // A chip that is dead or being reset takes nothing; what lies on its ring goes with it.
    with_chip_.erase(*token);
    pids_[wcid].frames.erase(descriptor.pid);
    frames_.erase(number);
    refuse(frame.cookie);
}

// What became of them

void Frames::poll() {
    while (auto packet = dead_ ? std::nullopt : front_.take_packet()) {
        power_.used();
        take(*packet);
    }
    check_tokens();
}

/// Rule I7: what has a token is in the chip.
void Frames::check_tokens() {
    const Firmware& firmware = front_.firmware();
    if (!firmware.running() || firmware.dead()) return;  // until the driver has reset it
    const std::size_t held = firmware.data().frames();
    const std::size_t missed = with_chip_.size() > held ? with_chip_.size() - held : 0;
    if (front_.packets() != 0 || missed == tokens_missed_) return;
    if (missed > tokens_missed_)
        chip_.violate("I7", std::to_string(with_chip_.size()) + " tokens are out and the chip has " +
                                std::to_string(held) + " frames");
    tokens_missed_ = missed;
}

// cf. mt7925_rx_check()
void Frames::take(ByteView packet) {
    const auto type = packet_type(packet);
    if (type == static_cast<std::uint8_t>(PacketType::frame)) return take_frame(packet);
    if (type == static_cast<std::uint8_t>(PacketType::tx_free)) return take_free(packet);
    if (type == static_cast<std::uint8_t>(PacketType::tx_status)) return take_status(packet);
    ++counts_.malformed;
}

// cf. mt7925_mac_add_txs()
void Frames::take_status(ByteView packet) {
    const auto reports = parse_tx_status(packet);
    if (!reports) {
        ++counts_.malformed;
        return;
    }
    for (const TxStatusReport& report : *reports) {
        if (report.pid < packet_id::first) continue;
        if (report.wcid >= WcidTable::size || wcids_.change(static_cast<std::uint8_t>(report.wcid)) == nullptr) {
            // Frames that belong to nobody's entry are known by their PID all the same.
            if (report.wcid != WcidTable::global) {
                ++counts_.unknown_wcid;
                continue;
            }
        }
        PidsOfEntry& pids = pids_[report.wcid];
        const auto found = pids.frames.find(report.pid);
        if (found == pids.frames.end()) continue;
        const std::uint64_t number = found->second;
        frames_[number].status = report;
        if (Wcid* entry = wcids_.change(static_cast<std::uint8_t>(report.wcid)))
            entry->statistics.tx_rate = report.rate;
        if (frames_[number].freed) complete(number);
    }
}

// cf. mt7925_mac_tx_free()
void Frames::take_free(ByteView packet) {
    const auto freed = parse_tx_free(packet);
    if (!freed) {
        ++counts_.malformed;
        return;
    }
    std::uint32_t to_poll = 0;
    for (const FreedFrame& frame : *freed) {
        if (frame.wcid >= WcidTable::size) {
            ++counts_.unknown_wcid;
            if (no_entry_ && no_entry_(frame.wcid)) return;
        } else if (Wcid* entry = wcids_.change(static_cast<std::uint8_t>(frame.wcid))) {
            entry->statistics.tx_retries += frame.attempts - 1U;
            entry->statistics.tx_failed += frame.failed ? 1 : 0;
            to_poll |= 1U << frame.wcid;
        }
        const auto found = with_chip_.find(frame.token);
        if (found == with_chip_.end()) continue;
        const std::uint64_t number = found->second;
        with_chip_.erase(found);
        WithChip& sent = frames_[number];
        sent.freed = true;
        sent.failed = frame.failed;
        sent.attempts = frame.attempts;
        if (sent.pid < packet_id::first || sent.status)
            complete(number);
        else if (!timeout_.pending())
            timeout_ = chip_.queue().after(status_patience, [this] { check_timeouts(); });
    }
    for (std::uint8_t wcid = 0; wcid < WcidTable::size; ++wcid)
        if ((to_poll >> wcid & 1U) != 0) poll_entry(wcid);
}

/// cf. mt76_tx_status_check(): of what never had its report nobody knows that it was acknowledged
void Frames::check_timeouts() {
    std::vector<std::uint64_t> late;
    std::optional<sim::Time> oldest;
    for (const auto& [number, sent] : frames_) {
        if (!sent.freed || sent.pid < packet_id::first) continue;
        if (chip_.queue().now() - sent.since >= status_patience)
            late.push_back(number);
        else
            oldest = oldest ? std::min(*oldest, sent.since) : sent.since;
    }
    for (const std::uint64_t number : late) {
        ++counts_.status_timeouts;
        frames_[number].failed = true;
        complete(number);
    }
    if (oldest) timeout_ = chip_.queue().at(*oldest + status_patience, [this] { check_timeouts(); });
}

void Frames::complete(std::uint64_t number) {
    const auto found = frames_.find(number);
    const WithChip sent = std::move(found->second);
    frames_.erase(found);
    if (sent.pid >= packet_id::first) pids_[sent.wcid].frames.erase(sent.pid);
    if (sent.cookie == 0 && !sent.shown) return;
    const Wcid* entry = wcids_.change(static_cast<std::uint8_t>(sent.wcid));
    mld::TxStatus status;
    status.cookie = sent.cookie;
    status.acknowledged =
        sent.pid != packet_id::no_acknowledgement && !sent.failed && (!sent.status || sent.status->acknowledged);
    status.retries = sent.attempts - 1;
    std::optional<RateCode> rate = entry != nullptr ? entry->statistics.tx_rate : std::nullopt;
    if (sent.status) rate = sent.status->rate;
    if (rate) status.rate = rate_of(*rate).value_or(phy::Rate{});
    if (status.acknowledged && sent.status && sent.status->rcpi)
        status.ack_signal_dbm = dbm_of(*sent.status->rcpi);
    else if (status.acknowledged && entry != nullptr)
        status.ack_signal_dbm = entry->statistics.ack_signal_dbm;
    status.frame = sent.shown;
    mac_.transmitted(status);
}

// cf. mt7925_mac_sta_poll()
void Frames::poll_entry(std::uint8_t wcid) {
    constexpr unsigned first_airtime = 20;
    constexpr unsigned ack_signal = 34;
    constexpr std::uint32_t nothing_read = 0xffffffff;
    constexpr unsigned overflow_bit = 30;
    Wcid* entry = wcids_.change(wcid);
    if (entry == nullptr) return;
    WcidStatistics& own = entry->statistics;
    bool clear = false;
    for (unsigned ac = 0; ac < own.tx_airtime_us.size(); ++ac) {
        const std::uint32_t tx = front_.table_word(wcid, first_airtime + 2 * ac);
        const std::uint32_t rx = front_.table_word(wcid, first_airtime + 2 * ac + 1);
        if (tx == nothing_read || rx == nothing_read) continue;
        own.tx_airtime_us[ac] += tx - std::exchange(own.last_tx_word[ac], tx);
        own.rx_airtime_us[ac] += rx - std::exchange(own.last_rx_word[ac], rx);
        clear = clear || ((tx | rx) >> overflow_bit & 1U) != 0;
    }
    if (clear) {
        front_.firmware().data().clear_airtime(wcid);
        own.last_tx_word = {};
        own.last_rx_word = {};
    }
    const std::uint32_t rcpi = front_.table_word(wcid, ack_signal);
    if (rcpi != nothing_read && (rcpi & 0xffU) != 0) own.ack_signal_dbm = dbm_of(static_cast<std::uint8_t>(rcpi));
}

void Frames::reset() {
    with_chip_.clear();
    tokens_missed_ = 0;
    timeout_.cancel();
    for (PidsOfEntry& pids : pids_)
        pids = {};
    for (const auto& [number, sent] : std::exchange(frames_, {}))
        if (sent.cookie != 0) refuse(sent.cookie);
    for (const FrameToSend& frame : std::exchange(waiting_, {}))
        refuse(frame.cookie);
}

// The way in. cf. mt7925_mac_fill_rx()

std::optional<ieee80211::LinkId> Frames::link_of(const Wcid* entry, bool to_group) const {
    if (entry == nullptr) return std::nullopt;
    // cf. mt792x_rx_get_wcid()
    if (to_group && wrong_group_link_ && wrong_group_link_() && entry->primary)
        if (const Wcid* first = wcids_.find(*entry->primary)) return first->link;
    return entry->link;
}

void Frames::take_frame(ByteView packet) {
    const auto arrived = parse_received(packet);
    if (!arrived || arrived->descriptor.fcs_error) {
        ++counts_.malformed;
        return;
    }
    const RxDescriptor& d = arrived->descriptor;
    const auto channel = phy::find_channel(bands[d.band - 1], d.channel);
    if (!channel) {
        ++counts_.malformed;
        return;
    }
    Wcid* entry = nullptr;
    if (d.wlan_idx < WcidTable::size && wcids_.find(static_cast<std::uint8_t>(d.wlan_idx)) != nullptr)
        entry = wcids_.change(static_cast<std::uint8_t>(d.wlan_idx));
    else if (d.wlan_idx != RxDescriptor::nobody)
        ++counts_.unknown_wcid;
    ++counts_.received;
    const sim::Time now = chip_.queue().now();
    mld::RxStatus status;
    status.channel = *channel;
    status.signal = phy::Dbm{static_cast<double>(dbm_of(d.rcpi))};
    status.received = now;
    status.started = now;
    if (d.rate) status.rate = rate_of(*d.rate).value_or(phy::Rate{});
    if (d.timestamp_us) {
        // The chip's clock has 32 bits.
        const auto ago = static_cast<std::uint32_t>(static_cast<std::uint32_t>(now.us()) - *d.timestamp_us);
        status.started = now - std::chrono::microseconds(ago);
    }
    status.link = link_of(entry, d.address != RxDescriptor::AddressType::unicast_to_me);
    if (entry != nullptr) {
        ++entry->statistics.rx_packets;
        entry->statistics.rx_bytes += arrived->frame.size();
        entry->statistics.rx_rate = d.rate;
        entry->statistics.signal_dbm = dbm_of(d.rcpi);
    }
    mac_.receive(std::make_shared<const Bytes>(arrived->frame.begin(), arrived->frame.end()), status);
}

}  // namespace mlosim::mt7925::host
