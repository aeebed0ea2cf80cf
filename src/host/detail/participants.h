#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "host/time_server.h"

namespace mlosim::host {

/// A process of which threads take part in virtual time, or will.
struct TimedProcess {
    /// What it is to do next, while time waits for that.
    enum class Awaited : std::uint8_t {
        nothing,
        join,  ///< it was started, or has called exec()
        end,   ///< it has said that it ends
    };

    pid_t pid = 0;  ///< 0: about to be forked
    std::int32_t virtual_pid = 0;
    std::string name;
    unsigned programs = 0;  ///< that it has been so far
    std::array<std::uint8_t, 32> key{};
    unsigned members = 0;
    Awaited awaited = Awaited::nothing;
    sim::Duration since{0};             ///< of the wall's
    std::uint32_t reserved_number = 0;  ///< place in the order of who is awaited
    std::unique_ptr<ProcessWatcher::Watch> watch;
};

/// One thread.
struct Participant {
    enum class State : std::uint8_t {
        reserved,  ///< for a child that is about to be forked
        arriving,  ///< has joined, and not yet said that it is idle
        idle,
        turn,
        leaving,  ///< will close its connection
    };

    std::uint32_t number = 0;
    std::int32_t process = 0;  ///< its virtual pid
    TimeChannel* channel = nullptr;
    State state = State::arriving;
    sim::Duration since{0};             ///< of the wall's, in that state
    bool warned = false;                ///< about being in that state for long
    std::optional<sim::Time> deadline;  ///< none: never
    bool hot = false;                   ///< something was sent to its process since it looked
    bool stale = true;                  ///< somebody else has run since it looked
    bool looks = true;                  ///< what it waits for shows in no descriptor: it has to be asked
    bool must_look = true;              ///< a thread of its own process has run since it looked
    enum class Seen : std::uint8_t { no, awake, asleep } seen = Seen::no;  ///< since it is stale
    std::unique_ptr<ProcessWatcher::Thread> thread;                        ///< nothing: cannot be looked at
    bool wants = false;
    bool sync = false;                        ///< waits for SYNCED
    std::optional<mlosim_time_message> said;  ///< the IDLE that ends its turn

    [[nodiscard]] bool idle() const { return state == State::idle; }
    [[nodiscard]] bool awaited() const {
        return state == State::reserved || state == State::arriving || state == State::leaving;
    }
};

}  // namespace mlosim::host
