#pragma once

#include "mld/identifiers.h"

namespace mlosim::agent {

/// What the numbers of owners that are built-in agents begin with; an agent is known by its interface.
inline constexpr std::uint64_t built_in_agents = std::uint64_t{1} << 63U;

constexpr mld::OwnerId owner_of(mld::WdevId wdev) {
    return {built_in_agents | wdev.value};
}

}  // namespace mlosim::agent
