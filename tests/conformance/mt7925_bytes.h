#pragma once

#include <string>

#include "ieee80211/byte_io.h"

namespace mlosim::conformance {

/// "0102ff" as octets.
inline ieee80211::Bytes from_hex(const std::string& hex) {
    constexpr int base = 16;
    ieee80211::Bytes out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, base)));
    return out;
}

/// "02aa00000036" as "02:aa:00:00:00:36".
inline std::string address_text(const std::string& hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += (out.empty() ? "" : ":") + hex.substr(i, 2);
    return out;
}

}  // namespace mlosim::conformance
