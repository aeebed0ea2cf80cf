#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ieee80211/mac_address.h"
#include "mt7925/bss_tlvs.h"
#include "mt7925/message.h"

/// What the driver tells the firmware of an interface's link while it is not connected.
namespace mlosim::mt7925::host {

/// The numbers that a link of an interface has with the firmware (struct mt792x_bss_conf, struct mt76_vif_link).
struct LinkNumbers {
    std::uint8_t bss_idx = 0;
    std::uint8_t omac_idx = 0;
    std::uint8_t link_idx = 0;  ///< how many links the interface had before this one
    std::uint8_t wmm_idx = 0;
    std::uint8_t band_idx = 0xff;  ///< 0xff: the firmware chooses
    friend bool operator==(const LinkNumbers&, const LinkNumbers&) = default;
};

/// DEV_INFO_UPDATE: the link's own address comes or goes. cf. mt7925_mcu_uni_add_dev()
[[nodiscard]] Bytes device_message(const LinkNumbers& link, const ieee80211::MacAddress& address, bool active);
/// BSS_INFO_UPDATE with BASIC alone: the BSS index comes or goes. `wcid`: the entry that stands for the link.
/// cf. mt7925_mcu_uni_add_dev()
[[nodiscard]] Bytes bss_message(const LinkNumbers& link, ConnectionType type, std::uint8_t wcid, bool active);
/// BSS_INFO_UPDATE with IFS. cf. mt7925_mcu_set_timing()
[[nodiscard]] Bytes slot_time_message(const LinkNumbers& link, std::uint16_t slot_us);

/// An access category's parameters as the MAC has them.
struct QueueParameters {
    std::uint16_t cw_min = 15;
    std::uint16_t cw_max = 1023;
    std::uint16_t txop_32us = 0;
    std::uint8_t aifs = 2;
};
/// EDCA_UPDATE. `queues` by enum ieee80211_ac_numbers: voice, video, best effort, background. cf. mt7925_mcu_set_tx()
[[nodiscard]] Bytes edca_message(const LinkNumbers& link, std::span<const QueueParameters, 4> queues);

/// BAND_CONFIG with RTS: frames of so many octets, in so many packets, are preceded by RTS. cf.
/// mt7925_mcu_set_rts_thresh()
[[nodiscard]] Bytes rts_message(std::uint32_t octets);
inline constexpr std::uint32_t default_rts_octets = 0x92b;
/// BAND_CONFIG with RXFILTER: what the host wants beyond its own. cf. mt7925_mcu_set_rxfilter()
[[nodiscard]] Bytes filter_message(std::uint32_t fif);

}  // namespace mlosim::mt7925::host
