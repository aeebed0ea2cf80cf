#pragma once

#include <cstdint>

#include "mt7925/event_tlvs.h"
#include "mt7925/firmware_image.h"
#include "mt7925/host/chip.h"

namespace mlosim::mt7925::host {

/// What the firmware says that it can do.
struct Capabilities {
    CapabilityMac mac;
    CapabilityPhy phy;
    bool has_6ghz = false;
    std::uint64_t chip = 0;
    std::uint16_t eml = 0;
    std::uint8_t encapsulation_type = 0;  ///< of the efuse

    [[nodiscard]] bool has_mlo() const noexcept { return (chip & CapabilityChip::mlo) != 0; }
    [[nodiscard]] bool has_emlsr() const noexcept { return (chip & CapabilityChip::mlo_eml) != 0; }
};

/// The two files of a firmware.
struct Images {
    PatchImage patch;
    RamImage ram;
};

/// Downloads and starts the firmware, asks what it can do and sets it up, up to ten times with a reset between.
/// `restarts`: the power control is asked to begin anew, which frees the patch semaphore. Whoever calls holds the
/// mutex. EIO, ETIMEDOUT, EAGAIN (the patch semaphore): of the last try.
/// cf. mt7925_init_hardware(), mt7925e_mcu_init(), mt792x_load_firmware()
[[nodiscard]] Task<Result<Capabilities>> bring_up(Chip& chip, const Images& images, bool restarts = true);

/// The firmware alone, once. cf. mt7925_run_firmware()
[[nodiscard]] Task<Result<void>> load_firmware(Chip& chip, const Images& images, bool restarts = true);

/// EPROTO: it does not have the form of NIC_CAPA's answer.
[[nodiscard]] Result<Capabilities> read_capabilities(ByteView payload);

}  // namespace mlosim::mt7925::host
