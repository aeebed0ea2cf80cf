#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenario/scenario_json.h"
#include "sim/result.h"

namespace mlosim::scenario {

/// Where scenarios are looked for by their bare name.
using ScenarioPath = std::vector<std::filesystem::path>;

/// The file that `name` means: a name without a '/' is looked for in each directory in turn, anything else is a path.
/// ENOENT, with all the places that were looked at.
[[nodiscard]] Result<std::filesystem::path> find_scenario(const std::string& name, const ScenarioPath& directories);

/// A file's text. The operating system's errors, in words; EFBIG for more than a scenario can need.
[[nodiscard]] Result<std::string> read_scenario_file(const std::filesystem::path& file);

}  // namespace mlosim::scenario
