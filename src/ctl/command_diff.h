#pragma once

#include <cstddef>
#include <iosfwd>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ctl/command_comparison.h"
#include "sim/result.h"

namespace mlosim::ctl {

/// Whose commands are compared, and which of them.
struct CommandDiffOptions {
    /// The radio whose chip it is; empty: the only one with a chip.
    std::string first_radio;
    std::string second_radio;
    /// Names of commands (SET_POWER_LIMIT) and paths of fields (BA.win_size) that do not count.
    std::set<std::string> ignored;
};

struct CommandDiff {
    CommandFigures figures;
    /// In the order in which they were first met, with how often.
    std::vector<std::pair<CommandDifference, std::size_t>> differences;
};

/// Reads the records "mt7925/mcu" of two traces. EBADMSG, with "first: " or "second: ", for what is no trace; EINVAL if
/// nothing says whose commands are meant or that chip is not there, E2BIG if there are too many.
[[nodiscard]] Result<CommandDiff> compare_commands(std::istream& first, std::istream& second,
                                                   const CommandDiffOptions& options);

/// `mlosimctl trace-diff --commands`: 0 the same, 1 different, 2 a trace could not be read.
int command_diff(const std::string& first, const std::string& second, const CommandDiffOptions& options, bool json,
                 std::ostream& out, std::ostream& err);

}  // namespace mlosim::ctl
