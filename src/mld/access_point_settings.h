#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/bss_config.h"
#include "mld/identifiers.h"
#include "mld/mlme.h"
#include "phy/channel.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// What a beacon is made of (struct cfg80211_beacon_data): the MAC puts the TIM between head and tail, fills in the
/// timestamp and counts down.
struct BeaconData {
    ieee80211::Bytes head;  ///< MAC header up to and including the elements before the TIM
    ieee80211::Bytes tail;  ///< the elements after the TIM
    /// Extra elements of each kind of frame, for radios that make those frames themselves.
    ieee80211::Bytes beacon_elements;
    ieee80211::Bytes probe_response_elements;
    ieee80211::Bytes association_response_elements;
    /// A whole probe response, for radios that answer by themselves.
    ieee80211::Bytes probe_response;
    /// The elements for nontransmitted BSSIDs, one set for each beacon of the rotation, and neighbor reports.
    std::vector<ieee80211::Bytes> multiple_bssid_elements;
    std::vector<ieee80211::Bytes> neighbor_elements;
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
    CryptoSettings crypto;
    AuthenticationType authentication = AuthenticationType::automatic;
    std::uint16_t inactivity_timeout_s = 0;
    bool twt_responder = false;
    /// Broadcast by itself between beacons, in 6 GHz: the frame, and every how many TU (0: off).
    struct Discovery {
        ieee80211::Bytes frame;
        std::uint32_t min_interval_tu = 0;
        std::uint32_t max_interval_tu = 0;
        friend bool operator==(const Discovery&, const Discovery&) = default;
    };
    std::optional<Discovery> fils_discovery;
    std::optional<Discovery> unsolicited_probe_response;
    std::uint8_t bssid_index = 0;
    std::uint8_t bssid_count = 0;
    /// Who it ends with, if it shall (SOCKET_OWNER); who gets control port frames.
    OwnerId owner;
    bool owner_ends_it = false;
};

/// What SET_BSS changes (struct bss_parameters). Absent: unchanged.
struct BssParameters {
    std::optional<bool> use_cts_protection;
    std::optional<bool> use_short_preamble;
    std::optional<bool> use_short_slot_time;
    std::optional<ieee80211::Bytes> basic_rates;  ///< in units of 500 kb/s
    std::optional<bool> ap_isolate;
    std::optional<std::uint16_t> ht_operation_mode;
};

/// What CHANNEL_SWITCH asks for (struct cfg80211_csa_settings).
struct ChannelSwitch {
    phy::ChannelDefinition channel;
    std::uint8_t count = 0;
    bool block_tx = false;
    BeaconData beacon_during;
    BeaconData beacon_after;
    /// Where the counters lie in the beacon's tail, and in the probe response.
    std::vector<std::uint16_t> beacon_counter_offsets;
    std::vector<std::uint16_t> probe_response_counter_offsets;
};

/// What COLOR_CHANGE_REQUEST asks for (struct cfg80211_color_change_settings).
struct ColorChange {
    std::uint8_t color = 0;
    std::uint8_t count = 0;
    BeaconData beacon_during;
    BeaconData beacon_after;
    /// Where the counter lies in the beacon's tail, and in the probe response.
    std::uint16_t beacon_counter_offset = 0;
    std::optional<std::uint16_t> probe_response_counter_offset;
};

}  // namespace mlosim::mld
