// What built-in access points cost: a second of the world with many of them, and an answer to a probe.

#include <benchmark/benchmark.h>

#include "agent/access_points.h"
#include "hwsim/driver.h"
#include "mld/netdev.h"
#include "mld/radio_profiles.h"
#include "mld/wiphy.h"
#include "phy/ideal_medium.h"

namespace mlosim::agent {
namespace {

using namespace std::chrono_literals;

/// `count` access points on three channels of 2.4 GHz, each on a radio of its own.
struct Town {
    explicit Town(std::size_t count) {
        hwsim::install(world, medium);
        (void)world.regulatory().hint_user({'D', 'E'});
        queue.run_until(queue.now());
        const mld::RadioProfiles profiles = mld::RadioProfiles::built_in();
        for (std::size_t i = 0; i < count; ++i) {
            mld::RadioSpec spec;
            spec.profile = *profiles.find("generic-be");
            const auto radio = world.add_radio(std::move(spec));
            mld::Wiphy& wiphy = *(*radio)->wiphy;
            mld::Wdev& wdev = *wiphy.wdevs().begin()->second;
            mld::InterfaceChange change;
            change.type = mld::InterfaceType::ap;
            (void)wiphy.change_interface(wdev, change);
            NetworkSettings settings;
            settings.name = "ap" + std::to_string(i);
            settings.ssid = *ieee80211::Ssid::from(settings.name);
            settings.security = Security::wpa3;
            const auto number = static_cast<std::uint16_t>(1 + 5 * (i % 3));
            settings.links = {{phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz2_4, number)), {}, {}}};
            (void)access_points.start(access_points.add(wdev, settings, SiteId{static_cast<std::uint32_t>(i)}));
        }
        queue.run_until(queue.now() + 1s);
    }

    sim::EventQueue queue;
    sim::Random random{1};
    sim::Trace trace;
    phy::IdealMedium medium{queue};
    mld::World world{queue, random, trace, phy::RegulatoryDatabase::embedded()};
    AccessPoints access_points{world};
};

void second_of_beacons(benchmark::State& state) {
    Town town(static_cast<std::size_t>(state.range(0)));
    const auto before = town.medium.counters().transmitted;
    for (auto _ : state)
        town.queue.run_until(town.queue.now() + 1s);
    state.counters["beacons"] = benchmark::Counter(static_cast<double>(town.medium.counters().transmitted - before),
                                                   benchmark::Counter::kIsRate);
}
BENCHMARK(second_of_beacons)->Arg(1)->Arg(100)->Arg(500)->Unit(benchmark::kMillisecond);

void building(benchmark::State& state) {
    for (auto _ : state)
        Town town(static_cast<std::size_t>(state.range(0)));
}
BENCHMARK(building)->Arg(100)->Arg(500)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mlosim::agent

BENCHMARK_MAIN();
