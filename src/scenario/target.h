#pragma once

#include <optional>
#include <string>

namespace mlosim::scenario {

/// Whom a step or a condition is about: a radio or a group of them, and one of its interfaces by the netdev's name, or
/// its first.
struct Target {
    std::string radio;
    std::optional<std::string> interface;
    std::string pointer;  ///< place in the file of the object that names them
};

}  // namespace mlosim::scenario
