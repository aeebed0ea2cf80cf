#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "mld/wdev.h"
#include "mt7925/host/bss_message.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/host/phy_mode.h"
#include "phy/band.h"

/// A link of the MAC's as the driver tells the firmware of it.
namespace mlosim::mt7925::host {

/// What the interface is to the firmware.
[[nodiscard]] ConnectionType connection_type_of(mld::InterfaceType type);
/// What the radio itself speaks in a band.
[[nodiscard]] Generations own_generations(const mld::Wdev& vif, phy::Band band);
/// Bit n: `rates` (500 kb/s) have the band's n-th rate.
[[nodiscard]] std::uint16_t rate_bits(const mld::Wdev& vif, phy::Band band, std::span<const std::uint8_t> rates);
/// The entry of the table of fixed rates that group frames go out with: the lowest basic rate's.
/// cf. mt7925_get_rates_table()
[[nodiscard]] std::uint8_t fixed_rate_entry(const mld::Link& link);
/// By enum ieee80211_ac_numbers.
[[nodiscard]] std::array<QueueParameters, 4> queues_of(const mld::Link& link);

/// All that the MAC knows for BSS_INFO of a link: nothing while it has no channel. The driver adds what is its own:
/// `enable`, the entries, the cipher, the slot time (one for the whole radio), the MLD's primary BSS; and the
/// peer's generations, if it has one. cf. mt7925_mcu_add_bss_info_sta()
[[nodiscard]] std::optional<BssUpdate> bss_update(const mld::Link& link, const LinkNumbers& numbers);

}  // namespace mlosim::mt7925::host
