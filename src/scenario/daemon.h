#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenario/prepared_process.h"
#include "scenario/scenario.h"
#include "scenario/scenario_file.h"
#include "scenario/scenario_json.h"

namespace mlosim::scenario {

/// What mlosimd was asked to do.
struct DaemonOptions {
    std::string scenario;                        ///< a file, or a bare name
    ScenarioPath directories;                    ///< where bare names are looked for
    std::vector<Override> overrides;             ///< of the scenario's values
    bool with_fault = false;                     ///< the scenario's variant with something wrong
    std::optional<std::uint32_t> random_faults;  ///< so many things go wrong by chance
    bool validate_only = false;
    std::optional<std::string> socket;  ///< nothing: the default one
    bool serve = true;                  ///< false: no socket at all
    bool paused = false;
    /// With a virtual clock: a program that keeps it waiting is named after so long.
    sim::Duration stall_patience = std::chrono::seconds(10);
    std::optional<std::string> trace;   ///< file, "-" for standard output
    std::optional<std::string> pcap;    ///< the same, for the air
    std::optional<std::string> nlpcap;  ///< the same, for netlink
    ProgramPaths programs;              ///< what ${name} stands for in processes' arguments
    std::string output_directory;       ///< gets a log of each process; empty: none
    bool keep_files = false;            ///< the working directories of processes stay
    std::string commit;                 ///< what this program was built from, for the last line
};

/// What mlosimd tells its caller at the end.
enum class ExitCode : int {
    held = 0,         ///< all expectations held (or there were none)
    failed = 1,       ///< one did not, or a step went wrong
    bad_input = 2,    ///< a mistake in the scenario or the options; nothing was started
    environment = 3,  ///< no socket, a full disk …
};

/// One run from file to last line. `out` gets the results, `err` the mistakes and failures, spdlog's default logger the
/// rest.
[[nodiscard]] ExitCode run(const DaemonOptions& options, std::ostream& out, std::ostream& err);

}  // namespace mlosim::scenario
