#pragma once

#include <cstdint>
#include <string_view>

#include "mt7925/layout.h"

/// BSS_INFO_UPDATE and what else begins with a BSS index: EDCA_UPDATE, DEV_INFO_UPDATE.
namespace mlosim::mt7925 {

enum class ConnectionType : std::uint32_t {
    none = 0,
    station = 0x10001,
    access_point = 0x10002,  ///< and a monitor
    p2p_client = 0x20001,
    p2p_device = 0x20002,  ///< and a P2P group owner
};

/// Header of BSS_INFO_UPDATE, EDCA_UPDATE, SUSPEND, OFFLOAD, RSSI_MONITOR. `tlv_count` is 0 where the driver writes a
/// fixed structure: never rely on it.
struct BssHeader {
    static constexpr std::string_view name = "header";
    std::uint8_t bss_idx = 0;
    std::uint16_t tlv_count = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bss_idx", s.bss_idx);
        v.reserved(1);
        v("tlv_count", s.tlv_count);
    }
};

struct DeviceHeader {
    static constexpr std::string_view name = "header";
    std::uint8_t omac_idx = 0;
    std::uint8_t band_idx = 0xff;  ///< 0xff: the firmware chooses
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("omac_idx", s.omac_idx);
        v("band_idx", s.band_idx);
        v.reserved(2);
    }
};

struct DeviceActive {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "ACTIVE";
    std::uint8_t active = 0;
    std::uint8_t link_idx = 0;
    MacAddress omac_addr;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("active", s.active);
        v("link_idx", s.link_idx);
        v("omac_addr", s.omac_addr);
    }
};

struct BssBasic {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "BASIC";
    std::uint8_t active = 0;
    std::uint8_t omac_idx = 0;
    std::uint8_t hw_bss_idx = 0;
    std::uint8_t band_idx = 0xff;
    ConnectionType conn_type = ConnectionType::none;
    std::uint8_t conn_state = 0;  ///< 0 connected, 1 disconnected
    std::uint8_t wmm_idx = 0;
    MacAddress bssid;
    std::uint16_t bmc_wlan_idx = 0;
    std::uint16_t bcn_int = 0;
    std::uint8_t dtim = 0;
    std::uint8_t phymode = 0;
    std::uint16_t sta_idx = 0;
    std::uint16_t nonht_basic_phy = 0;
    std::uint8_t phymode_ext = 0;
    std::uint8_t link_idx = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("active", s.active);
        v("omac_idx", s.omac_idx);
        v("hw_bss_idx", s.hw_bss_idx);
        v("band_idx", s.band_idx);
        v("conn_type", s.conn_type);
        v("conn_state", s.conn_state);
        v("wmm_idx", s.wmm_idx);
        v("bssid", s.bssid);
        v("bmc_wlan_idx", s.bmc_wlan_idx);
        v("bcn_int", s.bcn_int);
        v("dtim", s.dtim);
        v("phymode", s.phymode);
        v("sta_idx", s.sta_idx);
        v("nonht_basic_phy", s.nonht_basic_phy);
        v("phymode_ext", s.phymode_ext);
        v("link_idx", s.link_idx);
    }
};

struct BssRlm {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "RLM";
    std::uint8_t control_ch = 0;
    std::uint8_t center_ch = 0;
    std::uint8_t center_ch2 = 0;
    std::uint8_t bw = 0;  ///< 0 20, 1 40, 2 80, 3 160, 4 10, 5 5, 6 80+80, 7 320 MHz
    std::uint8_t tx_streams = 0;
    std::uint8_t rx_streams = 0;
    std::uint8_t ht_op = 0;
    std::uint8_t sco = 0;
    std::uint8_t band = 0;  ///< 1 2.4 GHz, 2 5 GHz, 3 6 GHz
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("control_ch", s.control_ch);
        v("center_ch", s.center_ch);
        v("center_ch2", s.center_ch2);
        v("bw", s.bw);
        v("tx_streams", s.tx_streams);
        v("rx_streams", s.rx_streams);
        v("ht_op", s.ht_op);
        v("sco", s.sco);
        v("band", s.band);
        v.reserved(3);
    }
};

struct BssColor {
    static constexpr std::uint16_t tag = 4;
    static constexpr std::string_view name = "COLOR";
    std::uint8_t enable = 0;
    std::uint8_t color = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v("color", s.color);
        v.reserved(2);
    }
};

struct BssHeBasic {
    static constexpr std::uint16_t tag = 5;
    static constexpr std::string_view name = "HE_BASIC";
    std::uint16_t rts_thr = 0;
    std::uint8_t pe_dur = 0;
    std::uint8_t su_dis = 0;
    std::array<std::uint16_t, 3> max_nss_mcs{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("rts_thr", s.rts_thr);
        v("pe_dur", s.pe_dur);
        v("su_dis", s.su_dis);
        v("max_nss_mcs", s.max_nss_mcs);
        v.reserved(2);
    }
};

struct BssMbssid {
    static constexpr std::uint16_t tag = 6;
    static constexpr std::string_view name = "MBSSID";
    std::uint8_t max_indicator = 0;
    std::uint8_t mbss_idx = 0;
    std::uint8_t tx_omac = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("max_indicator", s.max_indicator);
        v("mbss_idx", s.mbss_idx);
        v("tx_omac", s.tx_omac);
        v.reserved(1);
    }
};

struct BssBeaconContent {
    static constexpr std::uint16_t tag = 7;
    static constexpr std::string_view name = "BCN_CONTENT";
    static constexpr std::size_t max_packet = 512;
    std::uint16_t tim_pos = 0;
    std::uint16_t csa_pos = 0;
    std::uint16_t bcc_pos = 0;
    std::uint8_t enable = 0;
    std::uint8_t type = 1;
    std::uint16_t pkt_len = 0;
    Octets<max_packet> pkt{};  ///< from the capability field on
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("tim_pos", s.tim_pos);
        v("csa_pos", s.csa_pos);
        v("bcc_pos", s.bcc_pos);
        v("enable", s.enable);
        v("type", s.type);
        v("pkt_len", s.pkt_len);
        v("pkt", s.pkt);
    }
};

struct BssRate {
    static constexpr std::uint16_t tag = 11;
    static constexpr std::string_view name = "RATE";
    std::uint16_t basic = 0;
    std::uint16_t bc_trans = 0;
    std::uint16_t mc_trans = 0;
    std::uint8_t short_preamble = 0;
    std::uint8_t bc_fixed_idx = 0;
    std::uint8_t mc_fixed_idx = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.reserved(2);
        v("basic", s.basic);
        v("bc_trans", s.bc_trans);
        v("mc_trans", s.mc_trans);
        v("short_preamble", s.short_preamble);
        v("bc_fixed_idx", s.bc_fixed_idx);
        v("mc_fixed_idx", s.mc_fixed_idx);
        v.reserved(1);
    }
};

struct BssQos {
    static constexpr std::uint16_t tag = 15;
    static constexpr std::string_view name = "QBSS";
    std::uint8_t qos = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("qos", s.qos);
        v.reserved(3);
    }
};

struct BssSecurity {
    static constexpr std::uint16_t tag = 16;
    static constexpr std::string_view name = "SEC";
    std::uint8_t mode = 0;  ///< 0 open, 7 once there is a key (not derived from the AKM)
    std::uint8_t status = 0;
    std::uint8_t cipher = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("mode", s.mode);
        v("status", s.status);
        v("cipher", s.cipher);
        v.reserved(1);
    }
};

struct BssPowerSave {
    static constexpr std::uint16_t tag = 21;
    static constexpr std::string_view name = "PS";
    std::uint8_t ps_state = 0;  ///< 0 awake, 2 dynamic
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("ps_state", s.ps_state);
        v.reserved(3);
    }
};

struct BssBeaconFilter {
    static constexpr std::uint16_t tag = 22;
    static constexpr std::string_view name = "BCNFT";
    std::uint16_t bcn_int = 0;  ///< 0 of an MLD: its links' BASIC count
    std::uint8_t dtim = 0;
    std::uint8_t bmc_delivered_ac = 0;
    std::uint8_t bmc_triggered_ac = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bcn_int", s.bcn_int);
        v("dtim", s.dtim);
        v("bmc_delivered_ac", s.bmc_delivered_ac);
        v("bmc_triggered_ac", s.bmc_triggered_ac);
        v.reserved(3);
    }
};

struct BssSlotTime {
    static constexpr std::uint16_t tag = 23;
    static constexpr std::string_view name = "IFS";
    std::uint8_t slot_valid = 0;
    std::uint16_t slot = 0;  ///< us: 9 or 20
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("slot_valid", s.slot_valid);
        v.reserved(3);
        v("slot", s.slot);
        v.reserved(10);
    }
};

struct BssMld {
    static constexpr std::uint16_t tag = 26;
    static constexpr std::string_view name = "MLD";
    static constexpr std::uint8_t none = 0xff;  ///< group and link of a BSS that is no MLD's
    std::uint8_t group_mld_id = none;           ///< BSS index of the primary link
    std::uint8_t own_mld_id = 0;                ///< BSS index + 32
    MacAddress mac_addr;
    std::uint8_t remap_idx = none;
    std::uint8_t link_id = none;
    std::uint8_t eml_enable = 0;
    std::uint8_t max_link_num = 0;
    std::uint8_t hybrid = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("group_mld_id", s.group_mld_id);
        v("own_mld_id", s.own_mld_id);
        v("mac_addr", s.mac_addr);
        v("remap_idx", s.remap_idx);
        v("link_id", s.link_id);
        v("eml_enable", s.eml_enable);
        v("max_link_num", s.max_link_num);
        v("hybrid", s.hybrid);
        v.reserved(3);
    }
};

struct BssPmDisable {
    static constexpr std::uint16_t tag = 27;
    static constexpr std::string_view name = "PM_DISABLE";
    template <class Self, class V>
    static void layout(Self&, V&) {}
};

struct BssEht {
    static constexpr std::uint16_t tag = 30;
    static constexpr std::string_view name = "EHT";
    std::uint8_t op_present = 0;
    std::uint8_t dscb_present = 0;
    std::uint8_t ctrl = 0;
    std::uint8_t ccfs0 = 0;
    std::uint8_t ccfs1 = 0;
    std::uint16_t disabled_subch_bitmap = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("op_present", s.op_present);
        v("dscb_present", s.dscb_present);
        v("ctrl", s.ctrl);
        v("ccfs0", s.ccfs0);
        v("ccfs1", s.ccfs1);
        v.reserved(1);
        v("disabled_subch_bitmap", s.disabled_subch_bitmap);
        v.reserved(4);
    }
};

/// Four of these, one an access category (0 BE, 1 BK, 2 VI, 3 VO), make an EDCA_UPDATE.
struct EdcaQueue {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "EDCA";
    std::uint8_t queue = 0;
    std::uint8_t set = 0x0f;
    std::uint8_t cw_min = 0;  ///< exponent
    std::uint8_t cw_max = 0;  ///< exponent
    std::uint16_t txop = 0;
    std::uint8_t aifs = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("queue", s.queue);
        v("set", s.set);
        v("cw_min", s.cw_min);
        v("cw_max", s.cw_max);
        v("txop", s.txop);
        v("aifs", s.aifs);
        v.reserved(1);
    }
};

}  // namespace mlosim::mt7925
