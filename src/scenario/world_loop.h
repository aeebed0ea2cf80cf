#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/time_server.h"
#include "netlink/time_control.h"
#include "sim/event_queue.h"
#include "sim/pacer.h"
#include "sim/virtual_time.h"
#include "sim/wall_clock.h"

namespace boost::asio {
class io_context;
}

namespace mlosim::scenario {

struct WorldLoopOptions {
    netlink::ClockMode mode = netlink::ClockMode::real;
    std::uint64_t seed = 0;  ///< only to be told to whoever asks
    bool paused = false;
    /// Told when the world was too slow for a real clock and gave up that much time.
    std::function<void(sim::Duration)> on_lag;
    /// Told what the wall clock showed when a real clock's world was at zero, whenever that changes.
    std::function<void(sim::Duration)> on_pace;
    /// Called before the loop waits for something to happen.
    std::function<void()> before_waiting;
    /// With a virtual clock: programs that take part in its time. Must outlive the loop.
    host::TimeServer* programs = nullptr;
    /// With a virtual clock: the world ends by itself, so its time goes on whether programs take part or not. Otherwise
    /// it stands while there is none.
    bool ends_by_itself = true;
};

/// The one thread's main loop: joins what comes from outside (Asio) with what happens inside (the event queue), and
/// drives time. With a real clock an event fires when the wall clock has reached it; with a virtual one, at once, or,
/// as soon as programs take part, when none of them has anything left to do.
class WorldLoop final : public netlink::TimeControl {
public:
    /// Everything passed in must outlive the loop.
    WorldLoop(boost::asio::io_context& io, sim::EventQueue& queue, const sim::WallClock& wall,
              WorldLoopOptions options);
    ~WorldLoop() override;

    /// Until stop().
    void run();
    /// Goes on after stop(): somebody has to be heard to the end. The world is no longer paused.
    void run_on();
    /// What happens now is the last that happens. From an event, a request, or a signal handler of Asio's.
    void stop() noexcept { stopped_ = true; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

    /// Brings the world up to the wall clock, if that is what paces it: whoever comes from outside must find it at the
    /// present moment and not at the last event's; but not past an event that is late, as who is heard now may have
    /// spoken before that was due. Not from inside an event.
    void catch_up();

    // TimeControl
    [[nodiscard]] netlink::ClockMode mode() const override { return options_.mode; }
    [[nodiscard]] std::uint64_t seed() const override { return options_.seed; }
    [[nodiscard]] sim::Time now() const override { return queue_.now(); }
    [[nodiscard]] std::uint64_t events_fired() const override { return queue_.fired(); }
    [[nodiscard]] std::uint64_t events_pending() const override { return queue_.size(); }
    [[nodiscard]] bool paused() const override { return paused_; }
    Result<void> pause() override;
    Result<void> resume() override;
    Result<std::uint64_t> step(std::uint32_t events) override;
    Result<void> run_to(sim::Time when, sim::Action reached, bool or_turn = false) override;
    Result<void> settle(std::optional<std::int32_t> pid, Settled settled) override;

private:
    class Alarm;
    struct Destination {
        sim::Time when;
        sim::Action reached;
        /// What programs had done when it began; it ends early when that is more.
        std::optional<std::uint64_t> doings;
    };

    struct Settling {
        std::optional<std::int32_t> pid;
        Settled settled;
    };

    [[nodiscard]] bool real() const noexcept { return options_.mode == netlink::ClockMode::real; }
    [[nodiscard]] sim::Time horizon();
    [[nodiscard]] sim::Time heard_horizon();
    void hear();
    void listen();
    bool fire(sim::Time until, std::uint64_t at_most);
    void end_with_turn();
    void arrive();
    void tell_pace();
    void wait();
    void wait_for_outside();
    void go_on();
    void take_turns();
    void fire_for_programs();
    void tell_settled();
    [[nodiscard]] bool stands() const;
    [[nodiscard]] bool somebody_asks() const;

    boost::asio::io_context& io_;
    sim::EventQueue& queue_;
    WorldLoopOptions options_;
    const sim::WallClock& wall_;
    sim::Pacer pacer_;
    sim::Duration waited_{0};  ///< when before_waiting() was last called
    std::unique_ptr<Alarm> alarm_;
    std::optional<Destination> destination_;
    std::vector<Settling> settling_;
    sim::Time heard_;  ///< with a real clock: what programs sent until then has been read
    bool paused_;
    bool stopped_ = false;
};

}  // namespace mlosim::scenario
