// What was written down of runs, compared.

#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"
#include "ctl/command_diff.h"
#include "ctl/trace_diff.h"

namespace mlosim::ctl::cli {

namespace {

struct Arguments {
    std::string first;
    std::string second;
    std::vector<std::string> ignored;
    TraceDiffOptions options;
    bool commands = false;
    std::vector<std::string> radios;
};

}  // namespace

void add_trace_commands(Registry& registry) {
    auto& given = registry.keep<Arguments>();
    CLI::App* diff = registry.work("trace-diff", "The first difference between two traces", [&registry, &given] {
        if (given.commands) {
            CommandDiffOptions options;
            options.ignored = {given.ignored.begin(), given.ignored.end()};
            if (!given.radios.empty()) {
                options.first_radio = given.radios.front();
                options.second_radio = given.radios.back();
            }
            return command_diff(given.first, given.second, options, registry.json, std::cout, std::cerr);
        }
        given.options.ignored = {given.ignored.begin(), given.ignored.end()};
        return trace_diff(given.first, given.second, given.options, registry.json, std::cout, std::cerr);
    });
    diff->add_option("A", given.first, "A trace: JSON objects, one a line; - for standard input")->required();
    diff->add_option("B", given.second, "The other")->required();
    diff->add_option("-n,--context", given.options.context, "So many records before and after it (default 3)")
        ->check(CLI::Range(0u, 1000u));
    diff->add_option("--ignore", given.ignored,
                     "A kind of record (mld/scan-done) or a member (message.seq) that does not count; any number of "
                     "times")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    diff->add_flag("--prefix", given.options.prefix, "A trace that ends earlier is the same as far as it goes");
    CLI::Option* commands =
        diff->add_flag("--commands", given.commands,
                       "Compare what drivers say to their chips, wherever it comes: all differences, field by field");
    diff->add_option("--radio", given.radios, "With --commands: whose chip, if there are more; twice: A's and B's")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->needs(commands);
    diff->add_option("--kind", given.options.kind, "The member that says what happened (default ev)");
    diff->add_option("--time", given.options.time, "The member that says when, in ns (default t)");
}

}  // namespace mlosim::ctl::cli
