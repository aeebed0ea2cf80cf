#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "ctl/run/campaign.h"
#include "ctl/run/record.h"

namespace mlosim::ctl::run {

/// All runs in which the same went wrong.
struct FailureGroup {
    std::string scenario;
    std::string signature;
    std::vector<const Record*> runs;  ///< in the campaign's order
};

/// The most frequent first. `records` must outlive them.
[[nodiscard]] std::vector<FailureGroup> groups_of(const std::vector<Record>& records);

/// The command that makes a run again.
[[nodiscard]] std::string command_for(const Campaign& campaign, const Record& record, const std::string& mlosimd);

/// What all runs came to. `expected`: how many there are, when all are finished.
struct Summary {
    const Campaign& campaign;
    const std::vector<Record>& records;
    std::uint64_t expected = 0;
    std::string mlosimd;
};
void print_summary(const Summary& summary, std::ostream& out);
/// As one JSON object.
void print_summary_as_json(const Summary& summary, std::ostream& out);
/// Each failing run with its command, for a file.
[[nodiscard]] std::string all_failures(const Summary& summary);
/// JUnit's XML: a suite a scenario and combination of parameters, a case a seed.
[[nodiscard]] std::string junit(const Summary& summary);

}  // namespace mlosim::ctl::run
