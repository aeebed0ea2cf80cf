#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "mt7925/clock.h"
#include "mt7925/command_queue.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware.h"

namespace mlosim::mt7925 {

/// Host and chip in one process: command ring, download ring and event ring as byte messages. Events reach the host one
/// by one, never from within the firmware's own work.
class InProcessFront {
public:
    static constexpr std::size_t event_ring_depth = 512;
    static constexpr std::size_t data_ring_depth = 1536;

    /// `queue` and `radio` must outlive it.
    InProcessFront(sim::EventQueue& queue, const FirmwareConfig& config, Radio& radio);

    [[nodiscard]] CommandQueue& commands() noexcept { return commands_; }
    [[nodiscard]] Firmware& firmware() noexcept { return firmware_; }
    [[nodiscard]] const Firmware& firmware() const noexcept { return firmware_; }
    [[nodiscard]] FaultRules& faults() noexcept { return faults_; }
    /// Events that found the ring full.
    [[nodiscard]] std::uint64_t lost_events() const noexcept { return lost_events_; }
    /// A frame on the data ring (0), as Firmware::receive_data() takes it.
    bool send_frame(ByteView descriptor, ByteView frame) { return firmware_.receive_data(descriptor, frame); }
    /// Called when there are packets for the host on the data ring (2), never from within the firmware's own work.
    void set_interrupt(std::function<void()> interrupt) { interrupt_ = std::move(interrupt); }
    /// The next of them.
    [[nodiscard]] std::optional<Bytes> take_packet();
    /// Packets that found that ring full.
    [[nodiscard]] std::uint64_t lost_packets() const noexcept { return lost_packets_; }
    [[nodiscard]] std::size_t packets() const noexcept { return packets_.size(); }

    // Registers.
    /// LPCTL's OWN_SYNC.
    [[nodiscard]] bool own_sync();
    /// CONN_ON_MISC, bits 2:0.
    [[nodiscard]] std::uint8_t boot_state();
    /// A word of a WCID's table entry.
    [[nodiscard]] std::uint32_t table_word(std::uint16_t wcid, unsigned word);
    /// WFDMA_DUMMY_CR after the chip was taken back: false: it has forgotten the rings, and what was on them is gone.
    [[nodiscard]] bool rings_survived();

    /// The chip's reset line and the rings with it.
    void reset();

private:
    void deliver();
    void receive(Bytes packet);

    sim::EventQueue& queue_;
    EventQueueClock clock_;
    FaultRules faults_;
    std::deque<Bytes> events_;
    sim::Timer delivery_;
    std::uint64_t lost_events_ = 0;
    std::deque<Bytes> packets_;
    std::function<void()> interrupt_;
    sim::Timer interrupting_;
    std::uint64_t lost_packets_ = 0;
    Firmware firmware_;
    CommandQueue commands_;
};

}  // namespace mlosim::mt7925
