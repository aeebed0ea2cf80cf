#pragma once

#include "ieee80211/frame_header.h"

namespace mlosim::mld::detail {

/// Whether what a frame says of itself does not fit into it: a management frame's fixed fields, or an element that
/// reaches beyond its end. Frames that are encrypted, and those of other types, pass. Such frames go the way that a
/// kernel sends them (programs judge elements for themselves); they are only counted.
[[nodiscard]] bool is_malformed(const ieee80211::FrameView& frame);

}  // namespace mlosim::mld::detail
