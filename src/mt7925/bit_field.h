#pragma once

#include <cstdint>
#include <span>

namespace mlosim::mt7925 {

/// Bits `high` to `low` of the 32-bit word number `word`.
struct BitField {
    std::uint8_t word;
    std::uint8_t high;
    std::uint8_t low;

    [[nodiscard]] constexpr std::uint32_t mask() const {
        return (high - low == 31 ? 0xffffffffU : (1U << (high - low + 1U)) - 1U) << low;
    }
    [[nodiscard]] constexpr std::uint32_t get(std::span<const std::uint32_t> words) const {
        return (words[word] & mask()) >> low;
    }
    /// What does not fit is cut off.
    constexpr void set(std::span<std::uint32_t> words, std::uint32_t value) const {
        words[word] = (words[word] & ~mask()) | (value << low & mask());
    }
};

}  // namespace mlosim::mt7925
