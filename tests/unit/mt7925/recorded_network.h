#pragma once

// The networks of the recordings, as the real driver's mac80211 knew them.

#include "mt7925/host/bss_message.h"
#include "mt7925/host/station_message.h"

namespace mlosim::mt7925::host {

inline phy::ChannelDefinition channel_20(phy::Band band, std::uint16_t number) {
    return phy::ChannelDefinition::mhz20(*phy::find_channel(band, number));
}

inline const ieee80211::MacAddress recorded_own({0x02, 0x79, 0x25, 0x00, 0xaa, 0x01});
/// mlo52: the access point's links and its MLD.
inline const ieee80211::MacAddress recorded_mld({0x02, 0xaa, 0x00, 0x00, 0x0a, 0x00});
inline const ieee80211::MacAddress recorded_link_5({0x02, 0xaa, 0x00, 0x00, 0x0a, 0x24});
inline const ieee80211::MacAddress recorded_link_2({0x02, 0xaa, 0x00, 0x00, 0x0a, 0x06});
inline constexpr Generations all_generations{.ht = true, .vht = true, .he = true, .eht = true, .he_6ghz = true};

/// What the access points' 5 GHz links say they can.
inline PeerCapabilities recorded_peer_5ghz() {
    PeerCapabilities can;
    can.ht =
        PeerCapabilities::Ht{.capabilities = 0x09ad, .ampdu_factor = 3, .ampdu_density = 5, .rx_mcs = {0xff, 0xff}};
    can.vht = PeerCapabilities::Vht{.capabilities = 0x0f8b09b1, .rx_mcs_map = 0xfffa, .tx_mcs_map = 0xfffa};
    can.he = PeerCapabilities::He{.mac = {1, 0, 0, 0, 0, 0}, .phy = {4}, .rx_mcs_80 = 0xfffa};
    can.eht = PeerCapabilities::Eht{.mac = 2,
                                    .phy = {},
                                    .mcs_20 = {0x22, 0x22, 0x22, 0x00},
                                    .mcs_80 = {0x22, 0x22, 0x22},
                                    .mcs_160 = {},
                                    .mcs_320 = {}};
    can.rx_streams = 2;
    can.rates = 0xff;
    can.max_amsdu_octets = 7935;
    return can;
}

}  // namespace mlosim::mt7925::host
