#pragma once

#include <cstdint>
#include <string_view>

#include "mt7925/bss_tlvs.h"
#include "mt7925/layout.h"

/// STA_REC_UPDATE: everything about one entry of the WCID table.
namespace mlosim::mt7925 {

struct StationHeader {
    static constexpr std::string_view name = "header";
    static constexpr std::uint8_t muar_of_self = 0xe;  ///< muar_idx of an entry that is a BSS's own
    std::uint8_t bss_idx = 0;
    std::uint8_t wlan_idx_lo = 0;
    std::uint16_t tlv_count = 0;
    std::uint8_t is_tlv_append = 1;
    std::uint8_t muar_idx = 0;
    std::uint8_t wlan_idx_hi = 0;
    [[nodiscard]] std::uint16_t wlan_idx() const noexcept {
        return static_cast<std::uint16_t>(wlan_idx_lo | wlan_idx_hi << 8U);
    }
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bss_idx", s.bss_idx);
        v("wlan_idx_lo", s.wlan_idx_lo);
        v("tlv_count", s.tlv_count);
        v("is_tlv_append", s.is_tlv_append);
        v("muar_idx", s.muar_idx);
        v("wlan_idx_hi", s.wlan_idx_hi);
        v.reserved(1);
    }
};

struct StaBasic {
    static constexpr std::uint16_t tag = 0x00;
    static constexpr std::string_view name = "BASIC";
    static constexpr std::uint16_t extra_version = 1;
    static constexpr std::uint16_t extra_new = 2;
    ConnectionType conn_type = ConnectionType::none;  ///< what the peer is
    std::uint8_t conn_state = 0;                      ///< 0 disconnected, 1 connected, 2 port secure
    std::uint8_t qos = 0;
    std::uint16_t aid = 0;
    MacAddress peer_addr;  ///< the link's
    std::uint16_t extra_info = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("conn_type", s.conn_type);
        v("conn_state", s.conn_state);
        v("qos", s.qos);
        v("aid", s.aid);
        v("peer_addr", s.peer_addr);
        v("extra_info", s.extra_info);
    }
};

struct StaRateAdaptation {
    static constexpr std::uint16_t tag = 0x01;
    static constexpr std::string_view name = "RA";
    std::uint16_t legacy = 0;  ///< bits 13:6 OFDM, 3:0 CCK
    Octets<10> ht_mask{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("legacy", s.legacy);
        v("ht_mask", s.ht_mask);
    }
};

struct StaBlockAck {
    static constexpr std::uint16_t tag = 0x06;
    static constexpr std::string_view name = "BA";
    static constexpr std::uint8_t originator = 1;
    static constexpr std::uint8_t recipient = 2;
    std::uint8_t tid = 0;
    std::uint8_t ba_type = 0;
    std::uint8_t amsdu = 0;
    std::uint8_t ba_en = 0;  ///< bit of the TID
    std::uint16_t ssn = 0;
    std::uint16_t win_size = 0;
    std::uint8_t rro = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("tid", s.tid);
        v("ba_type", s.ba_type);
        v("amsdu", s.amsdu);
        v("ba_en", s.ba_en);
        v("ssn", s.ssn);
        v("win_size", s.win_size);
        v("rro", s.rro);
        v.reserved(3);
    }
};

struct StaState {
    static constexpr std::uint16_t tag = 0x07;
    static constexpr std::string_view name = "STATE";
    std::uint8_t state = 0;  ///< 0 none, 1 authenticated, 2 associated
    std::uint32_t flags = 0;
    std::uint8_t vht_opmode = 0;
    std::uint8_t action = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("state", s.state);
        v.reserved(3);
        v("flags", s.flags);
        v("vht_opmode", s.vht_opmode);
        v("action", s.action);
        v.reserved(2);
    }
};

struct StaHt {
    static constexpr std::uint16_t tag = 0x09;
    static constexpr std::string_view name = "HT";
    std::uint16_t ht_cap = 0;
    std::uint16_t ht_cap_ext = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("ht_cap", s.ht_cap);
        v("ht_cap_ext", s.ht_cap_ext);
    }
};

struct StaVht {
    static constexpr std::uint16_t tag = 0x0a;
    static constexpr std::string_view name = "VHT";
    std::uint32_t vht_cap = 0;
    std::uint16_t rx_mcs_map = 0;
    std::uint16_t tx_mcs_map = 0;
    std::uint8_t rts_bw_sig = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("vht_cap", s.vht_cap);
        v("rx_mcs_map", s.rx_mcs_map);
        v("tx_mcs_map", s.tx_mcs_map);
        v("rts_bw_sig", s.rts_bw_sig);
        v.reserved(3);
    }
};

struct StaUapsd {
    static constexpr std::uint16_t tag = 0x0b;
    static constexpr std::string_view name = "APPS";
    std::uint8_t delivery_ac_map = 0;
    std::uint8_t trigger_ac_map = 0;
    std::uint8_t max_sp = 0;
    std::uint16_t listen_interval = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("delivery_ac_map", s.delivery_ac_map);
        v("trigger_ac_map", s.trigger_ac_map);
        v("max_sp", s.max_sp);
        v.reserved(1);
        v("listen_interval", s.listen_interval);
        v.reserved(2);
    }
};

struct StaHwAmsdu {
    static constexpr std::uint16_t tag = 0x0f;
    static constexpr std::string_view name = "HW_AMSDU";
    std::uint8_t max_amsdu_num = 0;
    std::uint8_t max_mpdu_size = 0;
    std::uint8_t amsdu_en = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("max_amsdu_num", s.max_amsdu_num);
        v("max_mpdu_size", s.max_mpdu_size);
        v("amsdu_en", s.amsdu_en);
        v.reserved(1);
    }
};

struct StaPhy {
    static constexpr std::uint16_t tag = 0x15;
    static constexpr std::string_view name = "PHY";
    std::uint16_t basic_rate = 0;
    std::uint8_t phy_type = 0;
    std::uint8_t ampdu = 0;
    std::uint8_t rts_policy = 0;
    std::uint8_t rcpi = 0;
    std::uint8_t max_ampdu_len = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("basic_rate", s.basic_rate);
        v("phy_type", s.phy_type);
        v("ampdu", s.ampdu);
        v("rts_policy", s.rts_policy);
        v("rcpi", s.rcpi);
        v("max_ampdu_len", s.max_ampdu_len);
        v.reserved(1);
    }
};

struct StaHe6g {
    static constexpr std::uint16_t tag = 0x17;
    static constexpr std::string_view name = "HE_6G";
    std::uint16_t capa = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("capa", s.capa);
        v.reserved(2);
    }
};

struct StaHe {
    static constexpr std::uint16_t tag = 0x19;
    static constexpr std::string_view name = "HE_V2";
    Octets<6> mac_cap{};
    Octets<11> phy_cap{};
    std::uint8_t pkt_ext = 0;
    std::array<std::uint16_t, 3> max_nss_mcs{};  ///< 80, 160, 80+80 MHz
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("mac_cap", s.mac_cap);
        v("phy_cap", s.phy_cap);
        v("pkt_ext", s.pkt_ext);
        v("max_nss_mcs", s.max_nss_mcs);
    }
};

/// One link of a peer MLD.
struct StaMldLink {
    std::uint16_t wlan_id = 0;
    std::uint8_t bss_idx = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("wlan_id", s.wlan_id);
        v("bss_idx", s.bss_idx);
        v.reserved(1);
    }
};

/// Sent for peers that are no MLD too: their own address, one link.
struct StaMld {
    static constexpr std::uint16_t tag = 0x20;
    static constexpr std::string_view name = "MLD";
    MacAddress mld_addr;
    std::uint16_t primary_id = 0;
    std::uint16_t secondary_id = 0;
    std::uint16_t wlan_id = 0;
    std::uint8_t link_num = 0;
    std::array<StaMldLink, 2> links{};  ///< the primary first
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("mld_addr", s.mld_addr);
        v("primary_id", s.primary_id);
        v("secondary_id", s.secondary_id);
        v("wlan_id", s.wlan_id);
        v("link_num", s.link_num);
        v.reserved(3);
        v("links", s.links);
    }
};

struct StaEhtMld {
    static constexpr std::uint16_t tag = 0x21;
    static constexpr std::string_view name = "EHT_MLD";
    std::uint8_t nsep = 0;
    std::uint8_t mld_type = 0xff;
    Octets<3> str_cap{};
    Octets<3> eml_cap{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("nsep", s.nsep);
        v("mld_type", s.mld_type);
        v.reserved(1);
        v("str_cap", s.str_cap);
        v("eml_cap", s.eml_cap);
        v.reserved(3);
    }
};

struct StaEht {
    static constexpr std::uint16_t tag = 0x22;
    static constexpr std::string_view name = "EHT";
    std::uint8_t tid_bitmap = 0;
    std::uint16_t mac_cap = 0;
    std::uint64_t phy_cap = 0;
    std::uint64_t phy_cap_ext = 0;
    Octets<4> mcs_map_bw20{};
    Octets<3> mcs_map_bw80{};
    Octets<3> mcs_map_bw160{};
    Octets<3> mcs_map_bw320{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("tid_bitmap", s.tid_bitmap);
        v.reserved(1);
        v("mac_cap", s.mac_cap);
        v("phy_cap", s.phy_cap);
        v("phy_cap_ext", s.phy_cap_ext);
        v("mcs_map_bw20", s.mcs_map_bw20);
        v("mcs_map_bw80", s.mcs_map_bw80);
        v("mcs_map_bw160", s.mcs_map_bw160);
        v("mcs_map_bw320", s.mcs_map_bw320);
        v.reserved(3);
    }
};

struct StaMldOff {
    static constexpr std::uint16_t tag = 0x23;
    static constexpr std::string_view name = "MLD_OFF";
    template <class Self, class V>
    static void layout(Self&, V&) {}
};

struct StaRemove {
    static constexpr std::uint16_t tag = 0x25;
    static constexpr std::string_view name = "REMOVE";
    std::uint8_t action = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("action", s.action);
        v.reserved(3);
    }
};

enum class KeyCipher : std::uint8_t {
    none = 0,
    wep40 = 1,
    tkip = 2,
    ccmp = 4,
    wep104 = 5,
    bip = 6,
    ccmp256 = 10,
    gcmp = 11,
    gcmp256 = 12,
};

struct StaKey {
    static constexpr std::uint16_t tag = 0x27;
    static constexpr std::string_view name = "KEY_V3";
    std::uint8_t add = 0;
    std::uint8_t tx_key = 0;
    std::uint8_t key_type = 0;  ///< 1 pairwise
    std::uint8_t is_authenticator = 0;
    MacAddress peer_addr;
    std::uint8_t bss_idx = 0;
    KeyCipher cipher = KeyCipher::none;
    std::uint8_t key_id = 0;
    std::uint8_t key_len = 0;
    std::uint8_t wlan_idx = 0;
    std::uint8_t mgmt_prot = 0;
    Octets<32> key{};  ///< BIP: the group key's 16 octets, then the IGTK's
    Octets<16> rsc{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("add", s.add);
        v("tx_key", s.tx_key);
        v("key_type", s.key_type);
        v("is_authenticator", s.is_authenticator);
        v("peer_addr", s.peer_addr);
        v("bss_idx", s.bss_idx);
        v("cipher", s.cipher);
        v("key_id", s.key_id);
        v("key_len", s.key_len);
        v("wlan_idx", s.wlan_idx);
        v("mgmt_prot", s.mgmt_prot);
        v("key", s.key);
        v("rsc", s.rsc);
    }
};

struct StaHdrTrans {
    static constexpr std::uint16_t tag = 0x2b;
    static constexpr std::string_view name = "HDR_TRANS";
    std::uint8_t from_ds = 0;
    std::uint8_t to_ds = 0;
    std::uint8_t dis_rx_hdr_tran = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("from_ds", s.from_ds);
        v("to_ds", s.to_ds);
        v("dis_rx_hdr_tran", s.dis_rx_hdr_tran);
        v.reserved(1);
    }
};

}  // namespace mlosim::mt7925
