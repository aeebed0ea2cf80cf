#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/result.h"

namespace mlosim::ctl {

/// What `mlosimctl sweep-faults` was asked to do.
struct SweepOptions {
    std::string scenario;
    unsigned jobs = 1;
    std::string settle = "60 s";      ///< how long each run lasts beyond the clean one, so that what can recover does
    std::vector<std::string> set;     ///< passed on to mlosimd
    std::string mlosimd;              ///< the program; empty: the one beside this mlosimctl
    std::optional<unsigned> at_most;  ///< runs
    bool json = false;
};

/// One message of a clean run, and the way in which it is made to fail.
struct SweepCase {
    std::string radio;
    std::string message;   ///< "BSS_INFO", of an event "event ROC"
    std::uint32_t number;  ///< the n-th of its kind, from 1 on
    std::string way;       ///< timeout, error, reset
    std::string rule;      ///< that does it
};

/// How a run with a fault ended, read from its trace.
struct SweepOutcome {
    int exit_code = 0;
    unsigned oopses = 0;
    unsigned violations = 0;
    std::string first_violation;
    unsigned leaks = 0;        ///< BSS indexes and WCIDs that nothing uses
    unsigned unconnected = 0;  ///< built-in stations
    bool ended = false;        ///< the trace is whole

    /// "oops, leak", empty if nothing is wrong.
    [[nodiscard]] std::string verdict() const;
};

/// The messages that a clean run's trace has, each with every way in which it can fail.
[[nodiscard]] std::vector<SweepCase> sweep_cases(std::istream& trace);
/// Reads a line of a run's trace.
void take_line(std::string_view line, SweepOutcome& outcome);

/// Runs the scenario once clean and once for each case, and reports. Exit code: 0 no run went wrong, 1 some did, 2 a
/// mistake in scenario or options, 3 the programs could not be run.
int sweep_faults(const SweepOptions& options, std::ostream& out, std::ostream& err);

}  // namespace mlosim::ctl
