#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/run/record.h"

namespace mlosim::ctl::run {

/// How mlosimd ended.
struct Ending {
    int exit_code = 0;  ///< 128 and its number if a signal ended it
    bool timed_out = false;
    std::string out;
    std::string err;
};

/// The failures that mlosimd told, in the order of the time when they were clear.
[[nodiscard]] std::vector<RunFailure> failures_in(std::string_view err);
/// What went wrong, the same for all runs in which the same went wrong: no seed, no time, no address. Empty: nothing.
[[nodiscard]] std::string signature_of(const Ending& ending, const std::vector<RunFailure>& failures);
/// A value of mlosimd's last line ("trace_hash"); empty if it has none.
[[nodiscard]] std::string value_in_last_line(std::string_view out, std::string_view name);

}  // namespace mlosim::ctl::run
