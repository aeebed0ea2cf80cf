#pragma once

#include <algorithm>
#include <array>

#include "ieee80211/byte_io.h"
#include "sim/invariant.h"

namespace mlosim::ieee80211::detail {

inline constexpr std::size_t packet_number_size = 6;
inline constexpr std::uint64_t greatest_packet_number = (1ULL << 48U) - 1;

/// As cipher headers and the Management MIC element carry it.
[[nodiscard]] constexpr std::array<std::uint8_t, packet_number_size> little_endian_pn(std::uint64_t pn) {
    std::array<std::uint8_t, packet_number_size> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(pn >> (8U * i));
    return out;
}

/// As nonces contain it: PN5 first.
[[nodiscard]] constexpr std::array<std::uint8_t, packet_number_size> big_endian_pn(std::uint64_t pn) {
    std::array<std::uint8_t, packet_number_size> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[out.size() - 1 - i] = static_cast<std::uint8_t>(pn >> (8U * i));
    return out;
}

/// A nonce or additional authenticated data, put together on the stack.
template <std::size_t Capacity>
class ShortOctets {
public:
    void append(ByteView octets) {
        MLOSIM_INVARIANT(octets.size() <= Capacity - size_, "the octets fit");
        std::ranges::copy(octets, octets_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += octets.size();
    }
    [[nodiscard]] ByteView view() const noexcept { return ByteView{octets_}.first(size_); }

private:
    std::array<std::uint8_t, Capacity> octets_{};
    std::size_t size_ = 0;
};

}  // namespace mlosim::ieee80211::detail
