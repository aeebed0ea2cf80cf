#pragma once

#include <cstdint>
#include <optional>

#include "mld/sta.h"
#include "phy/channel.h"

namespace mlosim::mld::detail {

/// What HT's and VHT's action frames say of how a peer receives from now on. Each gives what that changed, on a
/// channel; nothing at all: nobody needs to know.

/// An Operating Mode field, 802.11-2020 9.4.1.53. cf. __ieee80211_vht_handle_opmode()
[[nodiscard]] std::optional<StationModeChange> set_operating_mode(StaCapabilities& peer, std::uint8_t mode,
                                                                  const phy::ChannelDefinition& channel);
/// Notify Channel Width: 20 MHz only, or any. cf. ieee80211_ht_handle_chanwidth_notif()
[[nodiscard]] std::optional<StationModeChange> set_channel_width(StaCapabilities& peer, bool only_20_mhz,
                                                                 const phy::ChannelDefinition& channel);
/// SM Power Save. cf. ieee80211_rx_h_action()
[[nodiscard]] std::optional<StationModeChange> set_sm_power_save(StaCapabilities& peer, SmPowerSave mode);

}  // namespace mlosim::mld::detail
