#pragma once

#include "ctl/run/preparation.h"
#include "ctl/run/progress.h"
#include "ctl/run/stop_signals.h"

namespace mlosim::ctl::run {

/// Has Slurm make a campaign's runs: submits this program as a job array, a task a shard, waits for it, and takes the
/// shards' results into `results`. A job that an earlier call submitted and that still goes on is waited for; shards
/// that are not finished are submitted again. EINTR if the user asked to stop: the job goes on.
[[nodiscard]] Result<void> run_on_slurm(const Options& options, const Campaign& campaign, Results& results,
                                        Progress& progress, StopSignals& stop, const Streams& streams);

}  // namespace mlosim::ctl::run
