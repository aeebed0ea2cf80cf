#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "mt7925/beacon_monitor.h"
#include "mt7925/beacon_sender.h"
#include "mt7925/boot_rom.h"
#include "mt7925/chip_commands.h"
#include "mt7925/clock.h"
#include "mt7925/data_path.h"
#include "mt7925/decoded_message.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware_config.h"
#include "mt7925/interface_commands.h"
#include "mt7925/message.h"
#include "mt7925/radio.h"
#include "mt7925/radio_time.h"
#include "mt7925/roc_scheduler.h"
#include "mt7925/scan_engine.h"
#include "mt7925/station_commands.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// The chip's own half. It receives the bytes of the command and download rings and answers with the bytes of the event
/// ring; who sends them it does not know. One command at a time, each with a service time; the same bytes at the same
/// times give the same answers.
class Firmware {
public:
    /// Takes an event off the firmware's hands. Must not call the firmware from within.
    using EventSink = std::function<void(Bytes event)>;
    /// Sees every message that the firmware took or sent.
    using Observer = std::function<void(Direction direction, ByteView packet)>;

    /// `clock`, `radio` and `faults` must outlive it.
    Firmware(const FirmwareConfig& config, Clock& clock, Radio& radio, FaultRules& faults, EventSink sink);
    Firmware(const Firmware&) = delete;
    Firmware& operator=(const Firmware&) = delete;

    void set_observer(Observer observer) { observer_ = std::move(observer); }

    /// A packet on the command ring (15). False: the firmware does not look at the ring (it sleeps, hangs or is dead).
    bool receive_command(ByteView packet);
    /// Whether it would take one now.
    [[nodiscard]] bool takes_commands() const noexcept;
    /// Called when it looks at its rings again. Must not call the firmware from within.
    void set_attention(std::function<void()> attention) { attention_ = std::move(attention); }
    /// A piece on the download ring (16).
    void receive_scatter(ByteView piece) { rom_.scatter(piece.size()); }
    /// Takes packets for the data ring (2). The same rules.
    void set_data_sink(EventSink sink) { data_sink_ = std::move(sink); }
    /// A frame on the data ring (0): the descriptor, and the frame that it points at. False: it does not look at the
    /// ring.
    bool receive_data(ByteView descriptor, ByteView frame);
    /// A frame from the air. True: the host gets it.
    bool receive_frame(const ReceivedFrame& frame);
    /// The line that wakes a host that sleeps (PME#).
    void set_wake_line(std::function<void()> wake) { wake_line_ = std::move(wake); }
    /// What became of a frame that it sent.
    void transmitted(const RadioReport& report) { time_.reported(report); }
    /// An address that it acknowledges frames to.
    [[nodiscard]] bool is_own(const MacAddress& address) const;

    // What the host sees in registers.
    /// WFSYS_SW_RST: everything but the patch semaphore starts anew.
    void reset();
    /// The chip gets its power: nothing of before is left, and it is ready at once.
    void power_on();
    /// CONN_ON_MISC, bits 2:0: 0 in reset, 1 powered, 3 the firmware runs.
    [[nodiscard]] std::uint8_t boot_state() const noexcept { return boot_state_; }
    /// LPCTL: gives the chip to the firmware, which may sleep then …
    void set_own();
    /// … or takes it back, after a while.
    void clear_own();
    [[nodiscard]] bool own_sync() const noexcept { return fw_own_; }

    // What happens to it.
    /// Dumps its core and is dead until a reset.
    void crash();
    void lose_beacons(std::uint8_t bss_idx);

    [[nodiscard]] bool running() const noexcept { return boot_state_ == state_running; }
    [[nodiscard]] bool dead() const noexcept { return dead_; }
    [[nodiscard]] bool stalled() const noexcept { return stalled_; }
    [[nodiscard]] const FirmwareTables& tables() const noexcept { return tables_; }
    [[nodiscard]] const FirmwareCounts& counts() const noexcept { return counts_; }
    [[nodiscard]] const RocScheduler& roc() const noexcept { return roc_; }
    [[nodiscard]] const ScanEngine& scan() const noexcept { return scan_; }
    [[nodiscard]] const BootRom& rom() const noexcept { return rom_; }
    [[nodiscard]] const DataPath& data() const noexcept { return data_; }
    [[nodiscard]] DataPath& data() noexcept { return data_; }
    [[nodiscard]] const RadioTime& time() const noexcept { return time_; }
    /// A message by name, with the link of the MLD that it concerns where the tables know it.
    [[nodiscard]] DecodedMessage describe(Direction direction, ByteView packet) const;

private:
    static constexpr std::uint8_t state_powered = 1;
    static constexpr std::uint8_t state_running = 3;

    void serve_next();
    void work_on(ByteView packet);
    void rom_command(const CommandView& command);
    void uni_command(const CommandView& command);
    [[nodiscard]] CommandOutcome dispatch(const CommandView& command);
    void answer(const CommandView& command, const CommandOutcome& outcome, const FaultSubject& subject);
    void account(const CommandOutcome& outcome);
    void send(const EventView& event);
    void send_unsolicited(Eid eid, ByteView payload, sim::Duration in = sim::Duration{0});
    /// A line of the firmware's own log, if the host wants it.
    void say(std::string_view line);
    void send_later(sim::Duration delay, const EventView& event);
    void start();
    void leave_the_air();
    void forget_everything();
    void start_anew();
    /// While the host sleeps nothing of the air reaches it; what it shall be woken for waits until it is awake.
    void hear_for_sleeper(const ReceivedFrame& frame);
    void host_awake();

    FirmwareConfig config_;
    Clock& clock_;
    FaultRules& faults_;
    EventSink sink_;
    EventSink data_sink_;
    std::function<void()> wake_line_;
    std::function<void()> attention_;
    /// A frame that the host is woken for.
    struct Kept {
        ReceivedFrame frame;
        Bytes bytes;
    };
    std::optional<Kept> kept_;
    Observer observer_;

    FirmwareTables tables_;
    FirmwareCounts counts_;
    BootRom rom_;
    RadioTime time_;
    DataPath data_;
    InterfaceCommands interfaces_;
    StationCommands stations_;
    ChipCommands chip_;
    RocScheduler roc_;
    ScanEngine scan_;
    BeaconMonitor beacons_;
    BeaconSender own_beacons_;

    std::deque<Bytes> ring_;
    bool working_ = false;
    bool stalled_ = false;
    bool dead_ = false;
    bool fw_own_ = false;
    std::uint8_t boot_state_ = state_powered;
    sim::Timer work_timer_;
    sim::Timer boot_timer_;
    sim::Timer own_timer_;
    std::map<std::uint64_t, sim::Timer> delayed_events_;
    std::uint64_t next_delayed_ = 0;
};

}  // namespace mlosim::mt7925
