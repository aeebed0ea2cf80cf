#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/run/campaign.h"
#include "ctl/run/record.h"
#include "sim/result.h"

namespace mlosim::ctl::run {

/// The folder with the results of a campaign, or of a part of one:
///
///   manifest.json   what campaign
///   results.jsonl   a line a finished run
///   runs/           traces and captures
///
/// A run is finished when its line is there, with its newline. Lines are written whole, at once; so who is killed, at
/// whatever moment, leaves whole lines and at most the beginning of one, which is no line, and is taken away when the
/// folder is opened again. The kernel is told to put them on the disk once a second: a machine that loses its power
/// loses no more than that, and those runs are made again.
class Results {
public:
    Results(Results&& other) noexcept;
    Results& operator=(Results&&) = delete;
    ~Results();

    /// Makes the folder, or goes on with one of the same campaign and shard. EEXIST, saying how the campaigns differ,
    /// if it has another's; EBUSY while somebody else writes into it.
    [[nodiscard]] static Result<Results> open(const std::filesystem::path& folder, const Campaign& campaign,
                                              const Shard& shard);
    /// Whether there is a campaign in that folder.
    [[nodiscard]] static bool exist(const std::filesystem::path& folder);

    /// The error leaves the file as it was before.
    [[nodiscard]] Result<void> append(Record record);
    /// Those of them that are not there yet, at once, and onto the disk; without any it does nothing.
    [[nodiscard]] Result<void> append(std::vector<Record> records);
    /// What was written since the last time, if there is any.
    [[nodiscard]] Result<void> sync();

    [[nodiscard]] bool has(std::uint64_t run) const { return done_.contains(run); }
    /// In the order in which runs finished.
    [[nodiscard]] const std::vector<Record>& records() const noexcept { return records_; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

private:
    explicit Results(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<void> lock();
    [[nodiscard]] Result<void> check_manifest(const Campaign& campaign, const Shard& shard);
    [[nodiscard]] Result<void> load(const Campaign& campaign, const Shard& shard);
    [[nodiscard]] Result<void> write(std::string_view lines);

    std::filesystem::path folder_;
    int lock_ = -1;
    int file_ = -1;
    std::uint64_t size_ = 0;  ///< of the file, up to the end of its last line
    bool unsynced_ = false;
    std::chrono::steady_clock::time_point synced_{};
    std::vector<Record> records_;
    std::set<std::uint64_t> done_;
};

/// The lines of a results file; what stands after the last newline is none. EBADMSG, with its number, for one that is
/// no result. `whole`: how far the lines go, in octets. `lines_before`: how many stand before the text.
[[nodiscard]] Result<std::vector<Record>> parse_results(std::string_view text, std::uint64_t* whole = nullptr,
                                                        std::uint64_t lines_before = 0);

/// Reads the lines of a results file that somebody else may still write.
class ResultsReader {
public:
    /// `campaign` must outlive it.
    ResultsReader(std::filesystem::path file, const Campaign& campaign, Shard shard)
        : file_(std::move(file)), campaign_(&campaign), shard_(std::move(shard)) {}

    /// What has come since the last time; a file that has become shorter is another, and read from its beginning.
    /// EBADMSG, with its number, for a line that is no result, or the result of a run that is none of the campaign's or
    /// the shard's. The operating system's errors.
    [[nodiscard]] Result<std::vector<Record>> read();
    /// How far the lines go that were read, in octets.
    [[nodiscard]] std::uint64_t end() const noexcept { return end_; }

private:
    std::filesystem::path file_;
    const Campaign* campaign_;
    Shard shard_;
    std::uint64_t end_ = 0;
    std::uint64_t lines_ = 0;
};

/// A file's text, from that octet on. The operating system's errors, with its name.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t from = 0);
/// Writes a file as a whole or not at all: into another, which then takes its place.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& file, std::string_view text);

}  // namespace mlosim::ctl::run
