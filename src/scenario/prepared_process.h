#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "scenario/mistake.h"
#include "scenario/scenario.h"

namespace mlosim::scenario {

/// What ${name} in a process's arguments stands for: programs that the command line names.
using ProgramPaths = std::map<std::string, std::string>;

/// A process as it can be started on this machine.
struct PreparedProcess {
    std::string program;                ///< the file to execute
    std::vector<std::string> argv;      ///< ${dir} and what the world stands for not yet replaced
    std::vector<std::string> contents;  ///< of its files, likewise
};

/// Finds the programs and files that a scenario in `directory` names. A ${name} that is not in `programs` may be in the
/// environment, as MLOSIM_PROGRAM_name; otherwise it is the program of that name.
[[nodiscard]] tl::expected<std::vector<PreparedProcess>, Mistakes> prepare_processes(
    const Scenario& scenario, const std::filesystem::path& directory, const ProgramPaths& programs);

}  // namespace mlosim::scenario
