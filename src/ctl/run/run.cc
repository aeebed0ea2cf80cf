#include "ctl/run/run.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <ostream>

#include <sched.h>

#include "ctl/run/farm.h"
#include "ctl/run/preparation.h"
#include "ctl/run/progress.h"
#include "ctl/run/slurm.h"
#include "ctl/run/stop_signals.h"
#include "ctl/time_text.h"

namespace mlosim::ctl::run {

namespace {

/// Each job takes three descriptors, of which a process usually may have 1024.
constexpr unsigned most_jobs = 256;

/// The command line that goes on where this one stops: the same.
std::string own_command_line() {
    std::ifstream in("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> words;
    for (std::string word; std::getline(in, word, '\0');)
        words.push_back(word);
    return shell_line(words);
}

Result<void> run_here(const Options& options, const Campaign& campaign, const Shard& shard, Results& results,
                      Progress& progress, StopSignals& stop) {
    const auto limit = parse_time(options.time_limit);
    FarmSettings settings{mlosimd_of(options.mlosimd), options.jobs,
                          std::chrono::duration<double>(static_cast<double>(limit->nanoseconds) / 1e9), options.keep,
                          options.captures};
    const auto now = [] { return Progress::Clock::now(); };
    Farm farm(campaign, shard, results, std::move(settings),
              {[&](const Record& record) { progress.finished(record, now()); }, [&] { progress.show(now()); },
               [&] { return stop.count(); }});
    return farm.go();
}

}  // namespace

unsigned processors(const Environment& environment) {
    if (environment("SLURM_JOB_ID"))
        if (const auto text = environment("SLURM_CPUS_ON_NODE")) {
            unsigned count = 0;
            std::from_chars(text->data(), text->data() + text->size(), count);
            if (count > 0) return std::min(count, most_jobs);
        }
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<unsigned>(std::clamp(CPU_COUNT(&set), 1, static_cast<int>(most_jobs)));
}

int run_campaign(const Options& options, const Environment& environment_of, const Streams& streams) {
    const auto limit = parse_time(options.time_limit);
    if (!limit || limit->relative || limit->nanoseconds == 0)
        return complain(streams, bad_input, "'" + options.time_limit + "' is no time limit: expected one as 60s");
    const bool slurm = options.engine == "slurm";
    const auto shard = slurm ? Result<Shard>(Shard{}) : shard_of(options.shard, environment_of);
    if (!shard) return complain(streams, bad_input, shard.error().message);
    if (slurm && !options.shard.empty())
        return complain(streams, bad_input, "--engine slurm makes the shards itself: no --shard");
    const std::string mlosimd = mlosimd_of(options.mlosimd);
    const auto campaign = prepare(options, mlosimd);
    if (!campaign)
        return complain(streams, campaign.error().code == EINVAL ? bad_input : environment, campaign.error().message);

    const std::filesystem::path folder = folder_of(options, *shard);
    if (options.resume && !Results::exist(folder))
        return complain(streams, bad_input, folder.string() + ": no campaign to go on with");
    auto results = Results::open(folder, *campaign, *shard);
    if (!results)
        return complain(streams, results.error().code == EEXIST ? bad_input : environment, results.error().message);
    auto stop = StopSignals::open();
    if (!stop) return complain(streams, environment, stop.error().message);

    std::uint64_t all = 0;
    for (std::uint64_t run = 0; run < campaign->size(); ++run)
        all += shard->takes(run) ? 1 : 0;
    const std::uint64_t before = results->records().size();
    const auto begun = Progress::Clock::now();
    if (!options.json) {
        streams.out << all << " runs";
        if (!shard->whole()) streams.out << " (shard " << shard->text() << ", from " << shard->source << ")";
        if (before == all)
            streams.out << ", all finished before";
        else if (before > 0)
            streams.out << ", " << before << " of them finished before";
        streams.out << "; results in " << folder.string() << std::endl;
    }
    std::ostream nowhere(nullptr);
    Progress progress(options.json ? nowhere : streams.out, streams.terminal && !options.json, all, before, begun);
    const Result<void> done = slurm ? run_on_slurm(options, *campaign, *results, progress, *stop, streams)
                                    : run_here(options, *campaign, *shard, *results, progress, *stop);
    progress.end();
    const std::uint64_t finished = results->records().size() - before;
    const double seconds = std::chrono::duration<double>(Progress::Clock::now() - begun).count();
    if (!options.json && finished > 0) {
        char text[96];
        std::snprintf(text, sizeof text, "%llu runs in %.1f s, %.1f a second\n",
                      static_cast<unsigned long long>(finished), seconds, static_cast<double>(finished) / seconds);
        streams.out << text;
    }
    if (!done) (void)complain(streams, environment, done.error().message);
    const int code = tell({*campaign, *shard, *results, mlosimd, options.junit, options.json}, streams);
    if (results->records().size() < all)
        streams.err << "mlosimctl: stopped before the end. This goes on where it stopped:\n    " << own_command_line()
                    << std::endl;
    if (!done && done.error().code == EINVAL) return bad_input;
    return done || done.error().code == EINTR ? code : static_cast<int>(environment);
}

}  // namespace mlosim::ctl::run
