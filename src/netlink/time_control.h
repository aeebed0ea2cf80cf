#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "sim/action.h"
#include "sim/result.h"
#include "sim/virtual_time.h"

namespace mlosim::netlink {

/// How the world's clock goes.
enum class ClockMode : std::uint8_t {
    real,          ///< paced by the wall clock
    virtual_time,  ///< as fast as events can be fired
};

/// Who drives the world's event queue, as family `mlosim` asks of it. Implemented by the owner of the main loop.
class TimeControl {
public:
    virtual ~TimeControl() = default;

    [[nodiscard]] virtual ClockMode mode() const = 0;
    [[nodiscard]] virtual std::uint64_t seed() const = 0;
    [[nodiscard]] virtual sim::Time now() const = 0;
    [[nodiscard]] virtual std::uint64_t events_fired() const = 0;
    [[nodiscard]] virtual std::uint64_t events_pending() const = 0;
    [[nodiscard]] virtual bool paused() const = 0;

    /// Time stands still from now on. Requests are still answered. Twice is once.
    virtual Result<void> pause() = 0;
    virtual Result<void> resume() = 0;
    /// Fires up to `events` events at once and says how many there were. EBUSY unless paused.
    virtual Result<std::uint64_t> step(std::uint32_t events) = 0;
    /// Goes on until `when`, then pauses and calls `reached`, from outside of any request. EINVAL for the past, EBUSY
    /// while another run_to() is under way; pause() ends it early, without a call. With `or_turn` it arrives early when
    /// a program that takes part in the world's time has done something.
    virtual Result<void> run_to(sim::Time when, sim::Action reached, bool or_turn = false) = 0;

    /// Whether the process that was asked for takes part in the world's time.
    using Settled = std::function<void(bool takes_part)>;
    /// Lets programs do what there is to do for them at this moment, also while the world is paused, and calls
    /// `settled` when all of them wait; with a process, not before that one has joined or ended. May call at once.
    virtual Result<void> settle(std::optional<std::int32_t> pid, Settled settled) = 0;
};

}  // namespace mlosim::netlink
