#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"

namespace mlosim::mld {

/// enum nl80211_key_mode: how a key is used at first (extended key id).
enum class KeyMode : std::uint8_t { rx_tx = 0, no_tx = 1, set_tx = 2 };

/// What NEW_KEY brings (struct key_params).
struct KeyParameters {
    ieee80211::Suite cipher;
    ieee80211::Bytes data;
    /// The receive counter to begin with, least significant octet first (as nl80211 carries it); empty: zero.
    ieee80211::Bytes sequence;
    KeyMode mode = KeyMode::rx_tx;
};

/// Which key is meant: indexes 0–3 are for data, 4–5 IGTKs, 6–7 BIGTKs.
struct KeyName {
    std::uint8_t index = 0;
    bool pairwise = false;
    /// The peer of a pairwise key.
    std::optional<ieee80211::MacAddress> peer;
    /// The link of an MLD's group key.
    std::optional<ieee80211::LinkId> link;
};

/// What SET_KEY makes a group or pairwise key the default for.
enum class KeyPurpose : std::uint8_t { data_unicast, data_multicast, data, management, beacon };

/// What GET_KEY tells.
struct KeyInfo {
    ieee80211::Suite cipher;
    /// The transmit counter, least significant octet first.
    ieee80211::Bytes sequence;
};

}  // namespace mlosim::mld
