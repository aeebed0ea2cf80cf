#pragma once

#include <cstdint>
#include <optional>

#include "mld/key.h"
#include "mld/wiphy.h"
#include "netlink/request.h"
#include "sim/result.h"

namespace mlosim::netlink::nl80211 {

/// What a request says of a key, in the nest KEY or in attributes of its own (struct key_parse).
struct KeyRequest {
    std::optional<std::uint8_t> index;
    std::optional<std::uint32_t> type;  ///< enum nl80211_key_type
    std::optional<mld::KeyParameters> parameters;
    mld::KeyMode mode = mld::KeyMode::rx_tx;
    bool is_default = false;
    bool is_default_management = false;
    bool is_default_beacon = false;
    bool for_unicast = false;
    bool for_multicast = false;
    bool has_ltf_seed = false;

    [[nodiscard]] bool chooses_default() const { return is_default || is_default_management || is_default_beacon; }
    /// Whether the key is meant for one peer: as it says, or if it names one. Nothing: for neither one nor a group.
    [[nodiscard]] std::optional<bool> pairwise(bool has_address) const;
};

/// EINVAL says what is wrong with it. cf. nl80211_parse_key()
[[nodiscard]] Result<KeyRequest> parse_key(const Request& request, ExtAck& ack);

/// cf. cfg80211_valid_key_idx()
[[nodiscard]] bool valid_key_index(const mld::Wiphy& wiphy, std::optional<std::uint8_t> index, bool pairwise);
/// cf. cfg80211_validate_key_settings()
[[nodiscard]] bool valid_key(const mld::Wiphy& wiphy, const KeyRequest& key, bool pairwise, bool has_address);

}  // namespace mlosim::netlink::nl80211
