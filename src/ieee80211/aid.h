#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace mlosim::ieee80211 {

/// Association identifier, 1..2007 (802.11-2020 9.4.1.8).
class Aid {
public:
    static constexpr unsigned max = 2007;

    [[nodiscard]] static constexpr std::optional<Aid> from(unsigned value) {
        if (value < 1 || value > max) return std::nullopt;
        return Aid{static_cast<std::uint16_t>(value)};
    }

    [[nodiscard]] constexpr std::uint16_t value() const noexcept { return value_; }
    /// As the AID field of an Association Response carries it: with the two highest bits set.
    [[nodiscard]] constexpr std::uint16_t on_the_wire() const noexcept {
        return static_cast<std::uint16_t>(value_ | 0xc000U);
    }

    friend constexpr auto operator<=>(Aid, Aid) = default;

private:
    constexpr explicit Aid(std::uint16_t value) : value_(value) {}
    std::uint16_t value_;
};

}  // namespace mlosim::ieee80211
