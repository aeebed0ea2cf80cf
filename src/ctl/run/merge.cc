// The results of shards, put together.

#include <algorithm>
#include <cerrno>
#include <optional>
#include <ostream>

#include "ctl/run/preparation.h"

namespace mlosim::ctl::run {

namespace {

namespace fs = std::filesystem;

struct Part {
    fs::path folder;
    Campaign campaign;
    Shard shard;
    std::vector<Record> records;
};

Result<Part> read_part(const fs::path& folder) {
    const auto manifest = read_file(folder / "manifest.json");
    if (!manifest) return fail(manifest.error());
    auto read = Campaign::parse(*manifest);
    if (!read) return fail(EBADMSG, (folder / "manifest.json").string() + ": " + read.error().message);
    auto records = ResultsReader(folder / "results.jsonl", read->campaign, read->shard).read();
    if (!records) return fail(std::move(records.error()));
    return Part{folder, std::move(read->campaign), std::move(read->shard), std::move(*records)};
}

/// Each run once. One that two folders have must have gone the same way in both.
Result<void> take(Part& part, Results& into) {
    for (Record& record : part.records) {
        if (into.has(record.run)) {
            const auto& there = *std::ranges::find(into.records(), record.run, &Record::run);
            if (there.trace_hash == record.trace_hash && there.signature == record.signature) continue;
            return fail(EEXIST, part.folder.string() + ": run " + std::to_string(record.run) + " (seed " +
                                    std::to_string(record.seed) + ") went another way than in another folder");
        }
        if (!record.kept.empty()) {
            std::error_code ignored;
            const fs::path kept = fs::absolute(part.folder, ignored) / record.kept;
            record.kept = kept.lexically_normal()
                              .lexically_relative(fs::absolute(into.folder(), ignored).lexically_normal())
                              .string();
        }
        if (auto written = into.append(std::move(record)); !written) return written;
    }
    return {};
}

}  // namespace

int merge(const MergeOptions& options, const Streams& streams) {
    std::vector<Part> parts;
    for (const std::string& folder : options.folders) {
        std::error_code ignored;
        if (fs::equivalent(folder, options.into, ignored))
            return complain(streams, bad_input, folder + " is also where the results are to go");
        auto part = read_part(folder);
        if (!part)
            return complain(streams, part.error().code == EBADMSG ? bad_input : environment, part.error().message);
        if (!parts.empty()) {
            const std::string difference = parts.front().campaign.difference(part->campaign);
            if (!difference.empty())
                return complain(
                    streams, bad_input,
                    parts.front().folder.string() + " and " + folder + " are of different campaigns: " + difference);
        }
        parts.push_back(std::move(*part));
    }
    const Campaign& campaign = parts.front().campaign;
    auto into = Results::open(options.into, campaign, Shard{});
    if (!into) return complain(streams, into.error().code == EEXIST ? bad_input : environment, into.error().message);
    for (Part& part : parts)
        if (auto taken = take(part, *into); !taken)
            return complain(streams, taken.error().code == EEXIST ? bad_input : environment, taken.error().message);
    if (auto synced = into->sync(); !synced) return complain(streams, environment, synced.error().message);
    return tell({campaign, Shard{}, *into, mlosimd_of(options.mlosimd), options.junit, options.json}, streams);
}

}  // namespace mlosim::ctl::run
