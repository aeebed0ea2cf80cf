#pragma once

#include <compare>
#include <cstdint>

namespace mlosim::mld {

/// Number of a wiphy, as in phyN's N at birth (rdev->wiphy_idx). Never reused.
struct WiphyIndex {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(WiphyIndex, WiphyIndex) = default;
};

/// Number of a netdev. 1 is the loopback.
struct IfIndex {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(IfIndex, IfIndex) = default;
};

/// Number of a wdev in the whole world: its wiphy's index in the upper half, its own number in the lower. cf.
/// wdev_id().
struct WdevId {
    std::uint64_t value = 0;

    static constexpr WdevId make(WiphyIndex wiphy, std::uint32_t local) {
        return {static_cast<std::uint64_t>(wiphy.value) << 32U | local};
    }
    [[nodiscard]] constexpr WiphyIndex wiphy() const noexcept { return {static_cast<std::uint32_t>(value >> 32U)}; }
    [[nodiscard]] constexpr std::uint32_t local() const noexcept { return static_cast<std::uint32_t>(value); }
    friend constexpr auto operator<=>(WdevId, WdevId) = default;
};

/// Link wdevs count from here within their wiphy, so that they take no numbers from the interfaces that a kernel
/// without them would have.
inline constexpr std::uint32_t first_link_wdev = 0x8000'0001;

/// Number of a radio in the order of creation (what MAC80211_HWSIM calls the radio id). Never reused.
struct RadioIndex {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(RadioIndex, RadioIndex) = default;
};

/// Whoever asked for something that must end with it: a netlink socket, an agent. 0 is nobody.
struct OwnerId {
    std::uint64_t value = 0;
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return value != 0; }
    friend constexpr auto operator<=>(OwnerId, OwnerId) = default;
};

}  // namespace mlosim::mld
