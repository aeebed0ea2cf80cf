#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/result.h"

namespace mlosim::ctl {

/// How two traces are compared. A trace is JSON objects, one a line; what its members mean is nobody's business here
/// but for the two that say when and what.
struct TraceDiffOptions {
    unsigned context = 3;           ///< records before and after the difference
    std::set<std::string> ignored;  ///< kinds of records that are left out, and paths of members ("message.seq")
    bool prefix = false;            ///< a trace that ends earlier is the same as far as it goes
    std::string kind = "ev";        ///< the member that says what happened
    std::string time = "t";         ///< the member that says when, in ns
};

/// A line of a trace, and which one.
struct TraceLine {
    std::uint64_t number = 0;
    std::string text;
};

/// A member that is not the same in both; JSON, nothing where it is absent.
struct FieldDifference {
    std::string path;
    std::optional<std::string> first;
    std::optional<std::string> second;
};

/// The first place where two traces part.
struct TraceDifference {
    /// Nothing: that trace ends before.
    std::optional<TraceLine> first;
    std::optional<TraceLine> second;
    std::vector<FieldDifference> fields;
    std::vector<TraceLine> before_first;
    std::vector<TraceLine> before_second;
    std::vector<TraceLine> after_first;
    std::vector<TraceLine> after_second;
};

struct TraceComparison {
    std::uint64_t same = 0;  ///< records that are, before the difference or in all
    std::optional<TraceDifference> difference;
    /// With `prefix`: records that one has beyond the end of the other.
    std::uint64_t more_in_first = 0;
    std::uint64_t more_in_second = 0;
    /// The last line was not written to its end, and is taken for none.
    bool torn_first = false;
    bool torn_second = false;
};

/// Reads both until they differ. EBADMSG, with "first" or "second" and the line, for what is no trace.
[[nodiscard]] Result<TraceComparison> compare_traces(std::istream& first, std::istream& second,
                                                     const TraceDiffOptions& options);

/// `mlosimctl trace-diff`: 0 the same, 1 different, 2 a trace could not be read.
int trace_diff(const std::string& first, const std::string& second, const TraceDiffOptions& options, bool json,
               std::ostream& out, std::ostream& err);

}  // namespace mlosim::ctl
