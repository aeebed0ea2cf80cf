#pragma once

#include <cstdint>
#include <span>

#include "host/time_wire.h"
#include "sim/result.h"

namespace mlosim::host {

/// What follows the hello of a participant. EPROTO for anything that no shim sends.
[[nodiscard]] Result<mlosim_join> parse_join(std::span<const std::uint8_t> bytes);
/// What a participant says later. EPROTO, too, for what only the daemon says.
[[nodiscard]] Result<mlosim_time_message> parse_time_message(std::span<const std::uint8_t> bytes);

}  // namespace mlosim::host
