#include "ieee80211/byte_io.h"

#include <array>

namespace mlosim::ieee80211 {

namespace {
std::uint64_t little_endian(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        value = value << 8U | bytes[i - 1];
    return value;
}

void append(Bytes& out, std::uint64_t value, unsigned octets) {
    std::array<std::uint8_t, 8> bytes{};
    for (unsigned i = 0; i < octets; ++i)
        bytes[i] = static_cast<std::uint8_t>(value >> (8U * i));
    out.insert(out.end(), bytes.begin(), bytes.begin() + octets);
}
}  // namespace

ByteView ByteReader::take(std::size_t n) {
    if (n > rest_.size()) {
        ok_ = false;
        rest_ = {};
        return {};
    }
    const ByteView taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
}

std::uint8_t ByteReader::u8() {
    return static_cast<std::uint8_t>(little_endian(take(1)));
}
std::uint16_t ByteReader::u16le() {
    return static_cast<std::uint16_t>(little_endian(take(2)));
}
std::uint32_t ByteReader::u24le() {
    return static_cast<std::uint32_t>(little_endian(take(3)));
}
std::uint32_t ByteReader::u32le() {
    return static_cast<std::uint32_t>(little_endian(take(4)));
}
std::uint64_t ByteReader::u64le() {
    return little_endian(take(8));
}

MacAddress ByteReader::mac() {
    const ByteView octets = take(MacAddress::size);
    if (octets.size() != MacAddress::size) return {};
    return MacAddress{octets.first<MacAddress::size>()};
}

void ByteWriter::u16le(std::uint16_t v) {
    append(out_, v, 2);
}
void ByteWriter::u24le(std::uint32_t v) {
    append(out_, v, 3);
}
void ByteWriter::u32le(std::uint32_t v) {
    append(out_, v, 4);
}
void ByteWriter::u64le(std::uint64_t v) {
    append(out_, v, 8);
}

}  // namespace mlosim::ieee80211
