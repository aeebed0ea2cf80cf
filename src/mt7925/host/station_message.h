#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/mac_address.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/host/phy_mode.h"
#include "mt7925/message.h"
#include "mt7925/station_tlvs.h"
#include "phy/band.h"

/// STA_REC_UPDATE: what the driver says of a peer's link.
namespace mlosim::mt7925::host {

/// Whose entry a message is about.
struct EntryNumbers {
    std::uint16_t wcid = 0;
    std::uint8_t bss_idx = 0;
    std::uint8_t omac_idx = 0;
    bool own = false;  ///< the link's own entry, no peer's

    static EntryNumbers peer(const LinkNumbers& link, std::uint16_t wcid) {
        return {.wcid = wcid, .bss_idx = link.bss_idx, .omac_idx = link.omac_idx, .own = false};
    }
    static EntryNumbers self(const LinkNumbers& link, std::uint16_t wcid) {
        return {.wcid = wcid, .bss_idx = link.bss_idx, .omac_idx = link.omac_idx, .own = true};
    }
};

/// Which 802.3 frames of this entry the chip makes itself. cf. mt7925_mcu_sta_hdr_trans_tlv()
struct HeaderTranslation {
    bool of_station = true;   ///< the interface is a station: its frames go to the DS; else from it
    bool translated = false;  ///< MT_WCID_FLAG_HDR_TRANS
    bool four_addresses = false;
    bool tdls = false;
};

/// enum mt76_sta_info_state.
enum class EntryState : std::uint8_t { none = 0, authenticated = 1, associated = 2 };

/// What the peer's link can, as its elements said (struct ieee80211_link_sta).
struct PeerCapabilities {
    struct Ht {
        std::uint16_t capabilities = 0;
        std::uint8_t ampdu_factor = 0;   ///< Maximum A-MPDU Length Exponent
        std::uint8_t ampdu_density = 0;  ///< Minimum MPDU Start Spacing
        Octets<10> rx_mcs{};
    };
    struct Vht {
        std::uint32_t capabilities = 0;
        std::uint16_t rx_mcs_map = 0;
        std::uint16_t tx_mcs_map = 0;
    };
    /// Of the first link: the driver has no other. cf. mt76_connac_mcu_sta_he_tlv_v2()
    struct He {
        Octets<6> mac{};
        Octets<11> phy{};
        std::uint16_t rx_mcs_80 = 0xffff;
        std::uint16_t rx_mcs_160 = 0xffff;
        std::uint16_t rx_mcs_80p80 = 0xffff;
        bool wide = false;  ///< it receives 160 MHz (and no more)
    };
    struct Eht {
        std::uint16_t mac = 0;
        Octets<9> phy{};
        Octets<4> mcs_20{};
        Octets<3> mcs_80{};
        Octets<3> mcs_160{};
        Octets<3> mcs_320{};
    };
    std::optional<Ht> ht;
    std::optional<Vht> vht;
    std::optional<He> he;
    std::optional<Eht> eht;
    std::uint16_t he_6ghz = 0;
    std::uint8_t bandwidth = 0;  ///< 20, 40, 80, 160, 320 MHz: 0-4 (enum ieee80211_sta_rx_bandwidth)
    std::uint8_t rx_streams = 0;
    std::uint16_t rates = 0;             ///< bit n: the band's n-th rate
    std::uint16_t max_amsdu_octets = 0;  ///< 0: none

    [[nodiscard]] Generations generations() const;
};

/// An entry's whole record.
struct StationRecord {
    /// One link of the peer.
    struct Link {
        std::uint16_t wcid = 0;
        std::uint8_t bss_idx = 0;
    };
    /// The MLD (or the peer that is none) that the entry belongs to.
    struct Mld {
        ieee80211::MacAddress address;
        Link primary;
        std::optional<Link> secondary;  ///< this entry's, unless it is the primary's
    };
    /// To an interface that is an MLD. cf. mt7925_mcu_sta_eht_mld_tlv()
    struct EhtMld {
        std::uint16_t eml = 0;  ///< EML Capabilities that both have; without EMLSR: STR
    };
    struct Uapsd {
        std::uint8_t queues = 0;  ///< bit 0 voice, 1 video, 2 background, 3 best effort (QoS Info)
        std::uint8_t max_service_period = 0;
    };

    EntryNumbers entry;
    ConnectionType peer_type = ConnectionType::access_point;  ///< what the peer is
    EntryState state = EntryState::none;
    bool qos = false;
    std::uint16_t aid = 0;
    ieee80211::MacAddress address;  ///< the link's
    phy::Band band = phy::Band::ghz5;
    std::uint16_t basic_rates = 0;  ///< the network's
    PeerCapabilities can;
    std::optional<Uapsd> uapsd;  ///< of a station of an access point
    std::optional<Mld> mld;      ///< none: the primary link is gone, the driver leaves the TLV out
    std::optional<EhtMld> eht_mld;
    HeaderTranslation translation;
};

/// cf. mt7925_mcu_sta_cmd() with enable
[[nodiscard]] Bytes station_message(const StationRecord& record);
/// The entry is taken back. cf. mt7925_mcu_sta_cmd() without enable
[[nodiscard]] Bytes station_removal_message(const EntryNumbers& entry);
/// HDR_TRANS alone; the whole of a link's own entry. cf. mt7925_mcu_wtbl_update_hdr_trans()
[[nodiscard]] Bytes header_translation_message(const EntryNumbers& entry, const HeaderTranslation& translation);

/// A block ack agreement as mac80211 says it (struct ieee80211_ampdu_params).
struct BlockAck {
    std::uint8_t tid = 0;
    bool originator = false;  ///< we send
    bool start = false;
    bool amsdu = false;
    std::uint16_t first_sequence = 0;
    std::uint16_t window = 0;
};
/// cf. mt7925_mcu_sta_ba()
[[nodiscard]] Bytes block_ack_message(const EntryNumbers& entry, const BlockAck& agreement);

}  // namespace mlosim::mt7925::host
