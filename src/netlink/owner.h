#pragma once

#include <cstdint>
#include <optional>

#include "mld/identifiers.h"

namespace mlosim::netlink {

/// What the numbers of owners that are netlink sockets begin with.
inline constexpr std::uint64_t netlink_sockets = std::uint64_t{1} << 32U;

/// The world's name for the program behind a generic netlink port, whose end ends what it owns.
constexpr mld::OwnerId owner_of(std::uint32_t port) {
    return {netlink_sockets | port};
}

/// The same back; nothing for owners of other kinds.
constexpr std::optional<std::uint32_t> port_of(mld::OwnerId owner) {
    if ((owner.value & ~std::uint64_t{0xffffffff}) != netlink_sockets) return std::nullopt;
    return static_cast<std::uint32_t>(owner.value);
}

}  // namespace mlosim::netlink
