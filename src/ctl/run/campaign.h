#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctl/run/matrix.h"
#include "ctl/run/record.h"
#include "ctl/run/seeds.h"
#include "ctl/run/shard.h"
#include "sim/result.h"

namespace mlosim::ctl::run {

/// A scenario of a campaign, and what its file had in it.
struct ScenarioFile {
    std::string name;  ///< as the user named it
    std::string path;  ///< absolute
    std::string fingerprint;
};

/// One run of a campaign.
struct Run {
    std::uint64_t number = 0;
    const ScenarioFile* scenario = nullptr;
    const Parameters* parameters = nullptr;
    std::uint64_t seed = 0;
};

/// Scenarios × parameters × seeds. Numbers its runs: scenarios first, then combinations, seeds the fastest.
class Campaign {
public:
    /// `options` are passed to mlosimd with every run; `commit` is what mlosimd says it was built from.
    Campaign(std::vector<ScenarioFile> scenarios, std::vector<Axis> axes, Seeds seeds, std::vector<std::string> options,
             std::string commit);

    [[nodiscard]] std::uint64_t size() const noexcept {
        return scenarios_.size() * combinations_.size() * seeds_.size();
    }
    [[nodiscard]] Run operator[](std::uint64_t number) const;
    [[nodiscard]] const std::vector<ScenarioFile>& scenarios() const noexcept { return scenarios_; }
    [[nodiscard]] const std::vector<Parameters>& combinations() const noexcept { return combinations_; }

    /// The options of mlosimd that make this run.
    [[nodiscard]] std::vector<std::string> arguments(const Run& run) const;
    /// Whether a line of results tells of the run that has its number here.
    [[nodiscard]] bool has(const Record& record) const;

    /// All that makes the campaign what it is, as JSON; and back. EBADMSG for what is none.
    [[nodiscard]] std::string manifest(const Shard& shard) const;
    struct Read;
    [[nodiscard]] static Result<Read> parse(const std::string& manifest);
    /// In words, in what this campaign is not the other; empty: it is the same.
    [[nodiscard]] std::string difference(const Campaign& other) const;

private:
    std::vector<ScenarioFile> scenarios_;
    std::vector<Axis> axes_;
    std::vector<Parameters> combinations_;
    Seeds seeds_;
    std::vector<std::string> options_;
    std::string commit_;
};

struct Campaign::Read {
    Campaign campaign;
    Shard shard;
};

/// A hash over a file's text, in hex.
[[nodiscard]] std::string fingerprint(std::string_view text);
/// A command line as a shell takes it.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

}  // namespace mlosim::ctl::run
