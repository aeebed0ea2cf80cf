#pragma once

#include <cstdint>

#include "phy/band.h"

namespace mlosim::mt7925::host {

/// The generations of 802.11 that a radio, or a peer's link, speaks.
struct Generations {
    bool ht = false;
    bool vht = false;
    bool he = false;
    bool eht = false;
    bool he_6ghz = false;  ///< its HE 6 GHz Band Capabilities are not all zero
    friend bool operator==(const Generations&, const Generations&) = default;
};

/// BSS_INFO's phymode. cf. mt76_connac_get_phy_mode()
[[nodiscard]] std::uint8_t phy_mode(phy::Band band, const Generations& speaks);
/// BSS_INFO's phymode_ext. cf. mt7925_get_phy_mode_ext()
[[nodiscard]] std::uint8_t phy_mode_ext(phy::Band band, const Generations& speaks);
/// STA_REC's phy_type. cf. mt76_connac_get_phy_mode_v2()
[[nodiscard]] std::uint8_t phy_type(phy::Band band, const Generations& speaks);

}  // namespace mlosim::mt7925::host
