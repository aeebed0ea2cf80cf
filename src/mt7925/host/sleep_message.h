#pragma once

#include <cstdint>
#include <span>

#include "mt7925/host/interface_messages.h"
#include "mt7925/host_tlvs.h"
#include "mt7925/message.h"
#include "sim/result.h"

/// What the firmware does for a host that sleeps, and when it is to wake it: OFFLOAD, SUSPEND, HIF_CTRL, RSSI_MONITOR.
namespace mlosim::mt7925::host {

/// Addresses that the firmware answers ARP for; more than four are left out. cf. mt7925_mcu_update_arp_filter()
[[nodiscard]] Bytes arp_message(const LinkNumbers& link, std::span<const Octets<4>> addresses);
/// The same for neighbour solicitations; the driver sends none without an address. cf. mt7925_ipv6_addr_change()
[[nodiscard]] Bytes neighbor_message(const LinkNumbers& link, std::span<const Octets<16>> addresses);

/// What the firmware needs to answer the access point's group key handshake.
struct GtkRekey {
    Octets<16> kek{};
    Octets<16> kck{};
    Octets<8> replay_counter{};
    std::uint8_t key_id = 0;            ///< and what follows: of the keys that the chip has (0 without)
    std::uint32_t proto = 0;            ///< 1 WPA, 2 RSN
    std::uint32_t pairwise_cipher = 0;  ///< bit 3 TKIP, 4 CCMP
    std::uint32_t group_cipher = 0;
};
/// cf. mt76_connac_mcu_update_gtk_rekey()
[[nodiscard]] Bytes gtk_rekey_message(const LinkNumbers& link, const GtkRekey& keys);
/// It answers (the host sleeps) or not. cf. mt76_connac_mcu_set_gtk_rekey()
[[nodiscard]] Bytes gtk_rekey_mode_message(const LinkNumbers& link, bool sleeps);

/// cf. mt76_connac_mcu_set_suspend_mode()
[[nodiscard]] Bytes suspend_message(const LinkNumbers& link, bool sleeps);
/// What wakes the host.
struct WakeUp {
    bool magic_packet = false;
    bool disconnect = false;
    bool network_found = false;
    bool pattern = false;
};
/// cf. mt7925_connac_mcu_set_wow_ctrl()
[[nodiscard]] Bytes wake_up_message(const LinkNumbers& link, bool sleeps, const WakeUp& on);
/// `mask`: a bit an octet. EINVAL: longer than there is room for. cf. mt7925_mcu_set_wow_pattern()
[[nodiscard]] Result<Bytes> wake_pattern_message(const LinkNumbers& link, std::uint8_t index, bool enable,
                                                 ByteView pattern, ByteView mask);
/// The bus sleeps or wakes. cf. mt76_connac_mcu_set_hif_suspend()
[[nodiscard]] Bytes bus_suspend_message(bool sleeps);

/// The firmware tells when the signal leaves these limits (dBm). cf. mt7925_mcu_set_rssimonitor()
[[nodiscard]] Bytes rssi_monitor_message(const LinkNumbers& link, bool on, std::int32_t threshold,
                                         std::uint32_t hysteresis);

}  // namespace mlosim::mt7925::host
