#pragma once

#include <cstddef>
#include <cstdint>

/// The features of a radio that this room acts on, with nl80211's numbers.
namespace mlosim::mld::feature {

// enum nl80211_feature_flags
inline constexpr std::uint32_t low_priority_scan = 1U << 6;
inline constexpr std::uint32_t ap_scan = 1U << 8;
inline constexpr std::uint32_t per_vif_tx_power = 1U << 9;
inline constexpr std::uint32_t active_monitor = 1U << 17;
inline constexpr std::uint32_t ap_channel_width_change = 1U << 18;
inline constexpr std::uint32_t ack_timeout_estimation = 1U << 23;
inline constexpr std::uint32_t mac_on_create = 1U << 27;
inline constexpr std::uint32_t scan_random_mac_address = 1U << 29;

// enum nl80211_ext_feature_index
inline constexpr std::size_t set_scan_dwell = 5;
inline constexpr std::size_t fils_max_channel_time = 17;
inline constexpr std::size_t accept_broadcast_probe_response = 18;
inline constexpr std::size_t oce_high_tx_rate = 19;
inline constexpr std::size_t oce_deferral_suppression = 20;
inline constexpr std::size_t low_span_scan = 22;
inline constexpr std::size_t low_power_scan = 23;
inline constexpr std::size_t high_accuracy_scan = 24;
inline constexpr std::size_t txqs = 28;
inline constexpr std::size_t scan_random_sequence = 29;
inline constexpr std::size_t scan_min_probe_content = 30;
inline constexpr std::size_t powered_address_change = 61;

}  // namespace mlosim::mld::feature
