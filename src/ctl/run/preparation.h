#pragma once

#include <string>
#include <vector>

#include "ctl/run/campaign.h"
#include "ctl/run/options.h"
#include "ctl/run/results.h"
#include "ctl/run/run.h"
#include "ctl/run/summary.h"

namespace mlosim::ctl::run {

/// mlosimd's file, as the user or this program's place says.
[[nodiscard]] std::string mlosimd_of(const std::string& given);
/// Understands the options and asks mlosimd about the scenarios. EINVAL with mlosimd's words for mistakes in them,
/// another error for a program that does not run.
[[nodiscard]] Result<Campaign> prepare(const Options& options, const std::string& mlosimd);
/// The folder for results: as the user says, or named after the scenarios.
[[nodiscard]] std::filesystem::path folder_of(const Options& options, const Shard& shard);

/// Tells what a campaign came to, on standard output, in failures.txt and as JUnit where asked for. Exit code.
struct Report {
    const Campaign& campaign;
    const Shard& shard;
    const Results& results;
    std::string mlosimd;
    std::string junit;
    bool json = false;
};
[[nodiscard]] int tell(const Report& report, const Streams& streams);

/// "mlosimctl: …" on standard error.
int complain(const Streams& streams, int code, const std::string& what);

}  // namespace mlosim::ctl::run
