#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "ieee80211/byte_io.h"

namespace mlosim::mld {

/// One access category's parameters (struct ieee80211_txq_params).
struct TxQueueParameters {
    std::uint8_t access_category = 0;  ///< enum nl80211_ac
    std::uint16_t txop_32us = 0;
    std::uint16_t cw_min = 0;
    std::uint16_t cw_max = 0;
    std::uint8_t aifs = 0;
    friend bool operator==(const TxQueueParameters&, const TxQueueParameters&) = default;
};

/// What HE Operation says that a radio is to know. 802.11ax 9.4.2.249
struct HeBssConfig {
    bool color_enabled = false;
    std::uint8_t color = 0;
    std::uint8_t packet_extension = 0;  ///< of HE TB PPDUs, in 4 us (htc_trig_based_pkt_ext)
    std::uint16_t rts_threshold = 0;    ///< TXOP duration RTS threshold, in 32 us (frame_time_rts_th)
    friend bool operator==(const HeBssConfig&, const HeBssConfig&) = default;
};

/// How the BSS of a link works, whoever set it: a program at an access point (SET_BSS), beacons at a station. The part
/// of struct ieee80211_bss_conf that GET_STATION shows and frames depend on.
struct BssConfig {
    bool use_cts_protection = false;
    bool use_short_preamble = false;
    bool use_short_slot_time = false;
    std::uint16_t ht_operation_mode = 0;
    std::uint16_t beacon_interval = 0;  ///< TU; 0: none yet
    std::uint8_t dtim_period = 0;
    ieee80211::Bytes basic_rates;  ///< in units of 500 kb/s; empty: not set
    /// By enum nl80211_ac.
    std::array<TxQueueParameters, 4> tx_queues;
    bool qos = false;  ///< the queues' parameters are in force
    /// Nothing: a BSS without HE (he_support).
    std::optional<HeBssConfig> he;
    std::uint8_t bssid_index = 0;  ///< among the BSSes of one beacon: 2^bssid_indicator of them
    std::uint8_t bssid_indicator = 0;
};

/// What holds for an interface's connection on all links (struct ieee80211_vif_cfg).
struct VifConfig {
    std::uint16_t aid = 0;
    /// A connected station's radio may doze between beacons.
    bool power_save = false;
};

}  // namespace mlosim::mld
