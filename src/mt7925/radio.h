#pragma once

#include <cstdint>
#include <optional>

#include "mt7925/message.h"

namespace mlosim::mt7925 {

/// A channel in the chip's terms.
struct RadioChannel {
    std::uint8_t band = 0;  ///< 1 2.4 GHz, 2 5 GHz, 3 6 GHz
    std::uint8_t control = 0;
    std::uint8_t center = 0;
    std::uint8_t center2 = 0;
    std::uint8_t width = 0;  ///< RLM's bw
    friend bool operator==(const RadioChannel&, const RadioChannel&) = default;
};

enum class Visit : std::uint8_t { scan, roc, sniffer };

/// What the firmware does to the air. The world behind it is not the firmware's affair.
class Radio {
public:
    virtual ~Radio() = default;
    /// The channel that a BSS lives on; nothing: it has none any more.
    virtual void set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) = 0;
    /// Leaves the homes for `channel`.
    virtual void visit(const RadioChannel& channel, Visit why) = 0;
    virtual void return_home() = 0;
    /// Sends a management frame of the firmware's own (without FCS).
    virtual void transmit(const RadioChannel& channel, ByteView frame) = 0;
};

/// A frame from the air, without FCS.
struct ReceivedFrame {
    RadioChannel channel;
    ByteView bytes;
    int rssi_dbm = 0;
};

}  // namespace mlosim::mt7925
