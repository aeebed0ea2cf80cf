#pragma once

#include <string>
#include <vector>

#include "sim/result.h"

namespace mlosim::scenario {

/// "EBUSY" for the errors that a scenario can name; "error 71" for others; "no error" for 0.
[[nodiscard]] std::string error_name(int code);
/// The same with the sentence, if there is one.
[[nodiscard]] std::string error_text(const Error& error);

}  // namespace mlosim::scenario
