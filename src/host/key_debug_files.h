#pragma once

#include "host/virtual_tree.h"
#include "mld/wiphy.h"

namespace mlosim::host {

/// The keys of a wiphy as debugfs shows them: a directory for each, numbered as they are found (interfaces by index,
/// the group keys of their links, then their peers' keys). A key that is gone by the time its file is read: ENODEV. cf.
/// net/mac80211/debugfs_key.c
[[nodiscard]] Node key_debug_directory(const mld::Wiphy& wiphy);

}  // namespace mlosim::host
