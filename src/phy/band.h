#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mlosim::phy {

/// A frequency band, with nl80211's number (enum nl80211_band). 60 GHz and light communication are not simulated.
enum class Band : std::uint8_t {
    ghz2_4 = 0,
    ghz5 = 1,
    ghz6 = 3,
    s1g = 4,  ///< below 1 GHz; listed (mac80211_hwsim's radios have it), never transmitted on
};

/// The three bands of an 802.11be station, lowest first.
inline constexpr std::array<Band, 3> eht_bands{Band::ghz2_4, Band::ghz5, Band::ghz6};

/// "2.4 GHz", "5 GHz", "6 GHz", "S1G".
[[nodiscard]] std::string_view to_string(Band band);
/// The band of a name as people write it: "2.4", "5", "6" or "s1g", with or without "GHz".
[[nodiscard]] std::optional<Band> parse_band(std::string_view text);
[[nodiscard]] std::optional<Band> band_from_nl80211(std::uint32_t number);

}  // namespace mlosim::phy
