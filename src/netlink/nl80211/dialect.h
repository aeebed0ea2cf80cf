#pragma once

#include <cstdint>

namespace mlosim::netlink {

/// How nl80211 shows link wdevs: not at all, as mainline Linux does, or with the numbers of the patch that first
/// proposed them.
enum class Dialect : std::uint8_t { mainline, rfc };

}  // namespace mlosim::netlink
