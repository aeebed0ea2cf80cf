#pragma once

#include <string>
#include <string_view>

#include "mt7925/message.h"

namespace mlosim::mt7925 {

/// "01 0203 ff" as octets: spaces are for the reader.
inline Bytes octets(std::string_view hex) {
    Bytes out;
    int high = -1;
    for (const char c : hex) {
        if (c == ' ') continue;
        const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    return out;
}

/// `n` zero octets in hex, for long tails.
inline std::string zeros(std::size_t n) {
    return std::string(n * 2, '0');
}

}  // namespace mlosim::mt7925
