#include "mt7925/scan_engine.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mlosim::mt7925 {
namespace {

/// Adds the channels of `type` that the domain knows.
void append_channels_of_type(std::vector<ScanChannel>& out, std::uint8_t type, const Regulatory& regulatory) {
    const auto append = [&](std::uint8_t band, const std::vector<DomainChannel>& channels) {
        for (const DomainChannel& channel : channels)
            out.push_back({band, static_cast<std::uint8_t>(channel.channel)});
    };
    if (type == ScanChannels::type_p2p_social) {
        for (const std::uint8_t channel : {1, 6, 11})
            out.push_back({1, channel});
        return;
    }
    if (type == ScanChannels::type_all || type == ScanChannels::type_2ghz) append(1, regulatory.channels_2g);
    if (type == ScanChannels::type_all || type == ScanChannels::type_5ghz) append(2, regulatory.channels_5g);
    if (type == ScanChannels::type_all) append(3, regulatory.channels_6g);
}

/// Everything that a SCAN_REQ can say.
struct ScanMessage {
    ScanJob job;
    std::optional<ScanRequest> request;
    std::optional<ScanCancel> cancel;
    std::optional<SchedScanRequest> sched_request;
    std::optional<SchedScanEnable> sched_enable;
};

/// The SSID of a beacon or probe response: the element that comes first in both.
std::optional<ByteView> announced_ssid(ByteView frame) {
    constexpr std::uint8_t beacon = 0x80;
    constexpr std::uint8_t probe_response = 0x50;
    constexpr std::size_t elements_at = 24 + 12;
    if (frame.size() < elements_at + 2 || (frame[0] != beacon && frame[0] != probe_response)) return std::nullopt;
    const std::size_t length = frame[elements_at + 1];
    if (frame[elements_at] != 0 || frame.size() < elements_at + 2 + length) return std::nullopt;
    return frame.subspan(elements_at + 2, length);
}

struct ScanRecord {
    std::uint16_t tag;
    Result<void> (*read)(ScanMessage& message, const Tlv& tlv, const Regulatory& regulatory);
};

/// A record of which `Member` of the message is all that is kept.
template <class T, auto Member>
constexpr ScanRecord keeps = {T::tag, [](ScanMessage& message, const Tlv& tlv, const Regulatory&) -> Result<void> {
                                  const Result<T> value = decode<T>(tlv);
                                  if (!value) return fail(value.error());
                                  message.*Member = *value;
                                  return {};
                              }};

/// Older drivers (Linux 6.12) leave room for four SSIDs only.
Result<void> read_ssids(ScanMessage& message, const Tlv& tlv, const Regulatory&) {
    constexpr std::size_t header_size = 4;
    constexpr std::size_t entry_size = 36;
    constexpr std::size_t size = header_size + entry_size * std::tuple_size_v<decltype(ScanSsids::ssids)>;
    Bytes body(tlv.body.begin(), tlv.body.end());
    if (body.size() >= header_size && body.size() < size && (body.size() - header_size) % entry_size == 0)
        body.resize(size);
    const Result<ScanSsids> ssids = decode<ScanSsids>(Tlv{tlv.tag, body, tlv.offset});
    if (!ssids) return fail(ssids.error());
    if (ssids->ssids_num > ssids->ssids.size()) return fail(EINVAL, "more SSIDs than a request has room for");
    std::vector<Bytes>& out = message.job.ssids;
    for (std::size_t i = 0; i < ssids->ssids_num; ++i) {
        const ScanSsidEntry& entry = ssids->ssids[i];
        if (entry.length > entry.ssid.size()) return fail(EINVAL, "an SSID is longer than 32 octets");
        out.emplace_back(entry.ssid.begin(), entry.ssid.begin() + entry.length);
    }
    if (out.empty() && (ssids->ssid_type & ScanSsids::type_wildcard) != 0) out.emplace_back();
    return {};
}

Result<void> read_channels(ScanMessage& message, const Tlv& tlv, const Regulatory& regulatory) {
    const Result<ScanChannels> channels = decode<ScanChannels>(tlv);
    if (!channels) return fail(channels.error());
    std::vector<ScanChannel>& out = message.job.channels;
    if (channels->channel_type != ScanChannels::type_list) {
        append_channels_of_type(out, channels->channel_type, regulatory);
        return {};
    }
    if (channels->channels_num > channels->channels.size())
        return fail(EINVAL, "more channels than a request has room for");
    out.assign(channels->channels.begin(), channels->channels.begin() + channels->channels_num);
    return {};
}

Result<void> read_elements(ScanMessage& message, const Tlv& tlv, const Regulatory&) {
    Result<ScanElements> elements = decode<ScanElements>(tlv);
    if (!elements) return fail(elements.error());
    message.job.elements.push_back(std::move(*elements));
    return {};
}

Result<void> read_neighbor(ScanMessage& message, const Tlv& tlv, const Regulatory&) {
    const Result<ScanBssid> neighbor = decode<ScanBssid>(tlv);
    if (!neighbor) return fail(neighbor.error());
    if (!neighbor->bssid.is_group()) message.job.neighbors.push_back(*neighbor);
    return {};
}

Result<void> read_matches(ScanMessage& message, const Tlv& tlv, const Regulatory&) {
    const Result<SchedScanMatchSets> sets = decode<SchedScanMatchSets>(tlv);
    if (!sets) return fail(sets.error());
    if (sets->match_num > sets->matches.size()) return fail(EINVAL, "more match sets than a request has room for");
    message.job.matches.assign(sets->matches.begin(), sets->matches.begin() + sets->match_num);
    return {};
}

Result<void> read_misc(ScanMessage& message, const Tlv& tlv, const Regulatory&) {
    const Result<ScanMisc> misc = decode<ScanMisc>(tlv);
    if (!misc) return fail(misc.error());
    message.job.random_mac = misc->random_mac;
    return {};
}

constexpr ScanRecord scan_records[] = {
    keeps<ScanRequest, &ScanMessage::request>,
    keeps<ScanCancel, &ScanMessage::cancel>,
    keeps<SchedScanRequest, &ScanMessage::sched_request>,
    keeps<SchedScanEnable, &ScanMessage::sched_enable>,
    {ScanSsids::tag, read_ssids},
    {ScanBssid::tag, read_neighbor},
    {ScanChannels::tag, read_channels},
    {ScanElements::tag, read_elements},
    {ScanMisc::tag, read_misc},
    {SchedScanMatchSets::tag, read_matches},
};

Result<ScanMessage> read_message(ByteView payload, const Regulatory& regulatory) {
    const Result<ScanHeader> header = decode_front<ScanHeader>(payload);
    if (!header) return fail(header.error());
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return fail(tlvs.error());
    ScanMessage message;
    message.job.header = *header;
    for (const Tlv& tlv : *tlvs) {
        const auto record = std::ranges::find(scan_records, tlv.tag, &ScanRecord::tag);
        if (record == std::end(scan_records)) continue;
        const Result<void> read = record->read(message, tlv, regulatory);
        if (!read) return fail(read.error());
    }
    if (message.request) message.job.request = *message.request;
    return message;
}

}  // namespace

ScanEngine::ScanEngine(const FirmwareTables& tables, Clock& clock, Radio& radio, FaultRules& faults,
                       const FirmwareTiming& timing, Send send, RadioTaken radio_taken, LeftChannel left_channel)
    : tables_(tables),
      clock_(clock),
      radio_(radio),
      faults_(faults),
      timing_(timing),
      send_(std::move(send)),
      radio_taken_(std::move(radio_taken)),
      left_channel_(std::move(left_channel)) {}

CommandOutcome ScanEngine::command(ByteView payload) {
    Result<ScanMessage> message = read_message(payload, tables_.regulatory);
    if (!message) return CommandOutcome::unreadable();
    if (message->cancel) {
        if (job_ && !job_of_schedule_) finish();
        return {};
    }
    if (message->sched_request) {
        message->job.request.scan_type = 1;
        schedule_ = Schedule{std::move(message->job), *message->sched_request};
        return {};
    }
    if (message->sched_enable) {
        control_schedule(*message->sched_enable);
        return {};
    }
    if (!message->request) return {};
    // The driver has one scan at a time; a round of a schedule gives way and comes again.
    if (job_ && !job_of_schedule_) return CommandOutcome::refused(status::failure);
    begin(message->job, false);
    return {};
}

void ScanEngine::begin(const ScanJob& job, bool of_schedule) {
    if (dwelling_) leave_channel();
    job_ = job;
    job_of_schedule_ = of_schedule;
    matched_ = job.matches.empty();
    next_ = 0;
    next_channel();
}

void ScanEngine::next_channel() {
    if (!job_) return;
    if (next_ == job_->channels.size()) {
        timer_ = clock_.after(timing_.scan_end, [this] { finish(); });
        return;
    }
    if (radio_taken_()) {
        waiting_for_radio_ = true;
        return;
    }
    const ScanChannel channel = job_->channels[next_++];
    const bool active = job_->request.scan_type != 0 && !tables_.regulatory.no_ir(channel.band, channel.channel);
    dwelling_ = true;
    radio_.visit({channel.band, channel.channel, channel.channel, 0, 0}, Visit::scan);
    if (active) probe(channel);
    timer_ = clock_.after(active ? timing_.active_dwell : timing_.passive_dwell, [this] {
        leave_channel();
        pause_at_home();
    });
}

/// Between two channels what waits at home goes out and in.
void ScanEngine::pause_at_home() {
    const bool connected = std::ranges::any_of(tables_.bss, &Bss::connected_station);
    if (!connected || timing_.scan_home == sim::Duration{} || next_ == job_->channels.size()) return next_channel();
    timer_ = clock_.after(timing_.scan_home, [this] { next_channel(); });
}

std::optional<MacAddress> ScanEngine::sender() const {
    if (!job_) return std::nullopt;
    return source_address(*job_);
}

void ScanEngine::leave_channel() {
    timer_.cancel();
    dwelling_ = false;
    radio_.return_home();
    left_channel_();
}

MacAddress ScanEngine::source_address(const ScanJob& job) const {
    if ((job.request.func & ScanRequest::func_random_mac) != 0 && job.random_mac) return *job.random_mac;
    if (job.header.bss_idx < bss_count) {
        const std::uint8_t omac = tables_.bss[job.header.bss_idx].basic.omac_idx;
        if (omac < omac_count && tables_.devices[omac].links[0]) return *tables_.devices[omac].links[0];
    }
    return {};
}

/// On 6 GHz everybody is asked on the preferred scanning channels only (802.11ax 26.17.2.3); elsewhere those that a
/// neighbor report named, by name.
void ScanEngine::probe(const ScanChannel& channel) {
    const bool is_6ghz = channel.band == 3;
    const bool is_preferred = channel.channel % 16 == 5;
    for (const Bytes& ssid : job_->ssids) {
        if (!is_6ghz || is_preferred) send_probe(channel, MacAddress::broadcast(), ssid);
        if (!is_6ghz) continue;
        for (const ScanBssid& neighbor : job_->neighbors) {
            if (neighbor.match_ch == channel.channel) send_probe(channel, neighbor.bssid, ssid);
        }
    }
}

// 802.11-2020 9.3.3.9: the SSID element first, then what the host gave for the band.
void ScanEngine::send_probe(const ScanChannel& channel, const MacAddress& to, const Bytes& ssid) {
    static constexpr std::uint16_t probe_request = 0x0040;
    Bytes frame;
    ieee80211::ByteWriter out(frame);
    out.u16le(probe_request);
    out.u16le(0);
    out.mac(to);
    out.mac(source_address(*job_));
    out.mac(to);
    out.u16le(static_cast<std::uint16_t>(sequence_number_++ << 4U));
    out.u8(0);
    out.u8(static_cast<std::uint8_t>(ssid.size()));
    out.bytes(ssid);
    for (const ScanElements& elements : job_->elements) {
        // One list for all bands is an older driver's.
        if (elements.band == channel.band || elements.band == 0)
            out.bytes(ByteView(elements.ies).first(std::min<std::size_t>(elements.ies_len, elements.ies.size())));
    }
    radio_.transmit({.channel = {channel.band, channel.channel, channel.channel, 0, 0}, .bytes = std::move(frame)});
}

void ScanEngine::hear(const ReceivedFrame& frame) {
    if (!job_ || !job_of_schedule_ || !dwelling_) return;
    const std::optional<ByteView> ssid = announced_ssid(frame.bytes);
    if (!ssid) return;
    matched_ |= std::ranges::any_of(job_->matches, [&](const SchedScanMatch& match) {
        const ByteView wanted = ByteView(match.ssid).first(std::min<std::size_t>(match.ssid_len, match.ssid.size()));
        return frame.rssi_dbm >= match.rssi_threshold && (wanted.empty() || std::ranges::equal(wanted, *ssid));
    });
}

void ScanEngine::finish() {
    if (dwelling_) leave_channel();
    timer_.cancel();
    waiting_for_radio_ = false;
    const ScanHeader header{job_->header.seq_num, 0, 0};
    const bool of_schedule = job_of_schedule_;
    job_.reset();
    ++completed_;
    Bytes tlvs;
    if (of_schedule)
        append_tlv(tlvs, ScanDoneNlo{});
    else
        append_tlv(tlvs, ScanDoneBasic{});
    if (const auto flip = faults_.take(FaultEffect::regd_flip, {})) {
        const auto letters = static_cast<std::uint16_t>(flip->value);
        append_tlv(tlvs,
                   ScanDoneChannelInfo{
                       0, {static_cast<std::uint8_t>(letters & 0xffU), static_cast<std::uint8_t>(letters >> 8U), 0}});
    }
    if (!of_schedule || matched_) send_(header, tlvs);
    if (of_schedule && sched_running_) {
        const sim::Duration interval = std::chrono::seconds(std::max<int>(1, schedule_->request.intervals[0]));
        round_timer_ = clock_.after(interval, [this] { begin_round(); });
    } else if (!of_schedule && sched_running_ && !round_timer_.pending()) {
        begin_round();
    }
}

void ScanEngine::control_schedule(const SchedScanEnable& enable) {
    round_timer_.cancel();
    sched_running_ = enable.stop == 0 && schedule_.has_value();
    if (sched_running_) {
        begin_round();
    } else if (job_ && job_of_schedule_) {
        if (dwelling_) leave_channel();
        timer_.cancel();
        waiting_for_radio_ = false;
        job_.reset();
    }
}

void ScanEngine::begin_round() {
    if (!job_) begin(schedule_->job, true);
}

void ScanEngine::resume() {
    if (std::exchange(waiting_for_radio_, false)) next_channel();
}

void ScanEngine::reset() {
    timer_.cancel();
    round_timer_.cancel();
    job_.reset();
    schedule_.reset();
    sched_running_ = false;
    dwelling_ = false;
    waiting_for_radio_ = false;
    next_ = 0;
}

}  // namespace mlosim::mt7925
