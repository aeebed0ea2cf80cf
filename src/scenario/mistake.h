#pragma once

#include <string>
#include <vector>

namespace mlosim::scenario {

/// One thing that is wrong in a scenario: where, what stands there, what may.
struct Mistake {
    std::string pointer;  ///< JSON pointer (RFC 6901); "line 3, column 7" in a file that is no JSON
    std::string found;
    std::string allowed;

    /// "/radios/0/profile: found "generic", allowed "ac", "ax" …", to follow the file's name and a colon. One line.
    [[nodiscard]] std::string to_string() const { return pointer + ": found " + found + ", allowed " + allowed; }

    friend bool operator==(const Mistake&, const Mistake&) = default;
};
using Mistakes = std::vector<Mistake>;

}  // namespace mlosim::scenario
