#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "mld/radio_profile.h"
#include "phy/rates.h"

namespace mlosim::mld {

class LinkPolicy;
class Sta;

/// Which user priority a packet's DSCP stands for. 802.11 9.4.2.93 (struct cfg80211_qos_map)
struct QosMap {
    static constexpr unsigned priorities = 8;
    struct Exception {
        std::uint8_t dscp = 0;
        std::uint8_t priority = 0;
    };
    /// Both ends belong to it; 255, 255: no DSCP does.
    struct Range {
        std::uint8_t low = 255;
        std::uint8_t high = 255;
    };
    std::vector<Exception> exceptions;
    std::array<Range, priorities> ranges;

    /// Nothing: the map does not say.
    [[nodiscard]] std::optional<unsigned> priority_of(unsigned dscp) const;
};

/// Rates that may be used in one band (struct cfg80211_bitrate_mask).
struct RateMask {
    /// Bit n: the band's n-th legacy rate.
    std::uint32_t legacy = ~std::uint32_t{0};
    std::array<std::uint8_t, 10> ht{};    ///< by stream and MCS of it
    std::array<std::uint16_t, 8> vht{};   ///< likewise
    std::array<std::uint16_t, 16> he{};   ///< likewise
    std::array<std::uint16_t, 16> eht{};  ///< likewise
    bool short_guard = false;             ///< HT and VHT rates with 0.4 us between symbols

    /// The rate for a frame to `sta` (nullptr: to whoever hears it): the lowest that is allowed. Nothing: no rate that
    /// the receiver knows is, so that the mask cannot be kept to.
    [[nodiscard]] std::optional<phy::Rate> lowest(const BandCapabilities& band, const Sta* sta) const;
};

/// What programs set of how an interface's frames go out.
struct TransmitSettings {
    std::optional<QosMap> qos_map;
    /// Traffic identifiers whose frames nobody acknowledges. cf. sdata->noack_map
    std::bitset<16> no_acknowledgement;
    /// Bands without an entry use any rate.
    std::map<phy::Band, RateMask> rates;
    /// How the links of an MLD share its data frames; nullptr: round robin.
    std::shared_ptr<LinkPolicy> link_policy;
};

}  // namespace mlosim::mld
