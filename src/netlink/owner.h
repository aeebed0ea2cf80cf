#pragma once

#include <cstdint>

#include "mld/identifiers.h"

namespace mlosim::netlink {

/// The world's name for the program behind a generic netlink port, whose end ends what it owns.
constexpr mld::OwnerId owner_of(std::uint32_t port) {
    constexpr std::uint64_t netlink_sockets = std::uint64_t{1} << 32U;
    return {netlink_sockets | port};
}

}  // namespace mlosim::netlink
