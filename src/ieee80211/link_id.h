#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace mlosim::ieee80211 {

/// Identifier of one link of an MLD, 0..14 (802.11be 9.4.2.322.2: 4 bits, 15 is reserved).
class LinkId {
public:
    static constexpr unsigned max_links = 15;

    constexpr LinkId() = default;
    /// Nothing if `value` is no link id.
    [[nodiscard]] static constexpr std::optional<LinkId> from(unsigned value) {
        if (value >= max_links) return std::nullopt;
        LinkId id;
        id.value_ = static_cast<std::uint8_t>(value);
        return id;
    }

    [[nodiscard]] constexpr std::uint8_t value() const noexcept { return value_; }
    /// This link's bit in a link bitmap (valid_links, active_links …).
    [[nodiscard]] constexpr std::uint16_t bit() const noexcept { return static_cast<std::uint16_t>(1U << value_); }

    friend constexpr auto operator<=>(LinkId, LinkId) = default;

private:
    std::uint8_t value_ = 0;
};

}  // namespace mlosim::ieee80211
