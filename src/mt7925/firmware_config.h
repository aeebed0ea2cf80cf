#pragma once

#include <chrono>
#include <cstdint>

#include "ieee80211/mac_address.h"
#include "mt7925/event_tlvs.h"
#include "sim/virtual_time.h"

namespace mlosim::mt7925 {

/// How long things take. All ours to choose except where docs/mt7925.md says that they were measured.
struct FirmwareTiming {
    sim::Duration rom_command = std::chrono::microseconds(50);
    sim::Duration command = std::chrono::microseconds(1500);
    sim::Duration slow_command = std::chrono::milliseconds(3);  ///< NIC_CAPA, EFUSE
    sim::Duration boot = std::chrono::milliseconds(1);          ///< a synthetic image; the real one takes 250 ms
    sim::Duration wfsys_reset = std::chrono::milliseconds(10);  ///< behind the driver's own 50 ms
    sim::Duration wake = std::chrono::milliseconds(2);          ///< fw-own to drv-own
    sim::Duration roc_grant = std::chrono::milliseconds(5);     ///< after the previous owner let go
    sim::Duration hif_answer = std::chrono::milliseconds(5);
    sim::Duration active_dwell = std::chrono::milliseconds(20);
    sim::Duration passive_dwell = std::chrono::milliseconds(110);
    sim::Duration link_switch = std::chrono::microseconds(200);  ///< to another channel, or another link of an MLD
    sim::Duration link_turn = std::chrono::seconds(3);  ///< one link of an MLD, then the other is looked at; a guest's
    sim::Duration scan_home = std::chrono::milliseconds(30);  ///< between two channels, while a station is connected
    sim::Duration scan_end = std::chrono::milliseconds(20);   ///< from the last dwell to SCAN_DONE
};

struct FirmwareConfig {
    FirmwareTiming timing;
    CapabilityMac mac;
    CapabilityPhy phy;
    Capability6g six_ghz;
    CapabilityChip chip = {CapabilityChip::rssi_notify | CapabilityChip::mlo};
    CapabilityEml eml;
    std::uint8_t encapsulation_type = 0;  ///< low two bits of efuse octet 0xa71
    std::uint32_t temperature = 45;       ///< degrees Celsius
    bool radio_on = true;                 ///< false: blocked by a hardware switch
    bool refuse_keys = false;             ///< KEY_V3 answered 1: the driver encrypts in software, silently
    /// What the real driver leaves to its chip the chip does: encrypts and decrypts with the keys of its table, numbers
    /// QoS data. False: the host has done it.
    bool chip_crypto = false;
    unsigned beacon_loss_limit = 10;  ///< missed beacons until BEACON_LOSS; 0: never
    unsigned coredump_messages = 3;
};

}  // namespace mlosim::mt7925
