#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/result.h"

namespace mlosim::ctl::run {

/// A part of a campaign: of `total` parts the one of that index, from 1 on. Runs are dealt out one by one, so that
/// parts are alike.
struct Shard {
    unsigned index = 1;
    unsigned total = 1;
    std::string source;  ///< who says so, for people; empty: nobody, all runs are meant

    [[nodiscard]] bool takes(std::uint64_t run) const noexcept { return run % total == index - 1; }
    [[nodiscard]] bool whole() const noexcept { return total == 1; }
    [[nodiscard]] std::string text() const { return std::to_string(index) + "/" + std::to_string(total); }
};

/// "I/N". EINVAL for anything else.
[[nodiscard]] Result<Shard> parse_shard(std::string_view text);

using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The first that there is of: `option`, Slurm's array variables, GitLab's CI_NODE_INDEX and CI_NODE_TOTAL. EINVAL,
/// with the variable, for one that makes no sense.
[[nodiscard]] Result<Shard> shard_of(const std::string& option, const Environment& environment);

}  // namespace mlosim::ctl::run
