#pragma once

#include <cstdint>
#include <string_view>

#include "mt7925/layout.h"

/// Payloads of events that have no command's TLVs; the others stand beside their commands.
namespace mlosim::mt7925 {

/// CMD_RESULT: the whole payload.
struct CommandResult {
    static constexpr std::string_view name = "RESULT";
    std::uint8_t cid = 0;
    std::uint32_t status = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("cid", s.cid);
        v.reserved(3);
        v("status", s.status);
    }
};

struct BeaconLossReason {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "BEACON_LOSS";
    std::uint8_t reason = 0;
    std::uint8_t nr_btolink = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("reason", s.reason);
        v("nr_btolink", s.nr_btolink);
        v.reserved(2);
    }
};

struct RssiValue {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "RSSI";
    std::int32_t rssi = 0;  ///< dBm
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("rssi", s.rssi);
    }
};

struct TxDoneRaw {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "RAW";
    std::uint8_t version = 0;
    std::array<std::uint32_t, 12> txs{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("version", s.version);
        v.reserved(3);
        v("txs", s.txs);
    }
};

// Of NIC_CAPA's answer.
struct CapabilityHeader {
    static constexpr std::string_view name = "header";
    std::uint16_t n_element = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("n_element", s.n_element);
        v.reserved(2);
    }
};

struct CapabilityMac {
    static constexpr std::uint16_t tag = 7;
    static constexpr std::string_view name = "MAC_ADDR";
    MacAddress address;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("address", s.address);
    }
};

struct CapabilityPhy {
    static constexpr std::uint16_t tag = 8;
    static constexpr std::string_view name = "PHY";
    std::uint8_t ht = 1;
    std::uint8_t vht = 1;
    std::uint8_t band_5g = 1;
    std::uint8_t max_bw = 3;
    std::uint8_t nss = 2;
    std::uint8_t dbdc = 1;
    std::uint8_t tx_ldpc = 1;
    std::uint8_t rx_ldpc = 1;
    std::uint8_t tx_stbc = 1;
    std::uint8_t rx_stbc = 1;
    std::uint8_t hw_path = 3;  ///< bit 0 2.4 GHz, bit 1 5 GHz
    std::uint8_t he = 1;
    std::uint8_t eht = 1;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("ht", s.ht);
        v("vht", s.vht);
        v("band_5g", s.band_5g);
        v("max_bw", s.max_bw);
        v("nss", s.nss);
        v("dbdc", s.dbdc);
        v("tx_ldpc", s.tx_ldpc);
        v("rx_ldpc", s.rx_ldpc);
        v("tx_stbc", s.tx_stbc);
        v("rx_stbc", s.rx_stbc);
        v("hw_path", s.hw_path);
        v("he", s.he);
        v("eht", s.eht);
    }
};

struct Capability6g {
    static constexpr std::uint16_t tag = 0x18;
    static constexpr std::string_view name = "6G";
    std::uint8_t has_6ghz = 1;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("has_6ghz", s.has_6ghz);
        v.reserved(3);
    }
};

struct CapabilityChip {
    static constexpr std::uint16_t tag = 0x20;
    static constexpr std::string_view name = "CHIP_CAP";
    static constexpr std::uint64_t clc_event = 1U << 0U;
    static constexpr std::uint64_t rssi_notify = 1U << 1U;
    static constexpr std::uint64_t mlo_event = 1U << 2U;  ///< what the driver of Linux 6.12 takes for multi-link
    static constexpr std::uint64_t rf_pin_ctrl = 1U << 3U;
    static constexpr std::uint64_t enable_11d = 1U << 4U;
    static constexpr std::uint64_t mlo = 1U << 8U;
    static constexpr std::uint64_t mlo_eml = 1U << 9U;
    std::uint64_t bits = rssi_notify | mlo;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bits", s.bits);
    }
};

struct CapabilityEml {
    static constexpr std::uint16_t tag = 0x22;
    static constexpr std::string_view name = "EML_CAP";
    std::uint16_t eml_cap = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.reserved(4);
        v("eml_cap", s.eml_cap);
        v.reserved(6);
    }
};

}  // namespace mlosim::mt7925
