#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlosim::scenario {

/// What stands for `name`, if anything.
using Meaning = std::function<std::optional<std::string>(const std::string& name)>;

/// `text` with each ${name} replaced by its meaning. One without a meaning stays as it is.
[[nodiscard]] std::string filled(std::string_view text, const Meaning& meaning);

/// The names in a text, in order.
[[nodiscard]] std::vector<std::string> placeholders_in(std::string_view text);

/// `text` with each `found` replaced.
[[nodiscard]] std::string replaced(std::string text, std::string_view found, std::string_view by);

}  // namespace mlosim::scenario
