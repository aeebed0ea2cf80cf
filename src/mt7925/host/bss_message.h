#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/mac_address.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/host/phy_mode.h"
#include "mt7925/message.h"
#include "mt7925/station_tlvs.h"
#include "phy/channel.h"
#include "sim/result.h"

/// BSS_INFO_UPDATE of a link that has a network.
namespace mlosim::mt7925::host {

/// All that the driver says of a link's network at once.
struct BssUpdate {
    /// The fixed-rate entry of 6 Mbps. cf. MT7925_BASIC_RATES_TBL
    static constexpr std::uint8_t entry_of_6_mbps = 0x0f;

    /// What a BSS of HE, as this end of it can, needs besides.
    struct He {
        std::uint16_t rts_threshold = 0;    ///< 32 us units; 0: the operation says nothing, the driver says 1023
        std::uint8_t packet_extension = 0;  ///< 4 us units; 0: the same, the driver says 4
        std::uint16_t tx_mcs_80 = 0xffff;   ///< the radio's own Tx HE-MCS maps
        std::uint16_t tx_mcs_160 = 0xffff;
        std::uint16_t tx_mcs_80p80 = 0xffff;
        bool color_enabled = false;
        std::uint8_t color = 0;
    };
    /// Whose link it is.
    struct Mld {
        std::uint8_t primary_bss_idx = 0;
        std::uint8_t link_id = 0;
    };

    LinkNumbers link;
    ConnectionType type = ConnectionType::station;
    bool enable = true;  ///< connected, or the access point serves
    ieee80211::MacAddress bssid;
    std::uint16_t group_wcid = 0;  ///< the entry that stands for the link
    std::uint16_t peer_wcid = 0;   ///< the access point's entry, else the link's own
    std::uint16_t beacon_interval = 0;
    std::uint8_t dtim_period = 0;
    Generations generations;  ///< the peer's, or before there is one the radio's own in this band
    phy::ChannelDefinition channel;
    std::uint8_t streams = 2;
    KeyCipher cipher = KeyCipher::none;  ///< of the last key that was set
    bool qos = false;
    std::uint8_t fixed_rate_entry = entry_of_6_mbps;  ///< that group frames go out with (mvif->basic_rates_idx)
    std::uint16_t slot_us = 9;
    ieee80211::MacAddress address;  ///< the interface's (of an MLD: the MLD's)
    std::optional<Mld> mld;
    bool emlsr = false;
    std::optional<He> he;
    std::uint8_t bssid_indicator = 0;  ///< of a network among others with one beacon
    std::uint8_t bssid_index = 0;
};

/// cf. mt7925_mcu_add_bss_info_sta()
[[nodiscard]] Bytes bss_update_message(const BssUpdate& bss);
/// The link's channel alone. cf. mt7925_mcu_set_chctx()
[[nodiscard]] Bytes rlm_message(const LinkNumbers& link, const phy::ChannelDefinition& channel,
                                std::uint8_t streams = 2);
/// Which parts of the channel are punctured. cf. mt7925_mcu_set_eht_pp()
[[nodiscard]] Bytes puncturing_message(const LinkNumbers& link, const phy::ChannelDefinition& channel);
/// Whether the firmware may doze. cf. mt7925_mcu_uni_bss_ps()
[[nodiscard]] Bytes power_save_message(const LinkNumbers& link, bool on);
/// The firmware watches for beacons. Of an MLD both are 0. cf. mt7925_mcu_uni_bss_bcnft()
[[nodiscard]] Bytes beacon_watch_message(const LinkNumbers& link, std::uint16_t beacon_interval,
                                         std::uint8_t dtim_period);
/// It no longer does. cf. mt7925_mcu_set_bss_pm()
[[nodiscard]] Bytes pm_disable_message(const LinkNumbers& link);
/// An interface that was an MLD's takes its BSS index and address back: BASIC as it is before any type is known, then
/// device_message() with the interface's address. cf. mt7925_mcu_del_dev()
[[nodiscard]] Bytes legacy_bss_message(const LinkNumbers& link);
/// An access point's beacon. `frame` from the capability field on, positions counted from there; `countdown`: the
/// octet behind the announcement's header, 0 without one. EINVAL: it does not fit. cf.
/// mt7925_mcu_uni_add_beacon_offload()
[[nodiscard]] Result<Bytes> beacon_message(const LinkNumbers& link, ByteView frame, std::uint16_t tim,
                                           std::uint16_t countdown);

/// RLM's number for a width. cf. mt7925_mcu_bss_rlm_tlv()
[[nodiscard]] std::uint8_t width_number(phy::ChannelWidth width);

}  // namespace mlosim::mt7925::host
