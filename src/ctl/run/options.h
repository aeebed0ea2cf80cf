#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlosim::ctl::run {

/// What `mlosimctl run` was asked to do.
struct Options {
    std::vector<std::string> scenarios;
    std::string seeds = "1-100";
    unsigned jobs = 0;             ///< 0: one a processor
    std::string mlosimd;           ///< the program; empty: the one beside this mlosimctl
    std::vector<std::string> set;  ///< PLACE=VALUE
    bool matrix = false;           ///< PLACE=VALUE,VALUE…
    bool with_fault = false;
    std::vector<std::string> faults;
    std::optional<std::uint32_t> random_faults;
    std::string clock;
    std::vector<std::string> programs;  ///< NAME=PATH
    std::string time_limit = "300s";    ///< of a run, in real time
    std::string results;                ///< folder; empty: named after the scenarios
    bool resume = false;                ///< the folder has to be there
    bool keep = false;                  ///< traces and captures of all runs
    unsigned captures = 10;             ///< of so many failures of one signature
    std::string junit;
    std::string shard;
    std::string engine = "local";
    std::vector<std::string> slurm_options;
    unsigned slurm_tasks = 0;  ///< 0: as many as make sense
    bool json = false;
};

/// mlosimd's exit codes, said of all runs.
enum ExitCode : int { all_passed = 0, some_failed = 1, bad_input = 2, environment = 3 };

}  // namespace mlosim::ctl::run
