#pragma once

#include <cstdint>

namespace mlosim::agent {

/// How a network lets stations in.
enum class Security : std::uint8_t { open, owe, wpa2, wpa2_wpa3, wpa3 };

/// Whether what is sent over the air is encrypted: the Privacy bit.
[[nodiscard]] constexpr bool is_private(Security security) {
    return security != Security::open;
}
/// Whether stations prove that they know a password.
[[nodiscard]] constexpr bool needs_password(Security security) {
    return security == Security::wpa2 || security == Security::wpa2_wpa3 || security == Security::wpa3;
}
/// Whether a 6 GHz BSS may be so: protected management frames are a must there, and WPA2's key exchange is out
/// (802.11ax 12.12.2). Open networks are taken, as a world without secrets is what tests often want.
[[nodiscard]] constexpr bool allowed_in_6ghz(Security security) {
    return security == Security::open || security == Security::owe || security == Security::wpa3;
}

}  // namespace mlosim::agent
