#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mt7925/layout.h"

/// SCAN_REQ and its event.
namespace mlosim::mt7925 {

struct ScanHeader {
    static constexpr std::string_view name = "header";
    std::uint8_t seq_num = 0;  ///< 7 bits, bit 7 is the band
    std::uint8_t bss_idx = 0;
    std::uint16_t tlv_count = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("seq_num", s.seq_num);
        v("bss_idx", s.bss_idx);
        v("tlv_count", s.tlv_count);
    }
};

struct ScanRequest {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "REQ";
    static constexpr std::uint8_t func_random_mac = 1U << 0U;
    static constexpr std::uint8_t func_rnr = 1U << 3U;
    static constexpr std::uint8_t func_split = 1U << 5U;
    std::uint8_t scan_type = 0;  ///< 0 passive, 1 active
    std::uint8_t probe_req_num = 0;
    std::uint8_t func = 0;
    std::uint8_t src_mask = 0;
    std::uint16_t min_dwell = 0;
    std::uint16_t dwell = 0;
    std::uint16_t timeout = 0;
    std::uint16_t probe_delay = 0;
    std::uint32_t func_ext = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("scan_type", s.scan_type);
        v("probe_req_num", s.probe_req_num);
        v("func", s.func);
        v("src_mask", s.src_mask);
        v("min_dwell", s.min_dwell);
        v("dwell", s.dwell);
        v("timeout", s.timeout);
        v("probe_delay", s.probe_delay);
        v("func_ext", s.func_ext);
    }
};

struct ScanCancel {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "CANCEL";
    std::uint8_t is_ext_channel = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("is_ext_channel", s.is_ext_channel);
        v.reserved(3);
    }
};

struct SchedScanRequest {
    static constexpr std::uint16_t tag = 3;
    static constexpr std::string_view name = "SCHED_REQ";
    std::uint8_t version = 1;
    std::uint8_t stop_on_match = 0;
    std::uint8_t intervals_num = 0;
    std::uint8_t func = 0;
    std::array<std::uint16_t, 10> intervals{};  ///< seconds
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("version", s.version);
        v("stop_on_match", s.stop_on_match);
        v("intervals_num", s.intervals_num);
        v("func", s.func);
        v("intervals", s.intervals);
    }
};

struct SchedScanEnable {
    static constexpr std::uint16_t tag = 4;
    static constexpr std::string_view name = "SCHED_ENABLE";
    std::uint8_t stop = 0;  ///< 0 starts, 1 stops (seen)
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("stop", s.stop);
        v.reserved(3);
    }
};

struct ScanSsidEntry {
    std::uint32_t length = 0;
    Octets<32> ssid{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("length", s.length);
        v("ssid", s.ssid);
    }
};

struct ScanSsids {
    static constexpr std::uint16_t tag = 10;
    static constexpr std::string_view name = "SSID";
    static constexpr std::uint8_t type_wildcard = 1;
    static constexpr std::uint8_t type_directed = 4;
    std::uint8_t ssid_type = 0;
    std::uint8_t ssids_num = 0;
    std::uint8_t is_short_ssid = 0;
    std::array<ScanSsidEntry, 10> ssids{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("ssid_type", s.ssid_type);
        v("ssids_num", s.ssids_num);
        v("is_short_ssid", s.is_short_ssid);
        v.reserved(1);
        v("ssids", s.ssids);
    }
};

/// One broadcast entry in an ordinary scan, one a neighbour (from the reduced neighbor report) on 6 GHz.
struct ScanBssid {
    static constexpr std::uint16_t tag = 11;
    static constexpr std::string_view name = "BSSID";
    MacAddress bssid;
    std::uint8_t match_ch = 0;
    std::uint8_t match_ssid_ind = 0;
    std::uint8_t rcpi = 0;
    std::uint8_t match_short_ssid_ind = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bssid", s.bssid);
        v("match_ch", s.match_ch);
        v("match_ssid_ind", s.match_ssid_ind);
        v("rcpi", s.rcpi);
        v("match_short_ssid_ind", s.match_short_ssid_ind);
        v.reserved(2);
    }
};

struct ScanChannel {
    std::uint8_t band = 0;  ///< 1 2.4 GHz, 2 5 GHz, 3 6 GHz
    std::uint8_t channel = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("band", s.band);
        v("channel", s.channel);
    }
};

struct ScanChannels {
    static constexpr std::uint16_t tag = 12;
    static constexpr std::string_view name = "CHANNEL";
    static constexpr std::uint8_t type_all = 0;
    static constexpr std::uint8_t type_2ghz = 1;
    static constexpr std::uint8_t type_5ghz = 2;
    static constexpr std::uint8_t type_p2p_social = 3;
    static constexpr std::uint8_t type_list = 4;
    std::uint8_t channel_type = 0;
    std::uint8_t channels_num = 0;
    std::array<ScanChannel, 64> channels{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("channel_type", s.channel_type);
        v("channels_num", s.channels_num);
        v.reserved(2);
        v("channels", s.channels);
    }
};

/// Elements for the probe requests of one band.
struct ScanElements {
    static constexpr std::uint16_t tag = 13;
    static constexpr std::string_view name = "IE";
    std::uint16_t ies_len = 0;
    std::uint8_t band = 0;
    Bytes ies;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("ies_len", s.ies_len);
        v("band", s.band);
        v.reserved(1);
        v.rest("ies", s.ies);
    }
};

struct ScanMisc {
    static constexpr std::uint16_t tag = 14;
    static constexpr std::string_view name = "MISC";
    MacAddress random_mac;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("random_mac", s.random_mac);
        v.reserved(2);
    }
};

struct SchedScanMatch {
    std::int32_t rssi_threshold = 0;  ///< dBm
    Octets<32> ssid{};
    std::uint8_t ssid_len = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("rssi_threshold", s.rssi_threshold);
        v("ssid", s.ssid);
        v("ssid_len", s.ssid_len);
        v.reserved(3);
    }
};

struct SchedScanMatchSets {
    static constexpr std::uint16_t tag = 15;
    static constexpr std::string_view name = "MATCH_SETS";
    std::uint8_t match_num = 0;
    std::array<SchedScanMatch, 16> matches{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("match_num", s.match_num);
        v.reserved(3);
        v("matches", s.matches);
    }
};

/// Of the event. Its header is a ScanHeader with the request's seq_num.
struct ScanDoneBasic {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "BASIC";
    template <class Self, class V>
    static void layout(Self&, V& v) {
        v.reserved(4);
    }
};

struct ScanDoneChannelInfo {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "CHNLINFO";
    std::uint8_t nr_chan = 0;
    Octets<3> alpha2{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("nr_chan", s.nr_chan);
        v("alpha2", s.alpha2);
    }
};

/// A round of a scheduled scan has results.
struct ScanDoneNlo {
    static constexpr std::uint16_t tag = 3;
    static constexpr std::string_view name = "NLO";
    template <class Self, class V>
    static void layout(Self&, V& v) {
        v.reserved(4);
    }
};

}  // namespace mlosim::mt7925
