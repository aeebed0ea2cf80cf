#pragma once

#include <cstdint>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "sim/result.h"

namespace mlosim::agent {

/// WNM action frames, 802.11-2020 9.6.13.
inline constexpr std::uint8_t category_wnm = 10;
inline constexpr std::uint8_t wnm_transition_request = 7;
inline constexpr std::uint8_t wnm_transition_response = 8;

/// BSS Transition Management Request, 802.11-2020 9.6.13.9: an access point asks a station to go elsewhere.
struct TransitionRequest {
    struct Neighbor {
        ieee80211::MacAddress bssid;
        std::uint8_t preference = 0;  ///< 255 is best, 0 means not there
        friend bool operator==(const Neighbor&, const Neighbor&) = default;
    };

    std::uint8_t token = 0;
    bool abridged = false;  ///< who is not in the list shall be taken only for want of others
    bool disassociation_imminent = false;
    /// In the order of preference; without those that are excluded.
    std::vector<Neighbor> neighbors;

    /// `body`: from the dialog token on. EINVAL: not whole.
    [[nodiscard]] static Result<TransitionRequest> parse(ieee80211::ByteView body);
};

/// A BSS that a station could go to, as an access point tells of it.
struct TransitionCandidate {
    ieee80211::MacAddress bssid;
    std::uint8_t operating_class = 0;
    std::uint8_t channel = 0;
    std::uint8_t phy_type = 0;      ///< dot11PHYType
    std::uint8_t preference = 255;  ///< 255 is best
};

/// The body of a request's frame. `disassociates_after`: beacons, until who is still there is disassociated; 0: nobody
/// is.
[[nodiscard]] ieee80211::Bytes transition_request(std::uint8_t token, const std::vector<TransitionCandidate>& where,
                                                  std::uint16_t disassociates_after);

/// 802.11-2020 Table 9-428.
enum class TransitionStatus : std::uint8_t { accept = 0, no_suitable_candidates = 7 };

/// The body of the answer's frame, 802.11-2020 9.6.13.10.
[[nodiscard]] ieee80211::Bytes transition_response(std::uint8_t token, TransitionStatus status,
                                                   const ieee80211::MacAddress& target);

}  // namespace mlosim::agent
