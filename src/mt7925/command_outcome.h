#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "mt7925/tables.h"
#include "sim/virtual_time.h"

namespace mlosim::mt7925 {

/// What a command came to: its status and, where the answer is no CMD_RESULT, the answer.
struct CommandOutcome {
    std::uint32_t status = status::ok;
    bool malformed = false;        ///< could not be read: no effect
    bool inactive_target = false;  ///< named a BSS or an entry that is not there, and was answered 0 all the same
    struct Answer {
        std::uint8_t eid = 0;
        Bytes payload;
    };
    std::optional<Answer> answer;
    /// An event that comes by itself some time later.
    struct FollowUp {
        std::uint8_t eid = 0;
        Bytes payload;
        sim::Duration after{0};
    };
    std::optional<FollowUp> follow_up;
    bool crash = false;  ///< the host asked for it

    static CommandOutcome refused(std::uint32_t status) { return {.status = status}; }
    static CommandOutcome unreadable() { return {.status = status::failure, .malformed = true}; }
    static CommandOutcome nobody_there() { return {.inactive_target = true}; }
    static CommandOutcome answered(std::uint8_t eid, Bytes payload) {
        return {.answer = Answer{eid, std::move(payload)}};
    }
};

}  // namespace mlosim::mt7925
