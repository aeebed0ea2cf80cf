#pragma once

#include "host/virtual_tree.h"
#include "mld/wiphy.h"

namespace mlosim::host {

/// A wiphy's directory in sysfs: /sys/devices/virtual/mac80211_hwsim/<parent>/ieee80211/<name>.
[[nodiscard]] Node wiphy_directory(const mld::Wiphy& wiphy);

/// Its rfkill switch: nothing here blocks a radio, and nobody can.
[[nodiscard]] Node rfkill_directory(const mld::Wiphy& wiphy);
/// The switch's number counts as the wiphys do.
[[nodiscard]] std::string rfkill_name(const mld::Wiphy& wiphy);

}  // namespace mlosim::host
