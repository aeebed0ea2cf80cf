#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/trace.h"

namespace mlosim::sim {
namespace {

/// Delays as a world has them: spread over about a beacon interval. Drawn before the clock of the bench runs.
std::vector<Duration> random_delays() {
    RandomStream random(1, "bench/delays");
    std::vector<Duration> delays(1U << 16U);
    for (Duration& delay : delays)
        delay = Duration{static_cast<std::int64_t>(random.below(100'000'000))};
    return delays;
}

/// An event that schedules its successor, as a beacon or a retry does.
struct Successor {
    EventQueue& queue;
    const std::vector<Duration>& delays;
    std::uint64_t& next;

    void operator()() const {
        queue.post_at(queue.now() + delays[next++ % delays.size()], Successor{queue, delays, next});
    }
};

/// One item: one event scheduled and one fired, with state.range(0) events pending.
void schedule_and_fire(benchmark::State& state) {
    const std::vector<Duration> delays = random_delays();
    EventQueue queue;
    std::uint64_t next = 0;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        Successor{queue, delays, next}();
    for (auto _ : state)
        queue.step();
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(schedule_and_fire)->Arg(1)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

/// One item: a pending timer is replaced by a later one, as every received frame does to a timeout.
void rearm_a_timer(benchmark::State& state) {
    const std::vector<Duration> delays = random_delays();
    EventQueue queue;
    std::vector<Timer> timers(static_cast<std::size_t>(state.range(0)));
    std::uint64_t next = 0;
    for (Timer& timer : timers)
        timer = queue.after(delays[next++ % delays.size()], [] {});
    for (auto _ : state) {
        timers[next * 7919 % timers.size()] = queue.after(delays[next % delays.size()], [] {});
        ++next;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rearm_a_timer)->Arg(100'000);

void draw_a_number(benchmark::State& state) {
    RandomStream random(1, "bench/numbers");
    for (auto _ : state)
        benchmark::DoNotOptimize(random.next_u64());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(draw_a_number);

/// One item: a record of the size that most have.
void trace_a_record(benchmark::State& state) {
    Trace trace;
    std::uint64_t bytes = 0;
    trace.add_sink([&bytes](std::string_view line) { bytes += line.size(); });
    std::uint64_t count = 0;
    for (auto _ : state)
        trace.record(Time{Duration{static_cast<std::int64_t>(++count)}}, "mld/beacon",
                     {{"radio", "ap-west"}, {"link", 1}, {"freq", 5955}, {"seq", count}});
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(trace_a_record);

}  // namespace
}  // namespace mlosim::sim

BENCHMARK_MAIN();
