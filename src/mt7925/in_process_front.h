#pragma once

#include <deque>
#include <functional>

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

    /// `queue` and `radio` must outlive it.
    InProcessFront(sim::EventQueue& queue, const FirmwareConfig& config, Radio& radio);

    [[nodiscard]] CommandQueue& commands() noexcept { return commands_; }
    [[nodiscard]] Firmware& firmware() noexcept { return firmware_; }
    [[nodiscard]] const Firmware& firmware() const noexcept { return firmware_; }
    [[nodiscard]] FaultRules& faults() noexcept { return faults_; }
    /// Events that found the ring full.
    [[nodiscard]] std::uint64_t lost_events() const noexcept { return lost_events_; }
    /// The chip's reset line and the rings with it.
    void reset();

private:
    void deliver();

    sim::EventQueue& queue_;
    EventQueueClock clock_;
    FaultRules faults_;
    std::deque<Bytes> events_;
    sim::Timer delivery_;
    std::uint64_t lost_events_ = 0;
    Firmware firmware_;
    CommandQueue commands_;
};

}  // namespace mlosim::mt7925
