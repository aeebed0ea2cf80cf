#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "mt7925/message.h"
#include "sim/event_queue.h"

namespace mlosim::mt7925 {

/// What became of a command. `error` 0: it was answered, or nobody waits for an answer.
struct McuResult {
    int error = 0;             ///< ETIMEDOUT, ENOMEM (the ring is full), ECANCELED (the queue was reset)
    std::uint32_t status = 0;  ///< the firmware's word on it, of the five commands whose result the driver examines
    std::uint8_t eid = 0;
    std::uint8_t ext_eid = 0;  ///< the boot ROM's status octet
    Bytes payload;             ///< the answer's
};

struct CommandQueueCounts {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t stray_events = 0;     ///< answers that nobody waits for, or of another sequence number
    std::uint64_t skipped_results = 0;  ///< CMD_RESULT of another command under the right number
    std::uint64_t ring_full = 0;
    std::uint64_t bad_events = 0;
};

/// The host's side of the command ring. One mutex: a command that waits for its answer holds it, the others queue up
/// behind it in order. 3 s without an answer are a timeout; nothing is sent twice. cf. mt76_mcu_skb_send_and_get_msg()
class CommandQueue {
public:
    using Done = std::function<void(const McuResult&)>;
    /// Puts a packet where the chip finds it. False: the chip does not take it, it stays on the ring.
    using Transmit = std::function<bool(ByteView packet)>;
    using Unsolicited = std::function<void(const EventView& event)>;
    /// Says it as the kernel's log does: "Message 00020002 (seq 6) timeout".
    using Timeout = std::function<void(const std::string& line)>;
    enum class Wait : std::uint8_t { no, yes };

    static constexpr std::size_t ring_depth = 256;
    static constexpr std::uint8_t last_sequence_number = 15;

    CommandQueue(sim::EventQueue& queue, Transmit transmit, Transmit transmit_scatter,
                 sim::Duration timeout = std::chrono::seconds(3));
    CommandQueue(const CommandQueue&) = delete;
    CommandQueue& operator=(const CommandQueue&) = delete;

    void set_unsolicited(Unsolicited handler) { unsolicited_ = std::move(handler); }
    void set_timeout(Timeout handler) { timed_out_ = std::move(handler); }

    void send(Cid cid, std::uint8_t option, Bytes payload, Wait wait, Done done = {});
    void send(RomCid cid, Bytes payload, Wait wait, Done done = {});
    /// A piece of firmware; burns a sequence number as every command does.
    void scatter(Bytes piece);

    /// A packet of the event ring.
    void receive(ByteView packet);
    /// Empties ring and queue: whoever waits is told ECANCELED. Sequence numbers go on.
    void reset();

    [[nodiscard]] bool waiting() const noexcept { return current_.has_value(); }
    [[nodiscard]] std::size_t queued() const noexcept { return jobs_.size(); }
    [[nodiscard]] std::size_t on_ring() const noexcept { return on_ring_; }
    [[nodiscard]] const CommandQueueCounts& counts() const noexcept { return counts_; }

private:
    enum class Kind : std::uint8_t { uni, rom, scatter };
    struct Job {
        Kind kind = Kind::uni;
        std::uint16_t cid = 0;
        std::uint8_t option = 0;
        Bytes payload;
        Wait wait = Wait::no;
        Done done;
        std::uint8_t seq = 0;
    };

    void enqueue(Job job);
    void pump();
    bool put_on_ring(Job& job);
    void finish(const McuResult& result);
    void expire();
    [[nodiscard]] std::uint8_t next_sequence_number();

    sim::EventQueue& queue_;
    Transmit transmit_;
    Transmit transmit_scatter_;
    sim::Duration timeout_;
    Unsolicited unsolicited_;
    Timeout timed_out_;
    std::deque<Job> jobs_;
    std::optional<Job> current_;  ///< holds the mutex
    bool pumping_ = false;
    sim::Timer timer_;
    std::uint8_t sequence_number_ = 0;
    std::size_t on_ring_ = 0;
    CommandQueueCounts counts_;
};

}  // namespace mlosim::mt7925
