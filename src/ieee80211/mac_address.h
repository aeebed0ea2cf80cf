#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mlosim::ieee80211 {

/// A 48-bit MAC address.
class MacAddress {
public:
    static constexpr std::size_t size = 6;

    constexpr MacAddress() = default;
    constexpr explicit MacAddress(std::array<std::uint8_t, size> octets) : octets_(octets) {}
    constexpr explicit MacAddress(std::span<const std::uint8_t, size> octets) {
        std::copy(octets.begin(), octets.end(), octets_.begin());
    }

    /// "02:00:00:00:01:00", either case. Nothing if the text is anything else.
    [[nodiscard]] static std::optional<MacAddress> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;

    [[nodiscard]] constexpr std::span<const std::uint8_t, size> octets() const noexcept { return octets_; }
    [[nodiscard]] constexpr std::uint8_t operator[](std::size_t i) const { return octets_[i]; }
    [[nodiscard]] constexpr bool is_group() const noexcept { return (octets_[0] & 1U) != 0; }
    [[nodiscard]] constexpr bool is_zero() const noexcept { return *this == MacAddress{}; }
    /// What is_valid_ether_addr() asks: neither group nor zero.
    [[nodiscard]] constexpr bool is_valid_individual() const noexcept { return !is_group() && !is_zero(); }

    static constexpr MacAddress broadcast() {
        return MacAddress{std::array<std::uint8_t, size>{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    }

    friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;

private:
    std::array<std::uint8_t, size> octets_{};
};

}  // namespace mlosim::ieee80211
