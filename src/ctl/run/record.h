#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/run/matrix.h"
#include "sim/result.h"

namespace mlosim::ctl::run {

/// Something in a run that was not as the scenario says, as mlosimd tells it.
struct RunFailure {
    std::string pointer;  ///< of the step or expectation
    std::string expected;
    std::string text;  ///< when it was clear, what was expected, what was seen
};

/// What is kept of a run: one line of results.jsonl.
struct Record {
    std::uint64_t run = 0;  ///< its number in the campaign
    std::string scenario;
    Parameters parameters;
    std::uint64_t seed = 0;
    int exit_code = 0;
    std::string signature;  ///< empty: it passed
    std::vector<RunFailure> failures;
    std::string trace_hash;
    double virtual_s = 0;
    double wall_s = 0;
    std::string said;  ///< the end of standard error, of a run that failed without saying what was expected
    std::string kept;  ///< the folder with its trace and capture, within the results; empty: nothing is kept

    [[nodiscard]] bool passed() const noexcept { return signature.empty(); }
};

/// One line of JSON, with its newline.
[[nodiscard]] std::string to_line(const Record& record);
/// EBADMSG for what is none.
[[nodiscard]] Result<Record> parse_record(std::string_view line);

}  // namespace mlosim::ctl::run
