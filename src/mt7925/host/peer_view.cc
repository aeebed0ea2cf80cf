#include "mt7925/host/peer_view.h"

#include <algorithm>

#include "ieee80211/he_capabilities.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/vht_elements.h"
#include "mld/key.h"
#include "mld/radio_profile.h"
#include "mld/wiphy.h"
#include "mt7925/host/link_view.h"

namespace mlosim::mt7925::host {

namespace {

using ieee80211::HtMcsSet;

// What one A-MSDU may have, by VHT's number for it. cf. IEEE80211_MAX_MPDU_LEN_*
constexpr std::array<std::uint16_t, 4> mpdu_octets = {3895, 7991, 11454, 3895};
constexpr std::uint16_t ht_7935 = 7935;
constexpr std::uint16_t ht_3839 = 3839;
constexpr unsigned most_streams = 8;

std::uint16_t u16_at(const ieee80211::Bytes& octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] | octets[at + 1] << 8U);
}

template <std::size_t N>
Octets<N> octets_at(const ieee80211::Bytes& from, std::size_t at) {
    Octets<N> out{};
    if (at < from.size())
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), std::min(N, from.size() - at), out.begin());
    return out;
}

/// Two bits a stream, 3: none. What the peer receives, no more than we send. cf. ieee80211_he_mcs_intersection()
std::uint16_t common_map(std::uint16_t peer, std::uint16_t own) {
    constexpr unsigned none = 3;
    unsigned out = 0;
    for (unsigned i = 0; i < most_streams; ++i) {
        unsigned theirs = peer >> 2U * i & none;
        const unsigned ours = own >> 2U * i & none;
        if (theirs != none) theirs = ours == none ? none : std::min(theirs, ours);
        out |= theirs << 2U * i;
    }
    return static_cast<std::uint16_t>(out);
}

unsigned streams_of_map(std::uint16_t map) {
    constexpr unsigned none = 3;
    for (unsigned i = most_streams; i > 0; --i)
        if ((map >> 2U * (i - 1) & none) != none) return i;
    return 0;
}

/// 802.11-2020 9.4.2.55
std::optional<PeerCapabilities::Ht> ht_of(const ieee80211::Bytes& element, const mld::HtCapabilities& own) {
    const auto peer = ieee80211::HtCapabilities::parse(element);
    if (!peer) return std::nullopt;
    constexpr unsigned of_both = 1U << 0U | 1U << 1U | 1U << 4U | 1U << 5U | 1U << 6U | 1U << 12U;
    constexpr unsigned tx_stbc = 1U << 7U;
    constexpr unsigned rx_stbc = 3U << 8U;
    PeerCapabilities::Ht out;
    unsigned bits = u16_at(element, 0) & (own.capabilities | ~of_both);
    if ((own.capabilities & tx_stbc) == 0) bits &= ~rx_stbc;
    if ((own.capabilities & rx_stbc) == 0) bits &= ~tx_stbc;
    out.capabilities = static_cast<std::uint16_t>(bits);
    out.ampdu_factor = element[2] & 3U;
    out.ampdu_density = element[2] >> 2U & 7U;

    const HtMcsSet own_mcs = HtMcsSet(own.mcs);
    if (!own_mcs.has(HtMcsSet::tx_defined)) return out;
    constexpr std::size_t mcs_at = 3;
    const unsigned streams =
        own_mcs.has(HtMcsSet::tx_rx_different) ? own_mcs.get(HtMcsSet::tx_max_streams_minus_1) + 1U : 4U;
    for (std::size_t i = 0; i < streams; ++i)
        out.rx_mcs[i] = own.mcs[i] & element[mcs_at + i];
    out.rx_mcs[4] |= own.mcs[4] & element[mcs_at + 4] & 1U;  // MCS 32
    return out;
}

std::uint32_t common_vht(std::uint32_t peer, std::uint32_t own) {
    constexpr unsigned taken_as_it_is = 1U << 4U | 1U << 21U | 1U << 22U | 7U << 23U | 3U << 26U | 3U << 28U;
    constexpr unsigned length = 3;
    constexpr unsigned short_gi = 3U << 5U;
    constexpr unsigned tx_stbc = 1U << 7U;
    constexpr unsigned rx_stbc = 7U << 8U;
    constexpr unsigned su_beamformer = 1U << 11U;
    constexpr unsigned su_beamformee = 1U << 12U;
    constexpr unsigned beamformee_streams = 7U << 13U;
    constexpr unsigned sounding_dimensions = 7U << 16U;
    constexpr unsigned mu_beamformer = 1U << 19U;
    constexpr unsigned mu_beamformee = 1U << 20U;
    std::uint32_t out = (peer & taken_as_it_is) | std::min(peer & length, own & length);
    const unsigned own_width = own >> 2U & 3U;
    if (own_width == 1) out |= peer & 1U << 2U;
    if (own_width == 2) out |= peer & 3U << 2U;
    out |= peer & own & short_gi;
    if ((own & su_beamformee) != 0) out |= peer & (su_beamformer | sounding_dimensions);
    if ((own & su_beamformer) != 0) out |= peer & (su_beamformee | beamformee_streams);
    if ((own & mu_beamformer) != 0) out |= peer & mu_beamformee;
    if ((own & mu_beamformee) != 0) out |= peer & mu_beamformer;
    if ((own & tx_stbc) != 0) out |= peer & rx_stbc;
    if ((own & rx_stbc) != 0) out |= peer & tx_stbc;
    return out;
}

/// Some channel of the band may be 80 MHz wide.
bool band_has_80mhz(const mld::Wiphy& wiphy, phy::Band band) {
    const mld::BandChannels* channels = wiphy.band(band);
    return channels != nullptr && std::ranges::any_of(channels->channels, [](const phy::RadioChannel& channel) {
               return !channel.now.flags.has(phy::ChannelFlag::disabled) &&
                      !channel.now.flags.has(phy::ChannelFlag::no_80mhz);
           });
}

/// 802.11-2020 9.4.2.157
std::optional<PeerCapabilities::Vht> vht_of(const ieee80211::Bytes& element, const mld::VhtCapabilities& own) {
    if (!ieee80211::VhtCapabilities::parse(element)) return std::nullopt;
    constexpr std::uint16_t nothing = 0xffff;
    const auto own_rx = static_cast<std::uint16_t>(own.mcs[0] | own.mcs[1] << 8U);
    const auto own_tx = static_cast<std::uint16_t>(own.mcs[4] | own.mcs[5] << 8U);
    PeerCapabilities::Vht out;
    out.capabilities =
        common_vht(u16_at(element, 0) | static_cast<std::uint32_t>(u16_at(element, 2)) << 16U, own.capabilities);
    out.rx_mcs_map = common_map(u16_at(element, 4), own_tx);
    out.tx_mcs_map = common_map(u16_at(element, 8), own_rx);
    if (out.rx_mcs_map == nothing) return std::nullopt;
    return out;
}

/// 802.11ax 9.4.2.248
std::optional<PeerCapabilities::He> he_of(const ieee80211::Bytes& element, const mld::HeCapabilities& own) {
    if (!ieee80211::HeCapabilities::parse(element)) return std::nullopt;
    constexpr std::size_t mcs_at = 17;
    constexpr unsigned width_160 = 1U << 3U;
    constexpr unsigned width_80p80 = 1U << 4U;
    PeerCapabilities::He out;
    out.mac = octets_at<6>(element, 0);
    out.phy = octets_at<11>(element, 6);
    out.rx_mcs_160 = out.rx_mcs_80p80 = 0;
    const auto own_tx = [&](std::size_t width) {
        return static_cast<std::uint16_t>(own.mcs[width * 4 + 2] | own.mcs[width * 4 + 3] << 8U);
    };
    out.rx_mcs_80 = common_map(u16_at(element, mcs_at), own_tx(0));
    constexpr std::uint16_t disabled = 0xffff;
    std::size_t at = mcs_at + 4;
    const auto wider = [&](unsigned bit, std::size_t width, std::uint16_t& map) {
        if ((element[6] & bit) == 0) return;
        map = (own.phy[0] & bit) != 0 ? common_map(u16_at(element, at), own_tx(width)) : disabled;
        if ((own.phy[0] & bit) == 0) out.phy[0] &= static_cast<std::uint8_t>(~bit);
        at += 4;
    };
    wider(width_160, 1, out.rx_mcs_160);
    wider(width_80p80, 2, out.rx_mcs_80p80);
    return out;
}

/// 802.11be 9.4.2.323, without its maps.
std::optional<PeerCapabilities::Eht> eht_of(const ieee80211::Bytes& element) {
    constexpr std::size_t phy_at = 2;
    constexpr std::size_t mcs_at = 11;
    if (element.size() < mcs_at + 3) return std::nullopt;
    PeerCapabilities::Eht out;
    out.mac = u16_at(element, 0);
    out.phy = octets_at<9>(element, phy_at);
    return out;
}

/// How many octets of MCS maps an EHT element has. cf. ieee80211_eht_mcs_nss_size()
std::size_t eht_map_size(const PeerCapabilities::He& he, const PeerCapabilities::Eht& eht, bool from_ap) {
    constexpr std::size_t a_map = 3;
    constexpr std::size_t of_20_mhz_only = 4;
    if ((he.phy[0] & 1U << 1U) != 0) return a_map;  // 40 MHz in 2.4 GHz
    std::size_t out = 0;
    if ((he.phy[0] & 1U << 2U) != 0) out += a_map;   // 80 MHz
    if ((he.phy[0] & 1U << 3U) != 0) out += a_map;   // 160 MHz
    if ((eht.phy[0] & 1U << 1U) != 0) out += a_map;  // 320 MHz
    if (out != 0) return out;
    return from_ap ? a_map : of_20_mhz_only;
}

void take_eht_maps(PeerCapabilities::Eht& eht, const ieee80211::Bytes& element, std::size_t size) {
    constexpr std::size_t mcs_at = 11;
    ieee80211::Bytes maps(element.begin() + mcs_at,
                          element.begin() + static_cast<std::ptrdiff_t>(std::min(element.size(), mcs_at + size)));
    // One place for all: stations of 20 MHz have another layout there, which the driver reads both ways.
    // cf. union ieee80211_eht_mcs_nss_supp
    eht.mcs_20 = octets_at<4>(maps, 0);
    eht.mcs_80 = octets_at<3>(maps, 0);
    eht.mcs_160 = octets_at<3>(maps, 3);
    eht.mcs_320 = octets_at<3>(maps, 6);
}

/// cf. ieee80211_sta_nss_capability()
unsigned streams_of(const PeerCapabilities& can) {
    unsigned streams = 1;
    if (can.ht) {
        const auto& mcs = can.ht->rx_mcs;
        streams = std::max(streams, static_cast<unsigned>(std::count_if(mcs.begin(), mcs.begin() + 4,
                                                                        [](std::uint8_t m) { return m != 0; })));
    }
    if (can.vht) streams = std::max(streams, streams_of_map(can.vht->rx_mcs_map));
    if (can.he) {
        const unsigned wide = streams_of_map(can.he->rx_mcs_160);
        const unsigned narrow = streams_of_map(can.he->rx_mcs_80);
        streams = std::max(streams, (can.he->phy[0] & 1U << 3U) != 0 ? std::min(wide, narrow) : narrow);
    }
    if (can.eht)
        for (const auto& maps : {can.eht->mcs_80, can.eht->mcs_160, can.eht->mcs_320})
            for (const std::uint8_t map : maps)
                streams = std::max(streams, map & 0xfU);
    return streams;
}

/// 20, 40, 80, 160, 320 MHz as 0 to 4. cf. ieee80211_sta_bw_capability()
unsigned width_of(const PeerCapabilities& can, phy::Band band) {
    if (can.he) {
        const unsigned widths = can.he->phy[0];
        if (band == phy::Band::ghz6 && can.eht && (can.eht->phy[0] & 1U << 1U) != 0) return 4;
        if (band == phy::Band::ghz2_4) return (widths & 1U << 1U) != 0 ? 1 : 0;
        if ((widths & (1U << 3U | 1U << 4U)) != 0) return 3;
        return (widths & 1U << 2U) != 0 ? 2 : 0;
    }
    if (!can.vht) return can.ht && (can.ht->capabilities & 1U << 1U) != 0 ? 1 : 0;
    const unsigned width_set = can.vht->capabilities >> 2U & 3U;
    if (width_set == 1 || width_set == 2 || (can.vht->capabilities >> 30U & 3U) != 0) return 3;
    return 2;
}

/// cf. ieee80211_chan_width_to_rx_bw()
unsigned width_of(phy::ChannelWidth width) {
    unsigned out = 0;
    for (std::uint32_t mhz = width == phy::ChannelWidth::w80p80 ? 160 : phy::width_mhz(width); mhz > 20; mhz /= 2)
        ++out;
    return out;
}

/// What the Operating Mode field leaves: streams, and a width. 802.11-2020 9.4.1.53
void obey_operating_mode(PeerCapabilities& can, const std::optional<std::uint8_t>& mode) {
    constexpr unsigned is_160 = 1U << 2U;
    constexpr unsigned of_beamforming = 1U << 7U;
    if (!mode || (*mode & of_beamforming) != 0) return;
    unsigned width = *mode & 3U;
    if (width == 2 && (*mode & is_160) != 0) width = 3;
    can.bandwidth = static_cast<std::uint8_t>(std::min<unsigned>(can.bandwidth, width));
    can.rx_streams = static_cast<std::uint8_t>(std::min<unsigned>(can.rx_streams, (*mode >> 4U & 7U) + 1U));
}

/// Each generation overwrites what the one before said of the length. cf. agg.max_amsdu_len
std::uint16_t amsdu_octets(const PeerCapabilities& can, phy::Band band) {
    std::uint16_t out = 0;
    if (can.ht) out = (can.ht->capabilities & 1U << 11U) != 0 ? ht_7935 : ht_3839;
    if (can.vht) out = mpdu_octets[can.vht->capabilities & 3U];
    if (can.he && band == phy::Band::ghz6) out = mpdu_octets[can.he_6ghz >> 6U & 3U];
    if (can.eht && band == phy::Band::ghz2_4) out = mpdu_octets[can.eht->mac >> 6U & 3U];
    return out;
}

}  // namespace

PeerCapabilities peer_capabilities(const mld::Sta& peer, const mld::LinkSta& link,
                                   const phy::ChannelDefinition& channel) {
    const mld::Wdev& vif = peer.wdev();
    const phy::Band band = channel.band();
    const mld::StaCapabilities& said = link.capabilities;
    PeerCapabilities out;
    out.rates = rate_bits(vif, band, said.supported_rates);
    const mld::BandCapabilities* own = vif.wiphy().profile().band(band);
    if (own == nullptr) return out;
    if (!said.ht.empty() && own->ht) out.ht = ht_of(said.ht, *own->ht);
    if (!said.vht.empty() && out.ht && own->vht && band_has_80mhz(vif.wiphy(), band))
        out.vht = vht_of(said.vht, *own->vht);
    const mld::InterfaceCapabilities* of_type = own->for_type(vif.type());
    if (!said.he.empty() && of_type != nullptr && of_type->he) {
        out.he = he_of(said.he, *of_type->he);
        if (out.he && band == phy::Band::ghz6 && said.he_6ghz.size() >= 2) out.he_6ghz = u16_at(said.he_6ghz, 0);
    }
    if (!said.eht.empty() && out.he && of_type->eht) {
        out.eht = eht_of(said.eht);
        const bool from_ap = vif.type() == mld::InterfaceType::station || vif.type() == mld::InterfaceType::p2p_client;
        if (out.eht) take_eht_maps(*out.eht, said.eht, eht_map_size(*out.he, *out.eht, from_ap));
    }
    out.rx_streams = static_cast<std::uint8_t>(streams_of(out));
    out.bandwidth = static_cast<std::uint8_t>(std::min(width_of(out, band), width_of(channel.width)));
    obey_operating_mode(out, said.operating_mode);
    out.max_amsdu_octets = amsdu_octets(out, band);
    return out;
}

StationRecord station_record(const mld::Sta& peer, const mld::LinkSta& link, const phy::ChannelDefinition& channel) {
    const mld::Wdev& vif = peer.wdev();
    const bool of_access_point = vif.type() == mld::InterfaceType::ap || vif.type() == mld::InterfaceType::p2p_go;
    StationRecord out;
    switch (vif.type()) {
        case mld::InterfaceType::ap:
            out.peer_type = ConnectionType::station;
            break;
        case mld::InterfaceType::p2p_go:
            out.peer_type = ConnectionType::p2p_client;
            break;
        case mld::InterfaceType::p2p_client:
            out.peer_type = ConnectionType::p2p_device;
            break;
        default:
            out.peer_type = ConnectionType::access_point;
            break;
    }
    out.qos = peer.flags.has(mld::StaFlag::wme);
    if (of_access_point)
        out.aid = peer.aid ? peer.aid->value() : 0;
    else
        out.aid = vif.vif_config.aid;
    out.address = link.address;
    out.band = channel.band();
    if (const mld::Link* on = vif.link(link.link); on != nullptr)
        out.basic_rates = rate_bits(vif, out.band, on->bss_config.basic_rates);
    out.can = peer_capabilities(peer, link, channel);
    // The driver reads HE from the first link, whichever it speaks of. cf. mt76_connac_mcu_sta_he_tlv_v2()
    const mld::LinkSta& first = peer.default_link();
    if (out.can.he && first.link != link.link) {
        const mld::Link* first_on = vif.link(first.link);
        if (first_on != nullptr && first_on->wanted_channel())
            if (const auto of_first = peer_capabilities(peer, first, *first_on->wanted_channel()); of_first.he) {
                out.can.he = of_first.he;
                out.can.he->wide = of_first.bandwidth == 3;
            }
    } else if (out.can.he) {
        out.can.he->wide = out.can.bandwidth == 3;
    }
    if (of_access_point && out.qos)
        out.uapsd = StationRecord::Uapsd{.queues = peer.uapsd_queues, .max_service_period = peer.max_service_period};
    if (vif.is_mld()) {
        constexpr unsigned kept_of_peer = 1U << 0U | 0xfU << 11U;  // EMLSR support, transition timeout
        constexpr unsigned kept_of_own = 7U << 1U | 7U << 4U;      // EMLSR padding and transition delays
        const auto* own = vif.wiphy().profile().extended_for(vif.type());
        const unsigned own_eml = own != nullptr ? own->eml : 0;
        out.eht_mld =
            StationRecord::EhtMld{.eml = static_cast<std::uint16_t>((peer.eml_capabilities.value_or(0) & kept_of_peer) |
                                                                    (own_eml & kept_of_own))};
    }
    return out;
}

KeyInput key_input(const mld::Key& key, const ieee80211::MacAddress& address) {
    KeyInput out;
    out.address = address;
    out.cipher = cipher_number(key.cipher().selector());
    out.key_id = key.index();
    out.key = key.data();
    return out;
}

}  // namespace mlosim::mt7925::host
