// Looking at a world, and its time.

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"
#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl::cli {

void add_world_commands(Registry& registry) {
    registry.ask("world", "Time, clock, seed and dialect", &Commands::world);
    registry.ask("time", "Seconds since the world began", &Commands::time);
    registry.ask("radios", "Radios and their wiphys", &Commands::radios);
    registry.ask("wdevs", "Wireless devices: interfaces and those without one", &Commands::wdevs);
    registry.ask("links", "Link wdevs and whose they are", &Commands::links);
    registry.ask("stations", "Built-in stations: how far they are, where, with which links", &Commands::stations);
    registry.ask("pause", "Stops time", &Commands::pause);
    registry.ask("resume", "Lets time go on", &Commands::resume);

    auto& events = registry.keep<std::uint32_t>(1);
    registry
        .ask("step", "Fires events of a paused world", [&events](Commands& commands) { return commands.step(events); })
        ->add_option("N", events, "How many (default 1)")
        ->check(CLI::Range(1u, MLOSIM_STEP_MAX));

    auto& when = registry.keep<std::string>();
    registry
        .ask("run-to", "Lets time go on until then, and waits",
             [&when](Commands& commands) { return commands.run_to(when); })
        ->add_option("TIME", when, "Since the world began, as in 2.5s or 150ms; or from now, as in +1s")
        ->required();

    auto& count = registry.keep<std::uint64_t>();
    registry
        .ask("events", "Prints what changes, as it happens",
             [&count](Commands& commands) { return commands.events(count); })
        ->add_option("-n,--count", count, "End after that many");
}

}  // namespace mlosim::ctl::cli
