// What is made to go wrong in a running world, and, one message at a time, in worlds of their own.

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"
#include "ctl/sweep.h"

namespace mlosim::ctl::cli {

namespace {

struct Arguments {
    std::string target;
    std::vector<std::string> rule;
    std::uint32_t fault = 0;
};

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

}  // namespace

void add_fault_commands(Registry& registry) {
    auto& given = registry.keep<Arguments>();
    CLI::App& faults = *registry.group("faults", "What is made to go wrong");
    const auto at_target = [&](const char* name, const char* description, bool needed, Registry::Question what) {
        CLI::App* sub = registry.ask(faults, name, description, std::move(what));
        sub->add_option("RADIO", given.target, "A radio with a chip, or air")->required(needed);
        return sub;
    };
    at_target("list", "Faults in force", false, [&given](Commands& commands) { return commands.faults(given.target); });
    at_target("add", "One more: a rule, or a known defect by number or name", true,
              [&given](Commands& commands) { return commands.add_fault(given.target, joined(given.rule)); })
        ->add_option("RULE", given.rule, "As in drop_ack cid=BSS_INFO times=1, or B6")
        ->required();
    at_target("remove", "One less", true,
              [&given](Commands& commands) { return commands.remove_fault(given.target, given.fault); })
        ->add_option("FAULT", given.fault, "Its number, as mlosimctl faults list shows it")
        ->required();
    at_target("clear", "None any more", true,
              [&given](Commands& commands) { return commands.clear_faults(given.target); });
}

void add_sweep_command(Registry& registry) {
    auto& sweep = registry.keep<SweepOptions>();
    sweep.jobs = std::max(1U, std::thread::hardware_concurrency());
    CLI::App* sweeping =
        registry.work("sweep-faults", "Runs a scenario once for each message of its chips, which fails in that run",
                      [&registry, &sweep] {
                          sweep.json = registry.json;
                          return sweep_faults(sweep, std::cout, std::cerr);
                      });
    sweeping->add_option("SCENARIO", sweep.scenario, "A file, or a name as mlosimd takes it")->required();
    sweeping->add_option("-j,--jobs", sweep.jobs, "So many runs at a time (default: one a processor)")
        ->check(CLI::Range(1u, 1024u));
    sweeping->add_option("--settle", sweep.settle, "How much longer than the clean run each lasts (default 60 s)");
    sweeping->add_option("--at-most", sweep.at_most, "The first so many runs alone");
    sweeping->add_option("--set", sweep.set, "POINTER=VALUE, as for mlosimd")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sweeping->add_option("--mlosimd", sweep.mlosimd, "The program (default: the one beside this mlosimctl)");
}

}  // namespace mlosim::ctl::cli
