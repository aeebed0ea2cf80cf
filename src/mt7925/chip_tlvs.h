#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mt7925/layout.h"
#include "mt7925/roc_tlvs.h"

/// What concerns the chip as a whole: its configuration, capabilities, registers, sensors, the band's filters.
namespace mlosim::mt7925 {

struct BandHeader {
    static constexpr std::string_view name = "header";
    std::uint8_t band_idx = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("band_idx", s.band_idx);
        v.reserved(3);
    }
};

struct BandRadioEnable {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "RADIO_EN";
    std::uint8_t enable = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v.reserved(3);
    }
};

struct BandRts {
    static constexpr std::uint16_t tag = 8;
    static constexpr std::string_view name = "RTS";
    std::uint32_t len_thr = 0;
    std::uint32_t pkt_thr = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("len_thr", s.len_thr);
        v("pkt_thr", s.pkt_thr);
    }
};

struct BandRxFilter {
    static constexpr std::uint16_t tag = 0x0c;
    static constexpr std::string_view name = "RXFILTER";
    static constexpr std::uint8_t mode_fif = 0;
    static constexpr std::uint8_t mode_bit_op = 1;
    static constexpr std::uint8_t bit_set = 1;
    static constexpr std::uint8_t bit_clear = 2;
    static constexpr std::uint32_t fif_fcs_fail = 1U << 2U;
    static constexpr std::uint32_t fif_control = 1U << 5U;
    static constexpr std::uint32_t fif_other_bss = 1U << 6U;
    static constexpr std::uint32_t fif_enable = 1U << 31U;
    std::uint8_t mode = 0;
    std::uint32_t fif = 0;
    std::uint32_t bit_map = 0;
    std::uint8_t bit_op = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("mode", s.mode);
        v.reserved(3);
        v("fif", s.fif);
        v("bit_map", s.bit_map);
        v("bit_op", s.bit_op);
        v.reserved(51);
    }
};

struct WsysFwLog {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "FW_LOG";
    std::uint8_t ctrl = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("ctrl", s.ctrl);
        v.reserved(3);
    }
};

struct WsysDebug {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "DBG";
    std::uint32_t module = 0;
    std::uint8_t level = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("module", s.module);
        v("level", s.level);
        v.reserved(3);
    }
};

struct RegAccess {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "REG";
    std::uint32_t index = 0;
    std::uint32_t data = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("index", s.index);
        v("data", s.data);
    }
};

struct RfRegAccess {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "RF_REG";
    std::uint16_t antenna = 0;
    std::uint32_t index = 0;
    std::uint32_t data = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("antenna", s.antenna);
        v.reserved(2);
        v("index", s.index);
        v("data", s.data);
    }
};

struct ChipConfigText {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "CFG";
    std::uint16_t id = 0;
    std::uint8_t type = 0;
    std::uint8_t resp_type = 0;
    std::uint16_t data_size = 0;
    Octets<320> text{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("id", s.id);
        v("type", s.type);
        v("resp_type", s.resp_type);
        v("data_size", s.data_size);
        v.reserved(2);
        v("text", s.text);
    }
};

struct ChipConfigCapability {
    static constexpr std::uint16_t tag = 3;
    static constexpr std::string_view name = "NIC_CAPA";
    template <class Self, class V>
    static void layout(Self&, V&) {}
};

struct SnifferEnable {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "ENABLE";
    std::uint8_t enable = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v.reserved(3);
    }
};

struct SnifferConfig {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "CONFIG";
    std::uint16_t aid = 0;
    std::uint8_t ch_band = 0;
    std::uint8_t bw = 0;  ///< 0 20 or 40, 1 80, 2 160, 3 80+80, 4 5, 5 10, 6 320 MHz
    std::uint8_t control_ch = 0;
    std::uint8_t sco = 0;
    std::uint8_t center_ch = 0;
    std::uint8_t center_ch2 = 0;
    std::uint8_t drop_err = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("aid", s.aid);
        v("ch_band", s.ch_band);
        v("bw", s.bw);
        v("control_ch", s.control_ch);
        v("sco", s.sco);
        v("center_ch", s.center_ch);
        v("center_ch2", s.center_ch2);
        v("drop_err", s.drop_err);
        v.reserved(3);
    }
};

struct DbdcConfig {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "MBMC";
    std::uint8_t mbmc_en = 0;
    std::uint8_t band = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("mbmc_en", s.mbmc_en);
        v("band", s.band);
        v.reserved(2);
    }
};

struct TxPowerShowInfo {
    static constexpr std::uint16_t tag = 7;
    static constexpr std::string_view name = "SHOW_INFO";
    std::uint8_t format_id = 0;
    std::uint8_t category = 0;
    std::uint8_t band_idx = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("format_id", s.format_id);
        v("category", s.category);
        v("band_idx", s.band_idx);
        v.reserved(1);
    }
};

struct EfuseAccess {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "ACCESS";
    std::uint32_t address = 0;
    std::uint32_t valid = 0;
    Octets<16> data{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("address", s.address);
        v("valid", s.valid);
        v("data", s.data);
    }
};

struct EfuseBufferMode {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "BUFFER_MODE";
    std::uint8_t buffer_mode = 0;
    std::uint8_t format = 0;
    std::uint16_t length = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("buffer_mode", s.buffer_mode);
        v("format", s.format);
        v("length", s.length);
    }
};

/// The answer to an EFUSE query: its length field is the query's, its block lies behind.
struct EfuseBlock {
    static constexpr std::string_view name = "EFUSE";
    std::uint16_t tlv_tag = EfuseAccess::tag;
    std::uint16_t tlv_len = 28;
    std::uint32_t version = 0;
    std::uint32_t address = 0;
    std::uint32_t valid = 1;
    std::uint32_t size = 16;
    std::uint32_t magic = 0;
    std::uint32_t type = 0;
    Octets<32> data{};  ///< from octet 48 of the payload
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.reserved(4);
        v("tlv_tag", s.tlv_tag);
        v("tlv_len", s.tlv_len);
        v("version", s.version);
        v("address", s.address);
        v("valid", s.valid);
        v("size", s.size);
        v("magic", s.magic);
        v("type", s.type);
        v.reserved(16);
        v("data", s.data);
    }
};

struct ThermalQuery {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "SENSOR";
    template <class Self, class V>
    static void layout(Self&, V& v) {
        v.reserved(4);
    }
};

/// Its length field says 12: the two words behind it belong to no record.
struct ThermalAnswer {
    static constexpr std::string_view name = "THERMAL";
    std::uint16_t tlv_tag = 0;
    std::uint16_t tlv_len = 12;
    std::uint32_t temperature = 0;  ///< degrees Celsius, at octet 12 of the payload
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.reserved(4);
        v("tlv_tag", s.tlv_tag);
        v("tlv_len", s.tlv_len);
        v.reserved(4);
        v("temperature", s.temperature);
        v.reserved(8);
    }
};

struct RadioStatusQuery {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "GET";
    Bytes rest;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.rest("rest", s.rest);
    }
};

struct RadioStatusAnswer {
    static constexpr std::string_view name = "RADIO_STATUS";
    std::uint32_t radio_on = 1;  ///< 0: blocked by hardware
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.reserved(8);
        v("radio_on", s.radio_on);
        v.reserved(4);
    }
};

}  // namespace mlosim::mt7925
