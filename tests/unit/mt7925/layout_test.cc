#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bytes_text.h"
#include "mt7925/bss_tlvs.h"
#include "mt7925/catalogue.h"
#include "mt7925/decoded_message.h"
#include "mt7925/station_tlvs.h"

namespace mlosim::mt7925 {
namespace {

/// Bytes written by hand from the field tables (docs/mt7925.md), every field another value, reserved octets zero; and
/// what must be read from them.
struct LayoutCase {
    Cid cid;
    std::string header;
    std::string header_text;
    std::string tlv;  ///< tag, length, body
    std::string tlv_text;
};

const LayoutCase layout_cases[] = {
    {Cid::dev_info, "04 ff 0000", "omac_idx 4 band_idx 255", "0000 0c00 01 02 0a0b0c0d0e0f",
     "ACTIVE active 1 link_idx 2 omac_addr 0a:0b:0c:0d:0e:0f"},
    {Cid::bss_info, "03 00 0a00", "bss_idx 3 tlv_count 10",
     "0000 2000 01 02 03 ff 01000100 04 05 0a0b0c0d0e0f 1300 6400 06 07 0800 0900 0a 0b",
     "BASIC active 1 omac_idx 2 hw_bss_idx 3 band_idx 255 conn_type 65537 conn_state 4 wmm_idx 5 bssid "
     "0a:0b:0c:0d:0e:0f bmc_wlan_idx 19 bcn_int 100 dtim 6 phymode 7 sta_idx 8 nonht_basic_phy 9 phymode_ext 10 "
     "link_idx 11"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0200 1000 01 02 03 04 05 06 07 08 09 000000",
     "RLM control_ch 1 center_ch 2 center_ch2 3 bw 4 tx_streams 5 rx_streams 6 ht_op 7 sco 8 band 9"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0400 0800 01 02 0000", "COLOR enable 1 color 2"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0500 1000 ff03 04 01 faff fcff feff 0000",
     "HE_BASIC rts_thr 1023 pe_dur 4 su_dis 1 max_nss_mcs fafffcfffeff"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0600 0800 01 02 03 00",
     "MBSSID max_indicator 1 mbss_idx 2 tx_omac 3"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0700 0e02 1200 3400 5600 01 02 b700" + zeros(512),
     "BCN_CONTENT tim_pos 18 csa_pos 52 bcc_pos 86 enable 1 type 2 pkt_len 183 pkt 512 octets"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0b00 1000 0000 4005 0100 0200 03 0f 10 00",
     "RATE basic 1344 bc_trans 1 mc_trans 2 short_preamble 3 bc_fixed_idx 15 mc_fixed_idx 16"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "0f00 0800 01 000000", "QBSS qos 1"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1000 0800 07 06 04 00", "SEC mode 7 status 6 cipher 4"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1500 0800 02 000000", "PS ps_state 2"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1600 0c00 6400 02 03 04 000000",
     "BCNFT bcn_int 100 dtim 2 bmc_delivered_ac 3 bmc_triggered_ac 4"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1700 1400 01 000000 0900" + zeros(10),
     "IFS slot_valid 1 slot 9"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1a00 1400 00 21 0a0b0c0d0e0f ff 01 02 03 04 000000",
     "MLD group_mld_id 0 own_mld_id 33 mac_addr 0a:0b:0c:0d:0e:0f remap_idx 255 link_id 1 eml_enable 2 max_link_num 3 "
     "hybrid 4"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1b00 0400", "PM_DISABLE"},
    {Cid::bss_info, "03 00 0100", "bss_idx 3 tlv_count 1", "1e00 1000 01 02 03 04 05 00 0600 00000000",
     "EHT op_present 1 dscb_present 2 ctrl 3 ccfs0 4 ccfs1 5 disabled_subch_bitmap 6"},
    {Cid::edca, "03 00 0400", "bss_idx 3 tlv_count 4", "0000 0c00 02 0f 03 04 5e00 02 00",
     "EDCA queue 2 set 15 cw_min 3 cw_max 4 txop 94 aifs 2"},
    {Cid::sta_rec, "01 02 0b00 01 0e 03 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 11 is_tlv_append 1 muar_idx 14 wlan_idx_hi 3",
     "0000 1400 02000100 01 02 0300 0a0b0c0d0e0f 0400",
     "BASIC conn_type 65538 conn_state 1 qos 2 aid 3 peer_addr 0a:0b:0c:0d:0e:0f extra_info 4"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "0100 1000 cf3f 0102030405060708090a", "RA legacy 16335 ht_mask 0102030405060708090a"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "0600 1000 05 01 02 20 0300 4000 04 000000", "BA tid 5 ba_type 1 amsdu 2 ba_en 32 ssn 3 win_size 64 rro 4"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "0700 1000 02 000000 03000000 20 01 0000", "STATE state 2 flags 3 vht_opmode 32 action 1"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "0900 0800 ad09 0100",
     "HT ht_cap 2477 ht_cap_ext 1"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "0a00 1000 01000000 0200 0300 04 000000", "VHT vht_cap 1 rx_mcs_map 2 tx_mcs_map 3 rts_bw_sig 4"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "0b00 0c00 01 02 03 00 0a00 0000",
     "APPS delivery_ac_map 1 trigger_ac_map 2 max_sp 3 listen_interval 10"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "0f00 0800 08 01 02 00",
     "HW_AMSDU max_amsdu_num 8 max_mpdu_size 1 amsdu_en 2"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "1500 0c00 1500 f8 17 01 02 07 00",
     "PHY basic_rate 21 phy_type 248 ampdu 23 rts_policy 1 rcpi 2 max_ampdu_len 7"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "1700 0800 1b01 0000",
     "HE_6G capa 283"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "1900 1c00 010203040506 0708090a0b0c0d0e0f1011 12 faff fbff fcff",
     "HE_V2 mac_cap 010203040506 phy_cap 0708090a0b0c0d0e0f1011 pkt_ext 18 max_nss_mcs fafffbfffcff"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "2000 1c00 0a0b0c0d0e0f 0100 0200 0300 02 000000 0400 05 00 0600 07 00",
     "MLD mld_addr 0a:0b:0c:0d:0e:0f primary_id 1 secondary_id 2 wlan_id 3 link_num 2 links 2 entries"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "2100 1000 01 ff 00 020304 050607 000000", "EHT_MLD nsep 1 mld_type 255 str_cap 020304 eml_cap 050607"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "2200 2800 ff 00 0200 0300000000000000 0400000000000000 01020304 050607 08090a 0b0c0d 000000",
     "EHT tid_bitmap 255 mac_cap 2 phy_cap 3 phy_cap_ext 4 mcs_map_bw20 01020304 mcs_map_bw80 050607 mcs_map_bw160 "
     "08090a mcs_map_bw320 0b0c0d"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "2300 0400", "MLD_OFF"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "2500 0800 01 000000",
     "REMOVE action 1"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0",
     "2700 4400 01 02 03 04 0a0b0c0d0e0f 05 06 07 10 08 09 000102030405060708090a0b0c0d0e0f" + zeros(16) +
         "000102030405060708090a0b0c0d0e0f",
     "KEY_V3 add 1 tx_key 2 key_type 3 is_authenticator 4 peer_addr 0a:0b:0c:0d:0e:0f bss_idx 5 cipher 6 key_id 7 "
     "key_len 16 wlan_idx 8 mgmt_prot 9 key 000102030405060708090a0b0c0d0e0f" +
         zeros(16) + " rsc 000102030405060708090a0b0c0d0e0f"},
    {Cid::sta_rec, "01 02 0100 01 00 00 00",
     "bss_idx 1 wlan_idx_lo 2 tlv_count 1 is_tlv_append 1 muar_idx 0 wlan_idx_hi 0", "2b00 0800 01 02 03 00",
     "HDR_TRANS from_ds 1 to_ds 2 dis_rx_hdr_tran 3"},
    {Cid::suspend, "03 00 0000", "bss_idx 3 tlv_count 0", "0000 0c00 01 02 03 0000000000",
     "MODE enable 1 mdtim 2 wow_suspend 3"},
    {Cid::suspend, "03 00 0000", "bss_idx 3 tlv_count 0", "0100 0c00 01 02 03 0000000000",
     "WOW_CTRL cmd 1 trigger 2 wakeup_hif 3"},
    {Cid::suspend, "03 00 0000", "bss_idx 3 tlv_count 0", "0200 1000 01 02 0000 03000000 00000000",
     "GPIO gpio_pin 1 trigger_level 2 gpio_interval 3"},
    {Cid::suspend, "03 00 0000", "bss_idx 3 tlv_count 0",
     "0400 9d00 01 02 03 04 05 0102030405060708090a0b0c0d0e0f10" + zeros(128) + "00000000",
     "PATTERN bss_idx 1 index 2 enable 3 data_len 4 offset 5 mask 0102030405060708090a0b0c0d0e0f10 pattern 128 octets"},
    {Cid::offload, "03 00 0000", "bss_idx 3 tlv_count 0", "0000 1800 01 02 0000 0a090902 00000000 0a090903 00000000",
     "ARP enable 1 ips_num 2 addresses 2 entries"},
    {Cid::offload, "03 00 0000", "bss_idx 3 tlv_count 0", "0100 4800 01 04 0000" + zeros(64),
     "ND enable 1 ips_num 4 addresses 4 entries"},
    {Cid::offload, "03 00 0000", "bss_idx 3 tlv_count 0",
     "0200 4800 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f 0000000000000005 01 02 03 00 "
     "04000000 "
     "05000000 06000000 07000000 08000000 00000000",
     "GTK_REKEY kek 000102030405060708090a0b0c0d0e0f kck 101112131415161718191a1b1c1d1e1f replay_counter "
     "0000000000000005 rekey_mode 1 key_id 2 option 3 proto 4 pairwise_cipher 5 group_cipher 6 key_mgmt 7 "
     "mgmt_group_cipher 8"},
    {Cid::hif_ctrl, "02 000000", "hif_type 2", "0000 0c00 01 00000000000000", "BASIC suspend 1"},
    {Cid::band_config, "01 000000", "band_idx 1", "0000 0800 01 000000", "RADIO_EN enable 1"},
    {Cid::band_config, "01 000000", "band_idx 1", "0800 0c00 2b090000 02000000", "RTS len_thr 2347 pkt_thr 2"},
    {Cid::band_config, "01 000000", "band_idx 1", "0c00 4400 01 000000 60000080 00080000 02" + zeros(51),
     "RXFILTER mode 1 fif 2147483744 bit_map 2048 bit_op 2"},
    {Cid::wsys_config, "00000000", "", "0000 0800 01 000000", "FW_LOG ctrl 1"},
    {Cid::wsys_config, "00000000", "", "0100 0c00 01000000 02 000000", "DBG module 1 level 2"},
    {Cid::reg_access, "00000000", "", "0000 0c00 01000000 02000000", "REG index 1 data 2"},
    {Cid::reg_access, "00000000", "", "0100 1000 0100 0000 02000000 03000000", "RF_REG antenna 1 index 2 data 3"},
    {Cid::chip_config, "00000000", "", "0200 4c01 0100 02 03 0e00 0000" + zeros(320),
     "CFG id 1 type 2 resp_type 3 data_size 14 text 320 octets"},
    {Cid::chip_config, "00000000", "", "0300 0400", "NIC_CAPA"},
    {Cid::set_domain_info, "55530000 01 02 03 00", "alpha2 55530000 bw_2g 1 bw_5g 2 bw_6g 3",
     "0200 1800 01 01 00 00 0100 0000 02000000 2400 0000 04000000", "CHANNELS n_2g 1 n_5g 1 n_6g 0 channels 2 entries"},
    {Cid::scan_req, "81 03 0700", "seq_num 129 bss_idx 3 tlv_count 7",
     "0100 1400 01 02 20 03 0400 0500 0600 0700 08000000",
     "REQ scan_type 1 probe_req_num 2 func 32 src_mask 3 min_dwell 4 dwell 5 timeout 6 probe_delay 7 func_ext 8"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0200 0800 01 000000",
     "CANCEL is_ext_channel 1"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0300 1c00 01 02 03 04 0500" + zeros(18),
     "SCHED_REQ version 1 stop_on_match 2 intervals_num 3 func 4 intervals 0500" + zeros(18)},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0400 0800 01 000000", "SCHED_ENABLE stop 1"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0a00 7001 04 01 02 00" + zeros(360),
     "SSID ssid_type 4 ssids_num 1 is_short_ssid 2 ssids 10 entries"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0b00 1000 0a0b0c0d0e0f 25 01 02 03 0000",
     "BSSID bssid 0a:0b:0c:0d:0e:0f match_ch 37 match_ssid_ind 1 rcpi 2 match_short_ssid_ind 3"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0c00 8800 04 01 0000 0305" + zeros(126),
     "CHANNEL channel_type 4 channels_num 1 channels 64 entries"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0d00 0b00 0300 02 00 010108",
     "IE ies_len 3 band 2 ies 010108"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0e00 0c00 0a0b0c0d0e0f 0000",
     "MISC random_mac 0a:0b:0c:0d:0e:0f"},
    {Cid::scan_req, "81 03 0100", "seq_num 129 bss_idx 3 tlv_count 1", "0f00 8802 02 000000" + zeros(640),
     "MATCH_SETS match_num 2 matches 16 entries"},
    {Cid::sniffer, "01 000000", "band_idx 1", "0000 0800 01 000000", "ENABLE enable 1"},
    {Cid::sniffer, "01 000000", "band_idx 1", "0100 1000 0100 02 03 04 05 06 07 08 000000",
     "CONFIG aid 1 ch_band 2 bw 3 control_ch 4 sco 5 center_ch 6 center_ch2 7 drop_err 8"},
    {Cid::roc, "00000000", "", "0000 1800 01 02 03 04 05 06 07 08 09 0a 0b 0a e8030000 ff 000000",
     "ACQUIRE bss_idx 1 tokenid 2 control_ch 3 sco 4 band 5 bw 6 center_ch 7 center_ch2 8 bw_from_ap 9 center_from_ap "
     "10 center2_from_ap 11 reqtype 10 maxinterval 1000 dbdcband 255"},
    {Cid::roc, "00000000", "", "0300 1800 01 02 03 04 05 06 07 08 09 0a 0b 0b 05000000 fe 000000",
     "SUB_LINK bss_idx 1 tokenid 2 control_ch 3 sco 4 band 5 bw 6 center_ch 7 center_ch2 8 bw_from_ap 9 center_from_ap "
     "10 center2_from_ap 11 reqtype 11 maxinterval 5 dbdcband 254"},
    {Cid::roc, "00000000", "", "0100 0c00 01 02 ff 0000000000", "ABORT bss_idx 1 tokenid 2 dbdcband 255"},
    {Cid::roc, "00000000", "", "0400 1800" + zeros(20), "UNUSED"},
    {Cid::set_dbdc, "00000000", "", "0000 0800 01 02 0000", "MBMC mbmc_en 1 band 2"},
    {Cid::txpower, "00000000", "", "0700 0800 01 02 03 00", "SHOW_INFO format_id 1 category 2 band_idx 3"},
    {Cid::set_power_limit, "00000000", "", "0100 f201 01 000000 01 02 03 04 55530000" + zeros(32) + "24" + zeros(449),
     "SKU version 1 n_chan 1 band 2 last_msg 3 limit_type 4 alpha2 55530000 channels 1 entries"},
    {Cid::set_power_limit, "00000000", "", "0300 0700 010203", "CLC data 010203"},
    {Cid::efuse_ctrl, "00000000", "", "0100 1c00 700a0000 01000000 000102030405060708090a0b0c0d0e0f",
     "ACCESS address 2672 valid 1 data 000102030405060708090a0b0c0d0e0f"},
    {Cid::efuse_ctrl, "00000000", "", "0200 0800 01 02 0300", "BUFFER_MODE buffer_mode 1 format 2 length 3"},
    {Cid::thermal, "00000000", "", "0000 0800 00000000", "SENSOR"},
    {Cid::rssi_monitor, "03 00 0000", "bss_idx 3 tlv_count 0", "0000 0800 01 be b6 00",
     "THRESHOLDS enable 1 high -66 low -74"},
    {Cid::radio_status, "", "", "0000 0800 00000000", "GET rest 00000000"},
};

Bytes packet_of(const LayoutCase& row) {
    // The header's 48 octets by hand too: length, format and queue of the descriptor; length, number, type, seq,
    // option.
    Bytes body = octets(row.header + row.tlv);
    const std::size_t total = 48 + body.size();
    const auto low = [](std::size_t n) { return static_cast<std::uint8_t>(n & 0xffU); };
    const auto high = [](std::size_t n) { return static_cast<std::uint8_t>(n >> 8U); };
    Bytes packet = octets("0000 0041 00400000" + zeros(24) + "0000 0000 00 a0 00 05 0000 00 07 00000000");
    packet[0] = low(total);
    packet[1] = high(total);
    packet[32] = low(total - 32);
    packet[33] = high(total - 32);
    packet[34] = low(static_cast<std::size_t>(row.cid));
    packet.insert(packet.end(), body.begin(), body.end());
    return packet;
}

std::string in_name(const std::string& text) {
    return text.substr(0, text.find(' '));
}

class EveryTlv : public testing::TestWithParam<LayoutCase> {};

TEST_P(EveryTlv, IsReadFromHandWrittenBytes) {
    const LayoutCase& row = GetParam();
    const DecodedMessage message = decode_command(packet_of(row));
    EXPECT_EQ(message.fault, "");
    std::string expected = "cmd " + std::string(find_command(static_cast<std::uint16_t>(row.cid))->name) + " seq 5";
    if (!row.header_text.empty()) expected += " " + row.header_text;
    EXPECT_EQ(to_text(message), expected + " | " + row.tlv_text);
}

TEST_P(EveryTlv, IsWrittenAsItWasRead) {
    const LayoutCase& row = GetParam();
    const MessageForm* form = find_command(static_cast<std::uint16_t>(row.cid));
    ASSERT_NE(form, nullptr);
    const Bytes header = octets(row.header);
    EXPECT_EQ(form->header_size, header.size());
    EXPECT_EQ(form->rewrite_header(header).value(), header);
    const Bytes tlv = octets(row.tlv);
    const ByteView body = ByteView(tlv).subspan(4);
    const TlvForm* tlv_form = form->tlv(tlv[0]);
    ASSERT_NE(tlv_form, nullptr);
    EXPECT_EQ(tlv[2] | tlv[3] << 8U, static_cast<int>(tlv.size())) << "the table's own length";
    EXPECT_EQ(tlv_form->rewrite(body).value(), Bytes(body.begin(), body.end()));
}

TEST_P(EveryTlv, CutShortOrTooLongIsAnErrorThatNamesIt) {
    const LayoutCase& row = GetParam();
    const Bytes tlv = octets(row.tlv);
    const MessageForm* form = find_command(static_cast<std::uint16_t>(row.cid));
    const TlvForm* tlv_form = form->tlv(tlv[0]);
    const ByteView body = ByteView(tlv).subspan(4);
    const bool takes_the_rest = tlv_form->name == "CLC" || tlv_form->name == "GET" || tlv_form->name == "IE";
    if (takes_the_rest) return;
    if (!body.empty()) {
        const Result<DecodedFields> shorter = tlv_form->read(body.first(body.size() - 1));
        ASSERT_FALSE(shorter);
        EXPECT_THAT(shorter.error().message, testing::HasSubstr(in_name(row.tlv_text)));
    }
    Bytes longer(body.begin(), body.end());
    longer.push_back(1);
    EXPECT_FALSE(tlv_form->read(longer));
}

INSTANTIATE_TEST_SUITE_P(Layout, EveryTlv, testing::ValuesIn(layout_cases), [](const auto& row) {
    return std::string(find_command(static_cast<std::uint16_t>(row.param.cid))->name) + "_" +
           in_name(row.param.tlv_text) + "_" + std::to_string(row.index);
});

TEST(TheLayoutTable, HasARowForEveryRecordOfEveryCommand) {
    std::set<std::pair<std::uint16_t, std::uint16_t>> tested;
    for (const LayoutCase& row : layout_cases)
        tested.insert({static_cast<std::uint16_t>(row.cid), static_cast<std::uint16_t>(octets(row.tlv)[0])});
    for (const MessageForm& form : all_commands()) {
        for (const TlvForm& tlv : form.tlvs)
            EXPECT_TRUE(tested.contains({form.id, tlv.tag})) << form.name << " " << tlv.name;
    }
}

TEST(AMldRecord, NamesItsLinksPrimaryFirst) {
    const Bytes body = octets("02aa00000a00 0100 0200 0200 02 000000 0100 00 00 0200 01 00");
    const StaMld mld = decode<StaMld>(body).value();
    EXPECT_EQ(mld.primary_id, 1);
    EXPECT_EQ(mld.links[0].wlan_id, 1);
    EXPECT_EQ(mld.links[0].bss_idx, 0);
    EXPECT_EQ(mld.links[1].wlan_id, 2);
    EXPECT_EQ(mld.links[1].bss_idx, 1);
}

}  // namespace
}  // namespace mlosim::mt7925
