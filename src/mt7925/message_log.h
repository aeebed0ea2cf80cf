#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "mt7925/decoded_message.h"
#include "mt7925/firmware.h"
#include "sim/event_queue.h"

namespace mlosim::mt7925 {

/// The last messages between host and firmware, as bytes: they are read by name only when somebody wants to see them.
class MessageLog {
public:
    struct Entry {
        std::uint64_t number = 0;  ///< from 1 on; tells a reader what it has missed
        sim::Time at;
        Direction direction = Direction::command;
        Bytes packet;
        /// The link of an MLD that each BSS was for at that time.
        std::array<std::optional<std::uint8_t>, bss_count> links;
    };
    using Follower = std::function<void(const Entry&)>;
    using FollowerId = std::uint32_t;

    explicit MessageLog(std::size_t capacity = 1024) : capacity_(capacity) {}
    MessageLog(const MessageLog&) = delete;
    MessageLog& operator=(const MessageLog&) = delete;

    /// From now on `firmware` tells its messages to this log, which must outlive it.
    void attach(Firmware& firmware, const sim::EventQueue& queue);

    /// The oldest first.
    [[nodiscard]] const std::deque<Entry>& entries() const noexcept { return entries_; }
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    /// `follower` sees every message from now on. It must not follow or leave from within.
    FollowerId follow(Follower follower);
    void leave(FollowerId id) { followers_.erase(id); }

    [[nodiscard]] static DecodedMessage decode(const Entry& entry);

private:
    std::size_t capacity_;
    std::deque<Entry> entries_;
    std::uint64_t total_ = 0;
    std::map<FollowerId, Follower> followers_;
    FollowerId next_follower_ = 1;
};

}  // namespace mlosim::mt7925
