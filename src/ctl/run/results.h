#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
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
    [[nodiscard]] Result<void> sync();

    [[nodiscard]] bool has(std::uint64_t run) const { return done_.contains(run); }
    /// In the order in which runs finished.
    [[nodiscard]] const std::vector<Record>& records() const noexcept { return records_; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

private:
    explicit Results(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<void> lock();
    [[nodiscard]] Result<void> check_manifest(const Campaign& campaign, const Shard& shard);
    [[nodiscard]] Result<void> load(const Campaign& campaign);

    std::filesystem::path folder_;
    int lock_ = -1;
    int file_ = -1;
    std::uint64_t size_ = 0;  ///< of the file, up to the end of its last line
    std::chrono::steady_clock::time_point synced_{};
    std::vector<Record> records_;
    std::set<std::uint64_t> done_;
};

/// The lines of a results file; what stands after the last newline is none. EBADMSG, with its number, for one that is
/// no result. `whole`: how far the lines go, in octets.
[[nodiscard]] Result<std::vector<Record>> parse_results(std::string_view text, std::uint64_t* whole = nullptr);

/// A file's text. The operating system's errors, with its name.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file);
/// Writes a file as a whole or not at all: into another, which then takes its place.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& file, std::string_view text);

}  // namespace mlosim::ctl::run
