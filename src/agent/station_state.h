#pragma once

#include <cstdint>
#include <string_view>

namespace mlosim::agent {

/// How far a built-in station has come.
enum class StationState : std::uint8_t { idle, scanning, authenticating, associating, handshake, connected };
[[nodiscard]] std::string_view to_string(StationState state);

}  // namespace mlosim::agent
