#include "ieee80211/mac_address.h"

namespace mlosim::ieee80211 {

namespace {
int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
}  // namespace

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
    if (text.size() != 3 * size - 1) return std::nullopt;
    std::array<std::uint8_t, size> octets{};
    for (std::size_t i = 0; i < size; ++i) {
        const int high = hex_digit(text[3 * i]);
        const int low = hex_digit(text[3 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        if (i + 1 < size && text[3 * i + 2] != ':') return std::nullopt;
        octets[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return MacAddress{octets};
}

std::string MacAddress::to_string() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(3 * size);
    for (const std::uint8_t octet : octets_) {
        if (!text.empty()) text += ':';
        text += digits[octet >> 4U];
        text += digits[octet & 0xfU];
    }
    return text;
}

}  // namespace mlosim::ieee80211
