#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mt7925/layout.h"

/// The host's sleep and what the chip does meanwhile: SUSPEND, OFFLOAD, HIF_CTRL; and RSSI_MONITOR.
namespace mlosim::mt7925 {

struct SuspendMode {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "MODE";
    std::uint8_t enable = 0;
    std::uint8_t mdtim = 0;
    std::uint8_t wow_suspend = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v("mdtim", s.mdtim);
        v("wow_suspend", s.wow_suspend);
        v.reserved(5);
    }
};

struct WowControl {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "WOW_CTRL";
    // Of `trigger`:
    static constexpr std::uint8_t on_disconnect = 1U << 2U;
    static constexpr std::uint8_t on_beacon_loss = 1U << 4U;
    std::uint8_t cmd = 0;  ///< 1 start, 2 stop
    std::uint8_t trigger = 0;
    std::uint8_t wakeup_hif = 2;  ///< WOW_PCIE
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("cmd", s.cmd);
        v("trigger", s.trigger);
        v("wakeup_hif", s.wakeup_hif);
        v.reserved(5);
    }
};

struct WowGpio {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "GPIO";
    std::uint8_t gpio_pin = 0;
    std::uint8_t trigger_level = 0;
    std::uint32_t gpio_interval = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("gpio_pin", s.gpio_pin);
        v("trigger_level", s.trigger_level);
        v.reserved(2);
        v("gpio_interval", s.gpio_interval);
        v.reserved(4);
    }
};

struct WowPattern {
    static constexpr std::uint16_t tag = 4;
    static constexpr std::string_view name = "PATTERN";
    std::uint8_t bss_idx = 0;
    std::uint8_t index = 0;
    std::uint8_t enable = 0;
    std::uint8_t data_len = 0;
    std::uint8_t offset = 0;
    Octets<16> mask{};
    Octets<128> pattern{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bss_idx", s.bss_idx);
        v("index", s.index);
        v("enable", s.enable);
        v("data_len", s.data_len);
        v("offset", s.offset);
        v("mask", s.mask);
        v("pattern", s.pattern);
        v.reserved(4);
    }
};

struct ArpEntry {
    Octets<4> address{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("address", s.address);
        v.reserved(4);
    }
};

struct OffloadArp {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "ARP";
    std::uint8_t enable = 0;
    std::uint8_t ips_num = 0;
    std::vector<ArpEntry> addresses;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v("ips_num", s.ips_num);
        v.reserved(2);
        v.records("addresses", s.addresses);
    }
};

struct NdEntry {
    Octets<16> address{};
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("address", s.address);
    }
};

struct OffloadNd {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "ND";
    std::uint8_t enable = 0;
    std::uint8_t ips_num = 0;
    std::vector<NdEntry> addresses;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v("ips_num", s.ips_num);
        v.reserved(2);
        v.records("addresses", s.addresses);
    }
};

struct OffloadGtkRekey {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "GTK_REKEY";
    Octets<16> kek{};
    Octets<16> kck{};
    Octets<8> replay_counter{};
    std::uint8_t rekey_mode = 0;
    std::uint8_t key_id = 0;
    std::uint8_t option = 0;
    std::uint32_t proto = 0;
    std::uint32_t pairwise_cipher = 0;
    std::uint32_t group_cipher = 0;
    std::uint32_t key_mgmt = 0;
    std::uint32_t mgmt_group_cipher = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("kek", s.kek);
        v("kck", s.kck);
        v("replay_counter", s.replay_counter);
        v("rekey_mode", s.rekey_mode);
        v("key_id", s.key_id);
        v("option", s.option);
        v.reserved(1);
        v("proto", s.proto);
        v("pairwise_cipher", s.pairwise_cipher);
        v("group_cipher", s.group_cipher);
        v("key_mgmt", s.key_mgmt);
        v("mgmt_group_cipher", s.mgmt_group_cipher);
        v.reserved(4);
    }
};

struct HifHeader {
    static constexpr std::string_view name = "header";
    std::uint8_t hif_type = 2;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("hif_type", s.hif_type);
        v.reserved(3);
    }
};

struct HifBasic {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "BASIC";
    std::uint8_t suspend = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("suspend", s.suspend);
        v.reserved(7);
    }
};

/// Of the event.
struct HifStatus {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "BASIC";
    static constexpr std::uint8_t idle = 2;
    std::uint8_t cid = 0;
    std::uint32_t status = 0;
    std::uint8_t hif_type = 0;
    std::uint8_t hif_tx_traffic = 0;
    std::uint8_t hif_rx_traffic = 0;
    std::uint8_t hif_suspend = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("cid", s.cid);
        v.reserved(3);
        v("status", s.status);
        v("hif_type", s.hif_type);
        v("hif_tx_traffic", s.hif_tx_traffic);
        v("hif_rx_traffic", s.hif_rx_traffic);
        v("hif_suspend", s.hif_suspend);
        v.reserved(4);
    }
};

struct RssiThresholds {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "THRESHOLDS";
    std::uint8_t enable = 0;
    std::int8_t high = 0;  ///< dBm
    std::int8_t low = 0;   ///< dBm
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("enable", s.enable);
        v("high", s.high);
        v("low", s.low);
        v.reserved(1);
    }
};

}  // namespace mlosim::mt7925
