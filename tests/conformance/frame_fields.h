#pragma once

#include <string>
#include <vector>

#include "ieee80211/byte_io.h"

namespace mlosim::conformance {

/// One field of a frame: "Beacon/interval", "Association Request/element 255.107/profile 1/element 45".
struct FrameField {
    std::string path;
    ieee80211::Bytes value;
    friend bool operator==(const FrameField&, const FrameField&) = default;
};

/// The name of a management frame's subtype; empty for other frames.
[[nodiscard]] std::string frame_name(ieee80211::ByteView frame);

/// A management frame in its fields: addresses, fixed fields, and each element in order, the Basic Multi-Link element
/// and its per-STA profiles taken apart. What counts time is left out: Timestamps, sequence numbers, a TIM's DTIM count
/// and bitmap, TSF offsets, packet numbers and the MIC over all of that.
[[nodiscard]] std::vector<FrameField> fields_of(ieee80211::ByteView frame);

}  // namespace mlosim::conformance
