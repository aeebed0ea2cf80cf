#include <deque>

#include <benchmark/benchmark.h>

#include "phy/error_model.h"
#include "phy/ideal_medium.h"
#include "phy/lossy_medium.h"

namespace mlosim::phy {
namespace {

class Counter final : public RadioPort {
public:
    bool receive(const Reception& r) override {
        bytes += r.payload->size();
        return false;
    }
    std::uint64_t bytes = 0;
};

const ChannelDefinition channel = ChannelDefinition::mhz20(*find_channel(Band::ghz5, 36));

/// `listeners` radios on one channel, and as many on each of eleven others; one sends 300-byte frames back to back.
template <class MediumType>
void run(benchmark::State& state, sim::EventQueue& queue, MediumType& medium, const ChannelDefinition& on,
         const Rate& rate) {
    const auto listeners = static_cast<std::size_t>(state.range(0));
    std::deque<Counter> radios;
    PortId sender;
    const auto tune = [&](const ChannelDefinition& where, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const PortId id = medium.attach(radios.emplace_back(), {{}, {static_cast<double>(i % 20), 5, 0}, {0}, 1});
            medium.listen(id, {&where, 1});
            if (sender == PortId()) sender = id;
        }
    };
    tune(on, listeners + 1);
    for (std::uint16_t number : {5, 21, 37, 53, 69, 85, 101, 117, 133, 149, 165}) {
        tune(ChannelDefinition::mhz20(*find_channel(Band::ghz6, number)), listeners);
    }
    const auto payload = std::make_shared<const ieee80211::Bytes>(300, 0x55);
    for (auto _ : state) {
        medium.transmit(sender, {payload, on, {20.0}, rate});
        queue.step();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(medium.counters().delivered));
    state.counters["off_channel"] =
        static_cast<double>(medium.counters().off_channel) / static_cast<double>(state.iterations());
}

/// Items: frames delivered.
void ideal(benchmark::State& state) {
    sim::EventQueue queue;
    IdealMedium medium(queue);
    run(state, queue, medium, channel, *Rate::legacy(60));
}
BENCHMARK(ideal)->Arg(1)->Arg(10)->Arg(100)->Arg(500);

void ideal_by_place(benchmark::State& state) {
    sim::EventQueue queue;
    IdealSettings settings;
    settings.fixed_loss.reset();
    IdealMedium medium(queue, settings);
    run(state, queue, medium, channel, *Rate::legacy(60));
}
BENCHMARK(ideal_by_place)->Arg(1)->Arg(10)->Arg(100);

void ideal_160_mhz(benchmark::State& state) {
    sim::EventQueue queue;
    IdealMedium medium(queue);
    run(state, queue, medium, *ChannelDefinition::around(channel.control, ChannelWidth::w160),
        *Rate::eht(9, 2, 160, GuardInterval::us0_8));
}
BENCHMARK(ideal_160_mhz)->Arg(1)->Arg(10)->Arg(100);

void lossy(benchmark::State& state) {
    sim::EventQueue queue;
    LossyMedium medium(queue, sim::Random(1));
    run(state, queue, medium, channel, *Rate::legacy(60));
}
BENCHMARK(lossy)->Arg(1)->Arg(10)->Arg(100)->Arg(500);

void packet_error(benchmark::State& state) {
    const Rate rate = *Rate::eht(9, 2, 80, GuardInterval::us0_8);
    double snr = 22.0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(packet_error_rate(rate, {snr}, 1000));
        snr = snr > 24.0 ? 22.0 : snr + 0.001;
    }
}
BENCHMARK(packet_error);

void airtime_of_frame(benchmark::State& state) {
    const Rate rate = *Rate::eht(9, 2, 80, GuardInterval::us0_8);
    std::size_t bytes = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(airtime(rate, ++bytes % 4096, Band::ghz5));
}
BENCHMARK(airtime_of_frame);

}  // namespace
}  // namespace mlosim::phy

BENCHMARK_MAIN();
