#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "ieee80211/byte_io.h"
#include "sim/invariant.h"

namespace mlosim::ieee80211 {

/// At most `Capacity` octets, kept in the object: a value that holds one needs no heap.
template <std::size_t Capacity>
class InlineBytes {
public:
    static constexpr std::size_t capacity = Capacity;

    constexpr InlineBytes() = default;
    explicit InlineBytes(ByteView octets) : size_(octets.size()) {
        MLOSIM_INVARIANT(octets.size() <= Capacity, "the octets fit");
        std::copy(octets.begin(), octets.end(), octets_.begin());
    }

    [[nodiscard]] ByteView view() const noexcept { return ByteView(octets_).first(size_); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    friend bool operator==(const InlineBytes& a, const InlineBytes& b) {
        return std::ranges::equal(a.view(), b.view());
    }

private:
    std::array<std::uint8_t, Capacity> octets_{};
    std::size_t size_ = 0;
};

}  // namespace mlosim::ieee80211
