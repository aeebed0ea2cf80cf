#pragma once

#include <optional>
#include <string>

namespace mlosim::scenario {

/// What a number may be: from `at_least` to `at_most`, both included.
struct Bounds {
    std::optional<double> at_least;
    std::optional<double> at_most;

    static Bounds exactly(double value) { return {value, value}; }

    [[nodiscard]] bool contain(double value) const {
        return (!at_least || value >= *at_least) && (!at_most || value <= *at_most);
    }
    friend bool operator==(const Bounds&, const Bounds&) = default;
};

}  // namespace mlosim::scenario
