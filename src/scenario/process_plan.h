#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenario/expectation.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// A file in a process's working directory.
struct WorkingFile {
    std::string name;                 ///< below the directory
    std::string content;              ///< placeholders not yet replaced …
    std::optional<std::string> path;  ///< … or the file that has it, relative to the scenario
    std::string pointer;
    bool verbatim = false;  ///< what looks like a placeholder is none
};

/// A program that takes part in a world.
struct ProcessPlan {
    std::string name;
    std::vector<std::string> argv;     ///< of a guest empty: it is made of the guest's plan
    std::optional<std::size_t> guest;  ///< which of the scenario's it runs
    std::vector<WorkingFile> files;
    std::vector<std::pair<std::string, std::string>> environment;
    bool preload = true;  ///< under the shim; false: it does not take part in the world, nor in its time

    // When it starts: at a time, when others are ready, when something is so. Several: when all of them are.
    sim::Time start_at;
    std::vector<std::string> start_after;
    std::optional<Condition> start_when;
    bool starts_by_step = false;

    std::optional<Condition> ready;  ///< none: as soon as it runs
    sim::Duration ready_within = std::chrono::seconds(10);
    /// It is to end by itself, with this code. Nothing: it must not.
    std::optional<int> exit;
    /// Its control socket, or the directory with one for each interface.
    std::string control = "${dir}/control";

    std::string pointer;
};

}  // namespace mlosim::scenario
