#pragma once

#include <array>
#include <cstdint>

namespace mlosim::mld {

/// Which links carry which traffic between a station MLD and its AP MLD: for each traffic identifier a bit for each
/// link. cf. struct ieee80211_neg_ttlm, 802.11be 35.3.7
struct LinkMapping {
    static constexpr unsigned tids = 8;

    std::array<std::uint16_t, tids> downlink{};
    std::array<std::uint16_t, tids> uplink{};
    friend bool operator==(const LinkMapping&, const LinkMapping&) = default;
};

}  // namespace mlosim::mld
