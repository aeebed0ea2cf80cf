#include "scenario/world_loop.h"

#include <algorithm>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "sim/invariant.h"

namespace mlosim::scenario {

namespace asio = boost::asio;

namespace {
/// Events between two looks at what comes from outside: a look costs a system call, waiting for it costs clients time.
constexpr std::uint64_t batch = 256;
/// Handlers that one look at the outside may run: programs that never stop talking must not stop time.
constexpr unsigned outside_batch = 256;
constexpr sim::Duration longest_look = std::chrono::milliseconds(20);
}  // namespace

/// Wakes the loop at a moment of the world. Set again only when that moment changes, which most requests do not do.
class WorldLoop::Alarm {
public:
    explicit Alarm(asio::io_context& io) : timer_(io) {}

    void set(sim::Time due, sim::Duration delay) {
        if (due_ == due) return;
        due_ = due;
        timer_.expires_after(delay);
        timer_.async_wait([this](const boost::system::error_code& cancelled) {
            if (!cancelled) due_.reset();
        });
    }
    void clear() {
        if (!due_) return;
        due_.reset();
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    std::optional<sim::Time> due_;
};

WorldLoop::WorldLoop(asio::io_context& io, sim::EventQueue& queue, const sim::WallClock& wall, WorldLoopOptions options)
    : io_(io),
      queue_(queue),
      options_(std::move(options)),
      wall_(wall),
      pacer_(wall, queue.now()),
      alarm_(std::make_unique<Alarm>(io)),
      paused_(options_.paused) {}

WorldLoop::~WorldLoop() = default;

void WorldLoop::run() {
    const auto guard = asio::make_work_guard(io_);  // without connections there is still the world
    pacer_.start_from(queue_.now());                // building it took its time
    heard_ = queue_.now();
    tell_pace();
    while (!stopped_) {
        if (options_.programs != nullptr && options_.programs->present()) {
            take_turns();
        } else {
            tell_settled();
            go_on();
        }
    }
}

void WorldLoop::go_on() {
    end_with_turn();  // whose program was the last one
    const bool more = fire(stands() ? queue_.now() : heard_horizon(), batch);
    arrive();
    if (stopped_) return;
    if (!more) wait();
    if (real())
        hear();
    else if (more)
        io_.poll();
}

/// Its time goes only as far as programs need it, and there is none.
bool WorldLoop::stands() const {
    return !real() && !options_.ends_by_itself && !destination_;
}

/// With programs, time moves only when all that they have said was handled, and they have nothing to do.
void WorldLoop::take_turns() {
    listen();
    if (stopped_) return;
    const auto progress = options_.programs->proceed(queue_.now());
    if (progress == host::TimeServer::Progress::again) return;
    if (progress == host::TimeServer::Progress::awaits) return wait_for_outside();
    tell_settled();
    end_with_turn();
    arrive();
    if (stopped_ || !options_.programs->present()) return;  // the last one has just ended
    if (paused_)
        wait();
    else
        fire_for_programs();
}

/// An event has started a program, or spoken to one: time stands until that is done.
bool WorldLoop::somebody_asks() const {
    if (options_.programs == nullptr) return false;
    return !settling_.empty() || (options_.programs->present() && !options_.programs->settled());
}

/// Fires events up to the first moment at which a program gets something, or has asked to be woken. Programs see a
/// moment when everything in the world has happened that happens then.
void WorldLoop::fire_for_programs() {
    const std::uint64_t outputs = options_.programs->outputs();
    std::optional<sim::Time> until = options_.programs->earliest_deadline();
    if (destination_ && (!until || destination_->when < *until)) until = destination_->when;
    for (std::uint64_t fired = 0; fired < batch; ++fired) {
        const std::optional<sim::Time> due = queue_.next_due();
        if ((!due || *due > queue_.now()) && somebody_asks()) return;
        if (!due || (until && *due > *until)) {
            if (!until) return wait();
            queue_.run_until(std::max(*until, queue_.now()));
            return;
        }
        if (*due > queue_.now() && options_.programs->outputs() != outputs) return;
        queue_.step();
        if (stopped_ || paused_) return;
    }
}

void WorldLoop::run_on() {
    stopped_ = paused_ = false;
    destination_.reset();
    run();
}

void WorldLoop::listen() {
    const sim::Duration until = wall_.now() + longest_look;
    for (unsigned handlers = 0; handlers < outside_batch && !stopped_ && wall_.now() < until; ++handlers)
        if (io_.poll_one() == 0) break;
}

/// Reads what has come from outside by now. Whoever slept through a timer, of the machine's load or of its own, must
/// not find its peers dead because of that: what they said in time lies unread in their sockets.
void WorldLoop::hear() {
    if (stopped_) return;
    const sim::Time begun = pacer_.target();
    listen();
    heard_ = begun;
}

/// How far the world may go without passing by what programs have said already.
sim::Time WorldLoop::heard_horizon() {
    const sim::Time limit = horizon();
    return real() ? std::min(limit, std::max(heard_, queue_.now())) : limit;
}

void WorldLoop::tell_pace() {
    if (real() && options_.on_pace) options_.on_pace(pacer_.wall_at_zero());
}

/// How far the world may go now.
sim::Time WorldLoop::horizon() {
    if (paused_) return queue_.now();
    if (const std::optional<sim::Time> due = queue_.next_due(); real() && due)
        if (const sim::Duration lag = pacer_.forgive(*due); lag > sim::Duration::zero()) {
            heard_ = std::min(heard_, *due);
            tell_pace();
            if (options_.on_lag) options_.on_lag(lag);
        }
    const sim::Time limit = real() ? std::max(pacer_.target(), queue_.now()) : sim::Time::max();
    return destination_ ? std::min(limit, destination_->when) : limit;
}

/// Fires what is due, `at_most` so many. True: there is more. Otherwise the world's time is `until` now (or stays, if
/// that is never).
bool WorldLoop::fire(sim::Time until, std::uint64_t at_most) {
    if (paused_) return false;
    for (std::uint64_t fired = 0;; ++fired) {
        const std::optional<sim::Time> due = queue_.next_due();
        if ((!due || *due > queue_.now()) && somebody_asks()) return true;
        if (!due || *due > until) break;
        if (fired == at_most) return true;
        queue_.step();
        if (stopped_ || paused_) return false;
    }
    if (until != sim::Time::max()) queue_.run_until(until);
    return false;
}

/// A run_to() that ends when a program has done something does so now, if one has.
void WorldLoop::end_with_turn() {
    if (destination_ && destination_->doings && *destination_->doings != options_.programs->doings())
        destination_->when = std::min(destination_->when, queue_.now());
}

/// Is this where run_to() was to end?
void WorldLoop::arrive() {
    if (!destination_ || paused_ || stopped_ || queue_.now() < destination_->when) return;
    if (const std::optional<sim::Time> due = queue_.next_due(); due && *due <= destination_->when) return;
    Destination arrived = std::move(*destination_);
    destination_.reset();
    paused_ = true;
    if (arrived.reached) arrived.reached();
}

void WorldLoop::wait() {
    std::optional<sim::Time> next;
    if (!paused_ && real()) {
        next = queue_.next_due();
        if (destination_ && (!next || destination_->when < *next)) next = destination_->when;
    }
    if (next)
        alarm_->set(*next, pacer_.wait_for(*next));
    else
        alarm_->clear();
    if (options_.before_waiting) options_.before_waiting();
    io_.run_one();
}

/// For a program: mostly for microseconds.
void WorldLoop::wait_for_outside() {
    constexpr sim::Duration now_and_then = std::chrono::milliseconds(200);
    if (const sim::Duration now = wall_.now(); options_.before_waiting && now - waited_ > now_and_then) {
        waited_ = now;
        options_.before_waiting();
    }
    io_.run_one();
}

void WorldLoop::catch_up() {
    if (!real() || paused_ || stopped_) return;
    fire(heard_horizon(), ~std::uint64_t{0});
    if (paused_ || stopped_) return;
    sim::Time present = horizon();
    if (const std::optional<sim::Time> due = queue_.next_due(); due && *due <= present)
        present = *due - std::chrono::nanoseconds(1);
    if (present > queue_.now()) queue_.run_until(present);
}

Result<void> WorldLoop::pause() {
    paused_ = true;
    destination_.reset();
    return {};
}

Result<void> WorldLoop::resume() {
    if (!paused_) return {};
    paused_ = false;
    pacer_.start_from(queue_.now());
    heard_ = queue_.now();
    tell_pace();
    return {};
}

Result<std::uint64_t> WorldLoop::step(std::uint32_t events) {
    if (!paused_) return fail(EBUSY, "the world is not paused");
    std::uint64_t fired = 0;
    while (fired < events && !stopped_ && queue_.step())
        ++fired;
    return fired;
}

Result<void> WorldLoop::run_to(sim::Time when, sim::Action reached, bool or_turn) {
    if (when < queue_.now()) return fail(EINVAL, "that moment has passed");
    if (destination_) return fail(EBUSY, "the world is already on its way to a moment");
    std::optional<std::uint64_t> doings;
    if (or_turn && options_.programs != nullptr) doings = options_.programs->doings();
    destination_ = Destination{when, std::move(reached), doings};
    return resume();
}

Result<void> WorldLoop::settle(std::optional<std::int32_t> pid, Settled settled) {
    if (options_.programs == nullptr) {  // nobody's time is the world's
        settled(false);
        return {};
    }
    if (pid) options_.programs->expect(*pid, "a program");
    options_.programs->look_again();
    settling_.push_back({pid, std::move(settled)});
    return {};
}

/// Nobody has anything to do: those who wait for that are told.
void WorldLoop::tell_settled() {
    for (const Settling& one : std::exchange(settling_, {}))
        one.settled(one.pid && options_.programs->takes_part(*one.pid));
}

}  // namespace mlosim::scenario
