#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/invariant.h"

namespace mlosim::ieee80211 {

/// A fixed number of octets that the standard divides into fields: B0 is the lowest bit of the first octet. Each
/// capabilities or parameters field derives from it and names its fields, so a field of one cannot be asked of another:
///
///     struct HtCapabilityInfo : BitString<2, HtCapabilityInfo> {
///         using BitString::BitString;
///         static constexpr Field short_gi_20{5};
///     };
///     if (info.has(HtCapabilityInfo::short_gi_20)) …
///
/// Bits without a name are kept as they came, so what was parsed is written back unchanged.
template <std::size_t Octets, class Derived>
class BitString {
public:
    static constexpr std::size_t size = Octets;

    /// `width` bits from bit `first`; a field that does not fit does not compile.
    class Field {
    public:
        consteval explicit Field(unsigned first, unsigned width = 1) : first_(first), width_(width) {
            if (width == 0 || width > 32 || first + width > 8 * Octets)
                throw "the field lies outside of its bit string";
        }
        [[nodiscard]] constexpr unsigned first() const noexcept { return first_; }
        [[nodiscard]] constexpr unsigned width() const noexcept { return width_; }
        [[nodiscard]] constexpr std::uint32_t max() const noexcept {
            return static_cast<std::uint32_t>((std::uint64_t{1} << width_) - 1);
        }

    private:
        unsigned first_;
        unsigned width_;
    };

    constexpr BitString() = default;
    constexpr explicit BitString(std::array<std::uint8_t, Octets> octets) : octets_(octets) {}
    /// The first `Octets` of `octets`, which must hold as many.
    explicit BitString(std::span<const std::uint8_t> octets) {
        MLOSIM_INVARIANT(octets.size() >= Octets, "the parser has checked the length");
        std::copy_n(octets.begin(), Octets, octets_.begin());
    }

    [[nodiscard]] constexpr std::uint32_t get(Field field) const {
        std::uint64_t window = 0;
        const unsigned first_octet = field.first() / 8;
        const unsigned last_octet = (field.first() + field.width() - 1) / 8;
        for (unsigned i = last_octet + 1; i > first_octet; --i)
            window = window << 8U | octets_[i - 1];
        return static_cast<std::uint32_t>(window >> (field.first() % 8)) & field.max();
    }
    [[nodiscard]] constexpr bool has(Field field) const { return get(field) != 0; }

    constexpr Derived& set(Field field, std::uint32_t value = 1) {
        MLOSIM_INVARIANT(value <= field.max(), "the value fits its field");
        for (unsigned i = 0; i < field.width(); ++i) {
            const unsigned bit = field.first() + i;
            const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
            if ((value >> i & 1U) != 0) {
                octets_[bit / 8] = static_cast<std::uint8_t>(octets_[bit / 8] | mask);
            } else {
                octets_[bit / 8] = static_cast<std::uint8_t>(octets_[bit / 8] & ~mask);
            }
        }
        return static_cast<Derived&>(*this);
    }

    [[nodiscard]] constexpr std::span<const std::uint8_t, Octets> octets() const noexcept { return octets_; }
    /// All bits as one number, as hexadecimal dumps and nl80211 attributes show them.
    [[nodiscard]] constexpr std::uint64_t raw() const noexcept requires(Octets <= 8) {
        std::uint64_t value = 0;
        for (std::size_t i = Octets; i > 0; --i)
            value = value << 8U | octets_[i - 1];
        return value;
    }
    [[nodiscard]] static constexpr Derived from_raw(std::uint64_t value) requires(Octets <= 8) {
        std::array<std::uint8_t, Octets> octets{};
        for (std::size_t i = 0; i < Octets; ++i)
            octets[i] = static_cast<std::uint8_t>(value >> (8 * i));
        return Derived{octets};
    }

    friend constexpr auto operator<=>(const BitString&, const BitString&) = default;

private:
    std::array<std::uint8_t, Octets> octets_{};
};

}  // namespace mlosim::ieee80211
