#pragma once

#include <cstdint>

#include "mld/scan.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/message.h"
#include "phy/channel.h"

namespace mlosim::mt7925::host {

/// The firmware's number for a band: 1, 2, 3.
[[nodiscard]] std::uint8_t band_number(phy::Band band);

/// SCAN_REQ for one sweep. `sequence`: 7 bits, counts a link's scans. More channels or neighbors than a message has
/// room for are left out. cf. mt7925_mcu_hw_scan()
[[nodiscard]] Bytes scan_message(const LinkNumbers& link, std::uint8_t sequence, const mld::DriverScan& scan);
/// The same, ended. cf. mt7925_mcu_cancel_hw_scan()
[[nodiscard]] Bytes scan_cancel_message(const LinkNumbers& link, std::uint8_t sequence);

}  // namespace mlosim::mt7925::host
