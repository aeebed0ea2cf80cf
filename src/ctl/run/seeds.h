#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/result.h"

namespace mlosim::ctl::run {

/// Seeds as a user names them: "1-1000", "7", "1-3,9,20-22".
class Seeds {
public:
    /// As many as anybody has time for.
    static constexpr std::uint64_t most = 100'000'000;

    /// EINVAL for anything else, for one that is named twice, and for too many.
    [[nodiscard]] static Result<Seeds> parse(std::string_view text);

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// The n-th, in the order in which they were named.
    [[nodiscard]] std::uint64_t operator[](std::uint64_t n) const;
    [[nodiscard]] std::string text() const;

private:
    struct Range {
        std::uint64_t first;
        std::uint64_t last;
    };
    std::vector<Range> ranges_;
    std::uint64_t size_ = 0;
};

}  // namespace mlosim::ctl::run
