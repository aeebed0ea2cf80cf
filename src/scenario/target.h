#pragma once

#include <optional>
#include <string>

namespace mlosim::scenario {

/// Whom a step or a condition is about: a radio or a group of them, and one of its interfaces by the netdev's name, or
/// its first.
struct Target {
    std::string radio;
    std::optional<std::string> interface;
};

}  // namespace mlosim::scenario
