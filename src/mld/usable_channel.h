#pragma once

#include <span>

#include "mld/radio_profile.h"
#include "phy/channel_constraints.h"

namespace mlosim::mld {

/// Whether a radio can tune to `channel`, and regulation lets it: the profile's capabilities for its width, and every
/// piece among `band_channels` with none of `prohibited`; a piece with one of `permitting` is taken for allowed. cf.
/// _cfg80211_chandef_usable()
[[nodiscard]] bool usable_channel(const RadioProfile& profile, const phy::ChannelDefinition& channel,
                                  std::span<const phy::RadioChannel> band_channels,
                                  phy::ChannelFlags prohibited = phy::ChannelFlag::disabled,
                                  phy::ChannelFlags permitting = {});

}  // namespace mlosim::mld
