#pragma once

#include "scenario/detail/fields.h"
#include "scenario/scenario_json.h"

namespace mlosim::scenario::detail {

/// Puts a value of the command line in its place in the document.
void apply(const Override& change, Json& document, Mistakes& mistakes);

}  // namespace mlosim::scenario::detail
