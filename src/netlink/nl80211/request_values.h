#pragma once

#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/ssid.h"
#include "netlink/attributes.h"
#include "phy/units.h"

/// Values that outlive the request they came in.
namespace mlosim::netlink::nl80211 {

/// Empty if the attribute is absent.
[[nodiscard]] inline ieee80211::Bytes bytes_of(const Attributes& request, std::uint16_t type) {
    const auto bytes = request.bytes(type);
    return bytes ? ieee80211::Bytes(bytes->begin(), bytes->end()) : ieee80211::Bytes{};
}

[[nodiscard]] inline std::optional<ieee80211::Bytes> optional_bytes(const Attributes& request, std::uint16_t type) {
    if (!request.has(type)) return std::nullopt;
    return bytes_of(request, type);
}

/// WIPHY_FREQ with its offset, as a frequency that may not exist. Nothing: absent.
[[nodiscard]] std::optional<phy::Frequency> frequency_of(const Attributes& request);

}  // namespace mlosim::netlink::nl80211
