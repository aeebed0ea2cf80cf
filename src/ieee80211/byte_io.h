#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ieee80211/mac_address.h"

namespace mlosim::ieee80211 {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Reads little-endian fields from bytes that nobody has checked. A read past the end gives zeros and makes `ok()`
/// false for good, so a parser may read a whole structure and ask once.
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8();
    std::uint16_t u16le();
    std::uint32_t u24le();
    std::uint32_t u32le();
    std::uint64_t u64le();
    MacAddress mac();
    /// The next `n` bytes; empty and not ok if there are fewer.
    ByteView take(std::size_t n);
    void skip(std::size_t n) { (void)take(n); }

    [[nodiscard]] ByteView rest() const noexcept { return rest_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
    [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
    ByteView rest_;
    bool ok_ = true;
};

/// Appends little-endian fields to a byte vector.
class ByteWriter {
public:
    explicit ByteWriter(Bytes& out) : out_(out) {}

    void u8(std::uint8_t v) { out_.push_back(v); }
    void u16le(std::uint16_t v);
    void u24le(std::uint32_t v);
    void u32le(std::uint32_t v);
    void u64le(std::uint64_t v);
    void mac(const MacAddress& a) { bytes(a.octets()); }
    void bytes(ByteView v) { out_.insert(out_.end(), v.begin(), v.end()); }
    void text(std::string_view v) { out_.insert(out_.end(), v.begin(), v.end()); }
    void zeros(std::size_t n) { out_.insert(out_.end(), n, 0); }

    [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }
    [[nodiscard]] Bytes& bytes() noexcept { return out_; }

private:
    Bytes& out_;
};

}  // namespace mlosim::ieee80211
