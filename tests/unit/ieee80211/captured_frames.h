#pragma once

#include <string>
#include <vector>

#include "ieee80211/byte_io.h"

namespace mlosim::ieee80211::testing {

/// A frame of tests/data/frames: captured between real daemons on a real kernel.
struct CapturedFrame {
    std::string where;  // file and the frame's comment line
    Bytes octets;
};

/// Every frame of every file in that folder. Throws if there are none.
std::vector<CapturedFrame> captured_frames();

/// "0c 1b ff" or "0c1bff".
Bytes from_hex(std::string_view text);

}  // namespace mlosim::ieee80211::testing
