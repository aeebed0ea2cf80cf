// Scenarios, run by the thousand.

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "ctl/cli/registry.h"
#include "ctl/run/run.h"

namespace mlosim::ctl::cli {

namespace {

std::optional<std::string> environment_variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

run::Streams streams() {
    return {std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1};
}

/// An option that may be given any number of times, each time with one value.
void add_list(CLI::App& to, const char* name, std::vector<std::string>& values, const char* type, const char* help) {
    to.add_option(name, values, help)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_what(CLI::App& sub, run::Options& given) {
    sub.add_option("SCENARIO", given.scenarios, "Files, or names as mlosimd takes them")->required();
    sub.add_option("--seeds", given.seeds, "As in 1-1000 or 1,5,7-9 (default 1-100)");
    add_list(sub, "--set", given.set, "PLACE=VALUE", "As for mlosimd");
    sub.add_flag("--matrix", given.matrix, "--set takes several values, PLACE=A,B,…; every combination is run");
    sub.add_flag("--with-fault", given.with_fault, "As for mlosimd");
    add_list(sub, "--fault", given.faults, "[RADIO:]RULE", "As for mlosimd");
    sub.add_option("--random-faults", given.random_faults, "As for mlosimd: so many things go wrong in each run");
    sub.add_option("--clock", given.clock, "As for mlosimd");
    add_list(sub, "--program", given.programs, "NAME=PATH", "As for mlosimd");
    sub.add_option("--mlosimd", given.mlosimd, "The program (default: the one beside this mlosimctl)");
}

void add_how(CLI::App& sub, run::Options& given) {
    sub.add_option("-j,--jobs", given.jobs, "So many runs at a time (default: one a processor)")
        ->check(CLI::Range(1u, 256u));
    sub.add_option("--time-limit", given.time_limit, "Real time that a run may take (default 300s)");
    sub.add_option("--results", given.results, "Folder (default: the scenario's name and .results)");
    sub.add_flag("--resume", given.resume, "Only go on with a campaign that is there");
    sub.add_flag("--keep", given.keep, "Trace and capture of every run, not of failures alone");
    sub.add_option("--captures", given.captures, "Trace and capture of so many failures of each kind (default 10)");
    sub.add_option("--junit", given.junit, "Write JUnit's XML to this file");
    sub.add_option("--shard", given.shard, "I/N: the I-th of N parts alone");
    sub.add_option("--engine", given.engine, "local (default), or slurm: submit a job array, wait for it, merge")
        ->check(CLI::IsMember({"local", "slurm"}));
    add_list(sub, "--slurm-option", given.slurm_options, "OPTION",
             "For sbatch, as in --slurm-option=--partition=short");
    sub.add_option("--slurm-tasks", given.slurm_tasks, "Tasks of the array (default: one for 20 runs, up to 64)")
        ->check(CLI::Range(1u, 10000u));
}

}  // namespace

void add_run_commands(Registry& registry) {
    auto& given = registry.keep<run::Options>();
    CLI::App* sub =
        registry.work("run", "Runs scenarios with many seeds, and tells what failed how", [&registry, &given] {
            given.json = registry.json;
            // A task of Slurm's has the processors that it was given, not those of who submitted it.
            if (given.jobs == 0 && given.engine == "local") given.jobs = run::processors(environment_variable);
            return run::run_campaign(given, environment_variable, streams());
        });
    add_what(*sub, given);
    add_how(*sub, given);

    auto& merged = registry.keep<run::MergeOptions>();
    CLI::App* merge = registry.work("merge", "Puts the results of shards together", [&registry, &merged] {
        merged.json = registry.json;
        return run::merge(merged, streams());
    });
    merge->add_option("FOLDER", merged.folders, "Results of shards of one campaign")->required();
    merge->add_option("--into", merged.into, "Folder for the whole")->required();
    merge->add_option("--junit", merged.junit, "Write JUnit's XML to this file");
    merge->add_option("--mlosimd", merged.mlosimd, "The program that the printed commands name");
}

}  // namespace mlosim::ctl::cli
