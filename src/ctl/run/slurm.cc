#include "ctl/run/slurm.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <thread>

#include <unistd.h>

#include "ctl/program.h"
#include "ctl/run/process.h"

namespace mlosim::ctl::run {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto between_looks = 1s;
/// Slurm's daemons may be away for a while.
constexpr int most_failed_looks = 60;
/// A task for fewer runs costs more to begin than to make.
constexpr std::uint64_t least_runs_in_task = 20;
constexpr unsigned most_tasks = 64;

class SlurmEngine {
public:
    SlurmEngine(const Options& options, const Campaign& campaign, Results& results, Progress& progress,
                StopSignals& stop, const Streams& streams)
        : options_(options),
          campaign_(campaign),
          results_(results),
          progress_(progress),
          stop_(stop),
          streams_(streams),
          folder_(fs::absolute(results.folder()).lexically_normal()),
          job_("mlosim-" + fingerprint(folder_.string())) {}

    Result<void> go() {
        if (auto chosen = choose_tasks(); !chosen) return chosen;
        if (auto taken = take_shards(); !taken) return taken;
        if (unfinished_shards().empty()) return {};
        auto there = job_goes_on();
        if (!there) return fail(std::move(there.error()));
        if (*there)
            say("the job " + job_ + ", submitted before, goes on");
        else if (auto submitted = submit(); !submitted)
            return submitted;
        if (auto waited = wait(); !waited) return waited;
        if (auto taken = take_shards(); !taken) return taken;
        const auto left = unfinished_shards();
        if (left.empty()) return {};
        return fail(EIO, "shard " + std::to_string(left.front()) + " of " + std::to_string(tasks_) +
                             " did not finish; " + log_of(left.front()).string() + " says:\n" +
                             end_of_log(left.front()));
    }

private:
    [[nodiscard]] fs::path shard_folder(unsigned shard) const { return folder_ / "shards" / std::to_string(shard); }
    [[nodiscard]] fs::path log_of(unsigned shard) const { return folder_ / "slurm" / (std::to_string(shard) + ".log"); }
    [[nodiscard]] std::string end_of_log(unsigned shard) const {
        const std::string text = read_file(log_of(shard)).value_or("");
        return text.size() <= 2000 ? text : text.substr(text.size() - 2000);
    }
    void say(const std::string& what) {
        if (!options_.json) streams_.out << "slurm: " << what << std::endl;
    }

    /// So many as the first call chose: shards' folders are of that many.
    Result<void> choose_tasks() {
        const fs::path file = folder_ / "slurm" / "tasks";
        std::error_code error;
        for (const char* name : {"slurm", "shards"})
            if (fs::create_directories(folder_ / name, error); error)
                return fail(error.value(), (folder_ / name).string() + ": " + error.message());
        if (fs::exists(file, error)) {
            const auto text = read_file(file);
            if (!text) return fail(text.error());
            const auto shard = parse_shard("1/" + text->substr(0, text->find('\n')));
            if (!shard) return fail(EBADMSG, file.string() + ": no number of tasks");
            tasks_ = shard->total;
            if (options_.slurm_tasks != 0 && options_.slurm_tasks != tasks_)
                return fail(EINVAL, folder_.string() + " has the results of " + std::to_string(tasks_) +
                                        " tasks, not " + std::to_string(options_.slurm_tasks));
            return {};
        }
        tasks_ = options_.slurm_tasks;
        if (tasks_ == 0)
            tasks_ =
                static_cast<unsigned>(std::clamp<std::uint64_t>(campaign_.size() / least_runs_in_task, 1, most_tasks));
        tasks_ = static_cast<unsigned>(std::min<std::uint64_t>(tasks_, campaign_.size()));
        return replace_file(file, std::to_string(tasks_) + "\n");
    }

    [[nodiscard]] std::vector<unsigned> unfinished_shards() const {
        std::set<unsigned> out;
        for (std::uint64_t run = 0; run < campaign_.size(); ++run)
            if (!results_.has(run)) out.insert(static_cast<unsigned>(run % tasks_) + 1);
        return {out.begin(), out.end()};
    }

    /// What shards have finished since the last time becomes the campaign's.
    Result<void> take_shards() {
        std::vector<Record> fresh;
        Result<void> read;
        for (unsigned shard = 1; shard <= tasks_ && read; ++shard)
            read = take_shard(shard, fresh);
        const std::size_t before = results_.records().size();
        if (auto written = results_.append(std::move(fresh)); !written) return written;
        for (std::size_t i = before; i < results_.records().size(); ++i)
            progress_.finished(results_.records()[i], Progress::Clock::now());
        return read;
    }

    Result<void> take_shard(unsigned shard, std::vector<Record>& into) {
        const fs::path file = shard_folder(shard) / "results.jsonl";
        std::error_code ignored;
        if (!fs::exists(file, ignored)) return {};
        const Shard part{shard, tasks_, "tasks"};
        auto records = readers_.try_emplace(shard, file, campaign_, part).first->second.read();
        if (!records) return fail(std::move(records.error()));
        for (Record& record : *records) {
            if (!record.kept.empty()) record.kept = "shards/" + std::to_string(shard) + "/" + record.kept;
            into.push_back(std::move(record));
        }
        return {};
    }

    /// This program again, with the same options, for one shard.
    [[nodiscard]] std::string script() const {
        std::vector<std::string> words{own_program(), "run"};
        words.insert(words.end(), options_.scenarios.begin(), options_.scenarios.end());
        const auto add = [&words](const char* option, const std::string& value) {
            words.insert(words.end(), {option, value});
        };
        add("--seeds", options_.seeds);
        add("--mlosimd", mlosimd_of(options_.mlosimd));
        for (const std::string& set : options_.set)
            add("--set", set);
        if (options_.matrix) words.emplace_back("--matrix");
        if (options_.with_fault) words.emplace_back("--with-fault");
        for (const std::string& fault : options_.faults)
            add("--fault", fault);
        if (options_.random_faults) add("--random-faults", std::to_string(*options_.random_faults));
        if (!options_.clock.empty()) add("--clock", options_.clock);
        for (const std::string& program : options_.programs)
            add("--program", program);
        add("--time-limit", options_.time_limit);
        if (options_.keep) words.emplace_back("--keep");
        add("--captures", std::to_string(options_.captures));
        if (options_.jobs != 0) add("--jobs", std::to_string(options_.jobs));
        return "#!/bin/sh\n# One task of the array: one shard.\nexec " + shell_line(words) +
               " --shard \"$SLURM_ARRAY_TASK_ID/" + std::to_string(tasks_) + "\" --results " +
               shell_line({(folder_ / "shards").string()}) + "/\"$SLURM_ARRAY_TASK_ID\"\n";
    }

    /// "1-4,7": what Slurm is to make.
    [[nodiscard]] std::string array() const {
        std::string out;
        const auto shards = unfinished_shards();
        for (std::size_t i = 0; i < shards.size();) {
            std::size_t last = i;
            while (last + 1 < shards.size() && shards[last + 1] == shards[last] + 1)
                ++last;
            out += (out.empty() ? "" : ",") + std::to_string(shards[i]);
            if (last > i) out += "-" + std::to_string(shards[last]);
            i = last + 1;
        }
        return out;
    }

    Result<void> submit() {
        const fs::path file = folder_ / "slurm" / "job.sh";
        if (auto written = replace_file(file, script()); !written) return written;
        std::error_code ignored;
        std::vector<std::string> command{"sbatch",
                                         "--parsable",
                                         "--job-name=" + job_,
                                         "--array=" + array(),
                                         "--chdir=" + fs::current_path(ignored).string(),
                                         "--output=" + (folder_ / "slurm").string() + "/%a.log"};
        command.insert(command.end(), options_.slurm_options.begin(), options_.slurm_options.end());
        command.push_back(file.string());
        const auto ended = run_to_end(command);
        if (!ended) return fail(ended.error());
        if (ended->exit_code != 0)
            return fail(
                EIO, "sbatch: " + (ended->err.empty() ? "ended with " + std::to_string(ended->exit_code) : ended->err));
        say("submitted job " + ended->out.substr(0, ended->out.find_first_of("\n;")) + ", " +
            std::to_string(unfinished_shards().size()) + " tasks, called " + job_);
        return {};
    }

    /// Whether Slurm knows tasks of ours that have not ended.
    Result<bool> job_goes_on() {
        const auto ended = run_to_end({"squeue", "--noheader", "--name=" + job_, "--format=%i"});
        if (!ended) return fail(ended.error());
        if (ended->exit_code != 0) return fail(EIO, "squeue: " + ended->err);
        return ended->out.find_first_not_of(" \n") != std::string::npos;
    }

    Result<void> wait() {
        for (int failed = 0;;) {
            if (stop_.count() > 0) {
                say("the job goes on; the same command waits for it, scancel --name=" + job_ + " ends it");
                return fail(EINTR, "stopped");
            }
            std::this_thread::sleep_for(between_looks);
            if (auto taken = take_shards(); !taken) return taken;
            progress_.show(Progress::Clock::now());
            const auto there = job_goes_on();
            if (there && !*there) return {};
            failed = there ? 0 : failed + 1;
            if (failed >= most_failed_looks) return fail(there.error());
        }
    }

    const Options& options_;
    const Campaign& campaign_;
    Results& results_;
    Progress& progress_;
    StopSignals& stop_;
    const Streams& streams_;
    const fs::path folder_;
    const std::string job_;  ///< its name, the same for every call with this folder
    unsigned tasks_ = 1;
    std::map<unsigned, ResultsReader> readers_;  ///< by shard
};

}  // namespace

Result<void> run_on_slurm(const Options& options, const Campaign& campaign, Results& results, Progress& progress,
                          StopSignals& stop, const Streams& streams) {
    return SlurmEngine(options, campaign, results, progress, stop, streams).go();
}

}  // namespace mlosim::ctl::run
