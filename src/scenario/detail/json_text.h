#pragma once

#include <string_view>

#include "scenario/detail/fields.h"

namespace mlosim::scenario::detail {

/// JSON with comments. Besides what JSON itself forbids, a member that is there twice and a nesting deeper than any
/// scenario's are mistakes. Nothing (null) if it could not be read at all.
[[nodiscard]] Json read_json(std::string_view text, Mistakes& mistakes);

}  // namespace mlosim::scenario::detail
