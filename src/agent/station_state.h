#pragma once

#include <cstdint>
#include <string_view>

namespace mlosim::agent {

/// How far a built-in station has come.
enum class StationState : std::uint8_t {
    idle,
    scanning,
    authenticating,
    associating,
    handshake,
    connected,
    roaming,  ///< it has left one access point for another, and waits for the gap to pass
};
[[nodiscard]] std::string_view to_string(StationState state);

}  // namespace mlosim::agent
