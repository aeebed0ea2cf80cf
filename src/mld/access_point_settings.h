#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/ssid.h"
#include "phy/channel.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// What a beacon is made of (struct cfg80211_beacon_data): the MAC puts the TIM between head and tail, fills in the
/// timestamp and counts down.
struct BeaconData {
    ieee80211::Bytes head;  ///< MAC header up to and including the elements before the TIM
    ieee80211::Bytes tail;  ///< the elements after the TIM
    friend bool operator==(const BeaconData&, const BeaconData&) = default;
};

/// How a link's SSID shows in its beacons (enum nl80211_hidden_ssid).
enum class HiddenSsid : std::uint8_t { not_hidden = 0, zero_length = 1, zero_contents = 2 };

/// What START_AP asks for (struct cfg80211_ap_settings).
struct AccessPointSettings {
    phy::ChannelDefinition channel;
    BeaconData beacon;
    ieee80211::Ssid ssid;
    HiddenSsid hidden_ssid = HiddenSsid::not_hidden;
    std::uint16_t beacon_interval = 100;  ///< TU
    std::uint8_t dtim_period = 2;
    /// How much later than the multiples of the interval in the TSF its beacons come. Programs cannot ask for it.
    sim::Duration tbtt_offset{0};
    bool privacy = false;
};

}  // namespace mlosim::mld
