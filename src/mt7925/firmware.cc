#include "mt7925/firmware.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ieee80211/frame_header.h"
#include "mt7925/event_tlvs.h"
#include "mt7925/fault_rule_text.h"
#include "mt7925/host_tlvs.h"

namespace mlosim::mt7925 {
namespace {

constexpr std::size_t ring_size = 256;

/// Whether the boot ROM's answer gets lost. Rules about commands in general are about the firmware's.
bool loses_answer(FaultRules& faults, RomCid cid) {
    FaultSubject subject;
    subject.cid = static_cast<std::uint16_t>(first_rom_cid + static_cast<std::uint16_t>(cid));
    const auto names_it = [&subject](const FaultRules::Entry& entry) { return entry.rule.match.cid == subject.cid; };
    return std::ranges::any_of(faults.entries(), names_it) && faults.take(FaultEffect::drop_ack, subject).has_value();
}

/// Whom a command names, as far as its fixed header says.
FaultSubject subject_of(const CommandView& command) {
    FaultSubject subject;
    subject.cid = command.cid;
    const auto octet = [&](std::size_t at) { return command.payload[at]; };
    const bool names_bss = command.is(Cid::bss_info) || command.is(Cid::sta_rec) || command.is(Cid::edca) ||
                           command.is(Cid::offload) || command.is(Cid::suspend) || command.is(Cid::rssi_monitor);
    if (names_bss && !command.payload.empty()) subject.bss_idx = octet(0);
    if (command.is(Cid::sta_rec) && command.payload.size() >= 8)
        subject.wcid = static_cast<std::uint16_t>(octet(1) | octet(6) << 8U);
    return subject;
}

bool is_slow(const CommandView& command) {
    return (command.is(Cid::efuse_ctrl) && command.is_query()) ||
           (command.is(Cid::chip_config) && !command.wants_ack() && command.payload.size() == 8);
}

}  // namespace

Firmware::Firmware(const FirmwareConfig& config, Clock& clock, Radio& radio, FaultRules& faults, EventSink sink)
    : config_(config),
      clock_(clock),
      faults_(faults),
      sink_(std::move(sink)),
      time_(tables_, clock, radio, config_.timing, config.chip_crypto ? config.timing.link_turn : sim::Duration{0}),
      data_(tables_, clock, time_, faults, config_,
            [this](Bytes packet) {
                if (data_sink_ && !dead_) data_sink_(std::move(packet));
            }),
      interfaces_(tables_, time_),
      stations_(tables_, config_),
      chip_(tables_, config_, time_),
      roc_(
          tables_, clock, time_, faults, config_.timing,
          [this](const RocGrant& grant) {
              send_unsolicited(Eid::roc, PayloadBuilder(ReservedHeader{}).add(grant).bytes());
          },
          [this] { return scan_.dwelling(); }, [this] { scan_.resume(); }),
      scan_(
          tables_, clock, time_, faults, config_.timing,
          [this](const ScanHeader& header, const Bytes& tlvs) {
              Bytes payload = PayloadBuilder(header).bytes();
              payload.insert(payload.end(), tlvs.begin(), tlvs.end());
              send_unsolicited(Eid::scan_done, payload);
          },
          [this] { return roc_.holds_radio(); }, [this] { roc_.scan_left_channel(); }),
      beacons_(
          tables_, clock, config.beacon_loss_limit, config.chip_crypto,
          [this](std::uint8_t idx) { return time_.listening_since(idx); },
          [this](std::uint8_t idx) { lose_beacons(idx); },
          [this](std::uint8_t idx, int rssi) {
              send_unsolicited(Eid::rssi, PayloadBuilder(BssHeader{idx, 0}).add(RssiValue{rssi}).bytes());
          }),
      own_beacons_(tables_, clock,
                   [this](std::uint8_t idx, RadioFrame frame) { time_.send_own(idx, std::move(frame)); }) {}

bool Firmware::receive_command(ByteView packet) {
    if (observer_) observer_(Direction::command, packet);
    ++counts_.commands;
    if (fw_own_) {
        ++counts_.commands_while_asleep;
        return false;
    }
    if (stalled_ || dead_ || ring_.size() >= ring_size) {
        ++counts_.dropped_commands;
        return false;
    }
    ring_.emplace_back(packet.begin(), packet.end());
    if (!working_) serve_next();
    return true;
}

bool Firmware::takes_commands() const noexcept {
    return !fw_own_ && !stalled_ && !dead_ && ring_.size() < ring_size;
}

void Firmware::serve_next() {
    working_ = false;
    while (!ring_.empty() && !stalled_ && !dead_) {
        const Result<CommandView> command = parse_command(ring_.front());
        if (!command) {
            ++counts_.malformed_commands;
            ring_.pop_front();
            continue;
        }
        if (command->uni && faults_.take(FaultEffect::stall_ring15, subject_of(*command))) {
            stalled_ = true;
            counts_.dropped_commands += ring_.size();
            ring_.clear();
            return;
        }
        working_ = true;
        const sim::Duration service = !command->uni
                                          ? config_.timing.rom_command
                                          : (is_slow(*command) ? config_.timing.slow_command : config_.timing.command);
        work_timer_ = clock_.after(service, [this] {
            const bool was_full = ring_.size() >= ring_size;
            const Bytes packet = std::move(ring_.front());
            ring_.pop_front();
            work_on(packet);
            serve_next();
            if (was_full && attention_) attention_();
        });
        return;
    }
}

void Firmware::work_on(ByteView packet) {
    const Result<CommandView> command = parse_command(packet);
    MLOSIM_INVARIANT(command.has_value(), "a command that is served was parsed before");
    if (command->uni)
        uni_command(*command);
    else
        rom_command(*command);
}

void Firmware::rom_command(const CommandView& command) {
    const bool power_switch = command.is(RomCid::nic_power_ctrl);
    if (rom_.state() == BootRom::State::started && !power_switch) {
        ++counts_.dropped_commands;
        return;
    }
    const bool stuck = command.is(RomCid::patch_sem_control) && !command.payload.empty() && command.payload[0] != 0 &&
                       faults_.take(FaultEffect::sem_stuck, {}).has_value();
    const RomAnswer rom_answer = rom_.command(static_cast<RomCid>(command.cid), command.payload, stuck);
    if (rom_answer.restart) {
        forget_everything();
        boot_state_ = state_powered;
        return;
    }
    if (!rom_answer.silent && !loses_answer(faults_, static_cast<RomCid>(command.cid))) {
        static constexpr std::uint8_t nothing[4] = {};
        send({static_cast<std::uint8_t>(command.cid), command.seq, 0, rom_answer.status, nothing});
    }
    if (rom_answer.start) start();
}

void Firmware::start() {
    if (faults_.take(FaultEffect::misc_not_ready, {})) return;
    boot_timer_ = clock_.after(config_.timing.boot, [this] {
        boot_state_ = state_running;
        ++counts_.boots;
    });
}

void Firmware::uni_command(const CommandView& command) {
    if (!running()) {
        ++counts_.dropped_commands;
        return;
    }
    const FaultSubject subject = subject_of(command);
    if (faults_.take(FaultEffect::coredump, subject)) {
        crash();
        return;
    }
    CommandOutcome outcome;
    if (const auto refused = faults_.take(FaultEffect::status, subject))
        outcome = CommandOutcome::refused(static_cast<std::uint32_t>(refused->value));
    else
        outcome = dispatch(command);
    account(outcome);
    answer(command, outcome, subject);
    if (command.is(Cid::dev_info) || command.is(Cid::bss_info) || command.is(Cid::sta_rec)) {
        data_.update();
        time_.update();
    }
    beacons_.update();
    if (config_.chip_crypto) own_beacons_.update();
    if (command.is(Cid::hif_ctrl) && !tables_.chip.suspended) host_awake();
    if (outcome.follow_up)
        send_unsolicited(static_cast<Eid>(outcome.follow_up->eid), outcome.follow_up->payload,
                         outcome.follow_up->after);
    if (const auto loss = faults_.take(FaultEffect::beacon_loss, subject))
        lose_beacons(static_cast<std::uint8_t>(loss->value));
    if (outcome.crash) crash();
}

CommandOutcome Firmware::dispatch(const CommandView& command) {
    struct Row {
        Cid cid;
        CommandOutcome (*work)(Firmware&, const CommandView&);
    };
    using F = Firmware;
    using C = CommandView;
    static constexpr Row rows[] = {
        {Cid::dev_info, [](F& f, const C& c) { return f.interfaces_.device(c.payload); }},
        {Cid::bss_info, [](F& f, const C& c) { return f.interfaces_.bss(c.payload); }},
        {Cid::sta_rec, [](F& f, const C& c) { return f.stations_.station(c.payload); }},
        {Cid::edca, [](F& f, const C& c) { return f.interfaces_.edca(c.payload); }},
        {Cid::suspend, [](F& f, const C& c) { return f.interfaces_.suspend(c.payload); }},
        {Cid::offload, [](F& f, const C& c) { return f.interfaces_.offload(c.payload); }},
        {Cid::hif_ctrl, [](F& f, const C& c) { return f.chip_.hif_control(c.payload); }},
        {Cid::band_config, [](F& f, const C& c) { return f.chip_.band_config(c.payload); }},
        {Cid::wsys_config, [](F& f, const C& c) { return f.chip_.wsys(c.payload); }},
        {Cid::reg_access, [](F& f, const C& c) { return f.chip_.registers(c.payload, c.is_query()); }},
        {Cid::chip_config, [](F& f, const C& c) { return f.chip_.chip_config(c.payload); }},
        {Cid::set_domain_info, [](F& f, const C& c) { return f.chip_.domain(c.payload); }},
        {Cid::scan_req, [](F& f, const C& c) { return f.scan_.command(c.payload); }},
        {Cid::sniffer, [](F& f, const C& c) { return f.chip_.sniffer(c.payload); }},
        {Cid::roc, [](F& f, const C& c) { return f.roc_.command(c.payload); }},
        {Cid::set_dbdc, [](F& f, const C& c) { return f.chip_.accept(Cid::set_dbdc, c.payload); }},
        {Cid::txpower, [](F& f, const C& c) { return f.chip_.accept(Cid::txpower, c.payload); }},
        {Cid::set_power_limit, [](F& f, const C& c) { return f.chip_.power_limit(c.payload); }},
        {Cid::efuse_ctrl, [](F& f, const C& c) { return f.chip_.efuse(c.payload, c.is_query()); }},
        {Cid::thermal, [](F& f, const C& c) { return f.chip_.thermal(c.payload, c.is_query()); }},
        {Cid::rssi_monitor, [](F& f, const C& c) { return f.interfaces_.rssi_monitor(c.payload); }},
        {Cid::radio_status, [](F& f, const C&) { return f.chip_.radio_status(); }},
    };
    const auto row = std::ranges::find(rows, static_cast<Cid>(command.cid), &Row::cid);
    if (row != std::end(rows)) return row->work(*this, command);
    // What nobody knows gets the answer that keeps the host content.
    ++counts_.unknown_commands;
    return {};
}

void Firmware::account(const CommandOutcome& outcome) {
    counts_.malformed_commands += outcome.malformed ? 1 : 0;
    counts_.refused_commands += outcome.status != status::ok ? 1 : 0;
    counts_.inactive_references += outcome.inactive_target ? 1 : 0;
}

void Firmware::answer(const CommandView& command, const CommandOutcome& outcome, const FaultSubject& subject) {
    if (!outcome.answer && !command.wants_ack()) return;
    if (faults_.take(FaultEffect::drop_ack, subject)) return;
    CommandResult result{static_cast<std::uint8_t>(command.cid), outcome.status};
    EventView event{static_cast<std::uint8_t>(Eid::result), command.seq, option::event, 0, {}};
    if (const auto wrong = faults_.take(FaultEffect::wrong_cid, subject))
        result.cid = static_cast<std::uint8_t>(wrong->value);
    if (faults_.take(FaultEffect::wrong_seq, subject)) event.seq = static_cast<std::uint8_t>(event.seq % 15 + 1);
    Bytes payload;
    if (outcome.answer) {
        event.eid = outcome.answer->eid;
        payload = outcome.answer->payload;
    } else {
        append_fields(payload, result);
    }
    event.payload = payload;
    if (const auto late = faults_.take(FaultEffect::delay, subject))
        send_later(std::chrono::milliseconds(late->value), event);
    else
        send(event);
}

void Firmware::send(const EventView& event) {
    ++counts_.events;
    Bytes packet = build_event(event);
    if (observer_) observer_(Direction::event, packet);
    sink_(std::move(packet));
}

void Firmware::send_unsolicited(Eid eid, ByteView payload, sim::Duration in) {
    if (dead_ && eid != Eid::coredump) return;
    FaultSubject subject;
    subject.eid = static_cast<std::uint8_t>(eid);
    if (faults_.take(FaultEffect::drop_event, subject)) return;
    if (const auto late = faults_.take(FaultEffect::delay_event, subject)) in += std::chrono::milliseconds(late->value);
    const EventView event{static_cast<std::uint8_t>(eid), 0, option::event | option::unsolicited, 0, payload};
    if (in > sim::Duration{0})
        send_later(in, event);
    else
        send(event);
}

void Firmware::say(std::string_view line) {
    if (!tables_.chip.fw_log) return;
    Bytes payload(4);
    ieee80211::ByteWriter out(payload);
    out.text(line);
    out.u8(0);
    send_unsolicited(Eid::fw_log, payload);
}

void Firmware::send_later(sim::Duration delay, const EventView& event) {
    const std::uint64_t key = next_delayed_++;
    Bytes payload(event.payload.begin(), event.payload.end());
    delayed_events_[key] = clock_.after(delay, [this, key, event, payload = std::move(payload)]() mutable {
        const Bytes kept = std::move(payload);
        EventView late = event;
        late.payload = kept;
        delayed_events_.erase(key);
        send(late);
    });
}

bool Firmware::receive_data(ByteView descriptor, ByteView frame) {
    if (!running() || dead_ || fw_own_) {
        ++counts_.dropped_frames;
        return false;
    }
    data_.accept(descriptor, frame);
    return true;
}

void Firmware::hear_for_sleeper(const ReceivedFrame& frame) {
    (void)beacons_.receive(frame);
    const auto view = ieee80211::FrameView::parse(frame.bytes);
    if (!view || !data_.is_own(view->addr1())) return;
    const auto fc = view->frame_control();
    if (!fc.is(ieee80211::ManagementSubtype::deauthentication) && !fc.is(ieee80211::ManagementSubtype::disassociation))
        return;
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        const bool wakes = tables_.chip.wow[idx] && (tables_.chip.wake_triggers[idx] & WowControl::on_disconnect) != 0;
        if (!wakes || !tables_.bss[idx].active || view->addr2() != tables_.bss[idx].basic.bssid) continue;
        kept_ = Kept{frame, Bytes(frame.bytes.begin(), frame.bytes.end())};
        if (wake_line_) wake_line_();
        return;
    }
}

void Firmware::host_awake() {
    if (!kept_) return;
    const Kept kept = std::move(*kept_);
    kept_.reset();
    ReceivedFrame frame = kept.frame;
    frame.bytes = kept.bytes;
    (void)data_.receive(frame, true);
}

bool Firmware::receive_frame(const ReceivedFrame& frame) {
    if (!running() || dead_) return false;
    if (tables_.chip.suspended) {
        hear_for_sleeper(frame);
        return false;
    }
    scan_.hear(frame);
    // A scan is there to hear others' beacons, whatever the filter says.
    const bool wanted = beacons_.receive(frame) || scan_.dwelling();
    const auto view = ieee80211::FrameView::parse(frame.bytes);
    return data_.receive(frame, wanted, view && scan_.sender() == view->addr1());
}

bool Firmware::is_own(const MacAddress& address) const {
    return running() && !dead_ && (data_.is_own(address) || scan_.sender() == address);
}

void Firmware::set_own() {
    own_timer_.cancel();
    fw_own_ = true;
}

void Firmware::clear_own() {
    if (!fw_own_ || own_timer_.pending()) return;
    if (faults_.take(FaultEffect::own_stuck, {})) return;
    own_timer_ = clock_.after(config_.timing.wake, [this] {
        fw_own_ = false;
        if (attention_) attention_();
    });
}

void Firmware::crash() {
    if (dead_) return;
    say("assert: core dump follows");
    dead_ = true;
    for (unsigned i = 0; i < config_.coredump_messages; ++i) {
        Bytes payload(8);
        ieee80211::ByteWriter(payload).text("synthetic coredump line " + std::to_string(i) + "\n");
        send_unsolicited(Eid::coredump, payload);
    }
    ring_.clear();
    work_timer_.cancel();
    working_ = false;
    leave_the_air();
}

void Firmware::leave_the_air() {
    roc_.reset();
    scan_.reset();
    beacons_.reset();
    own_beacons_.reset();
    data_.reset();
    time_.reset();
}

void Firmware::lose_beacons(std::uint8_t bss_idx) {
    // A fault may name one that there is not.
    const bool wakes = bss_idx < bss_count && tables_.chip.suspended && tables_.chip.wow[bss_idx] &&
                       (tables_.chip.wake_triggers[bss_idx] & WowControl::on_beacon_loss) != 0;
    if (wakes && wake_line_) wake_line_();
    say("beacon lost on BSS " + std::to_string(bss_idx));
    send_unsolicited(Eid::beacon_loss, PayloadBuilder(BssHeader{bss_idx, 0}).add(BeaconLossReason{}).bytes());
}

void Firmware::forget_everything() {
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        if (tables_.bss[idx].channel()) time_.set_home(idx, std::nullopt);
    }
    tables_ = FirmwareTables{};
    leave_the_air();
    boot_timer_.cancel();
    delayed_events_.clear();
    stalled_ = false;
    dead_ = false;
}

void Firmware::start_anew() {
    forget_everything();
    ring_.clear();
    work_timer_.cancel();
    working_ = false;
    own_timer_.cancel();
    fw_own_ = false;
    rom_.reset();
}

void Firmware::reset() {
    ++counts_.resets;
    start_anew();
    boot_state_ = 0;
    boot_timer_ = clock_.after(config_.timing.wfsys_reset, [this] { boot_state_ = state_powered; });
}

void Firmware::power_on() {
    start_anew();
    rom_ = BootRom{};
    boot_state_ = state_powered;
}

DecodedMessage Firmware::describe(Direction direction, ByteView packet) const {
    DecodedMessage message = direction == Direction::command ? decode_command(packet) : decode_event(packet);
    if (message.link || !message.bss_idx || *message.bss_idx >= bss_count) return message;
    const std::optional<BssMld>& mld = tables_.bss[*message.bss_idx].mld;
    if (mld && mld->link_id != BssMld::none) message.link = mld->link_id;
    return message;
}

}  // namespace mlosim::mt7925
