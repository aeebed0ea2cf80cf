#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "ctl/run/campaign.h"
#include "ctl/run/options.h"
#include "ctl/run/shard.h"
#include "sim/result.h"

namespace mlosim::ctl::run {

/// Where a campaign's words go.
struct Streams {
    std::ostream& out;
    std::ostream& err;
    bool terminal = false;  ///< `out` is one
};

/// `mlosimctl run`: makes the runs, or has Slurm make them, and tells what they came to. Exit code as mlosimd's.
int run_campaign(const Options& options, const Environment& environment, const Streams& streams);

/// `mlosimctl merge`: puts the results of shards together.
struct MergeOptions {
    std::vector<std::string> folders;
    std::string into;
    std::string junit;
    std::string mlosimd;
    bool json = false;
};
int merge(const MergeOptions& options, const Streams& streams);

/// How many runs at a time this process may make: what Slurm gave to its task, else the processors it may use.
[[nodiscard]] unsigned processors(const Environment& environment);

}  // namespace mlosim::ctl::run
