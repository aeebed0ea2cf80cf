#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace mlosim::phy {

/// A set of the bits of `Enum`, whose enumerators are single bits with the kernel's values.
template <class Enum>
class Flags {
public:
    static_assert(std::is_same_v<std::underlying_type_t<Enum>, std::uint32_t>);

    constexpr Flags() = default;
    constexpr Flags(Enum flag)
        : bits_(static_cast<std::uint32_t>(flag)) {}  // NOLINT(google-explicit-constructor): one flag is a set
    constexpr Flags(std::initializer_list<Enum> flags) {
        for (Enum flag : flags)
            bits_ |= static_cast<std::uint32_t>(flag);
    }
    static constexpr Flags from_bits(std::uint32_t bits) {
        Flags out;
        out.bits_ = bits;
        return out;
    }

    [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] constexpr bool has(Enum flag) const noexcept {
        return (bits_ & static_cast<std::uint32_t>(flag)) != 0;
    }
    [[nodiscard]] constexpr bool has_any(Flags other) const noexcept { return (bits_ & other.bits_) != 0; }
    [[nodiscard]] constexpr bool has_all(Flags other) const noexcept { return (bits_ & other.bits_) == other.bits_; }

    constexpr Flags& operator|=(Flags other) {
        bits_ |= other.bits_;
        return *this;
    }
    constexpr Flags& remove(Flags other) {
        bits_ &= ~other.bits_;
        return *this;
    }
    friend constexpr Flags operator|(Flags a, Flags b) { return a |= b; }
    friend constexpr bool operator==(Flags, Flags) = default;

private:
    std::uint32_t bits_ = 0;
};

}  // namespace mlosim::phy
