#pragma once

#include <cstdint>
#include <optional>

#include "mt7925/message.h"
#include "phy/rates.h"
#include "sim/virtual_time.h"

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

/// A frame that the firmware sends, without FCS.
struct RadioFrame {
    RadioChannel channel;
    Bytes bytes;
    /// Not 0: what becomes of it is reported under this number.
    std::uint64_t number = 0;
    /// Nothing: the band's lowest one.
    std::optional<phy::Rate> rate;
    bool wants_acknowledgement = false;
    /// How often it is sent at most.
    unsigned attempts = 1;
    /// The sender's time is written over its Timestamp when it goes out.
    bool stamp_time = false;
};

/// What became of a frame that the firmware sent.
struct RadioReport {
    std::uint64_t number = 0;
    bool acknowledged = false;
    unsigned attempts = 1;
    phy::Rate rate;  ///< of the last attempt
    std::optional<int> ack_rssi_dbm;
};

/// What the firmware does to the air. The world behind it is not the firmware's affair.
class Radio {
public:
    virtual ~Radio() = default;
    /// The channel that a BSS lives on; nothing: it has none any more.
    virtual void set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) = 0;
    /// Does not listen to that home for a while, or does again.
    virtual void rest(std::uint8_t bss_idx, bool resting) = 0;
    /// Leaves the homes for `channel`.
    virtual void visit(const RadioChannel& channel, Visit why) = 0;
    virtual void return_home() = 0;
    /// Sends one frame after the other. Firmware::transmitted() hears of those with a number, never from within.
    virtual void transmit(RadioFrame frame) = 0;
};

/// A frame from the air, without FCS.
struct ReceivedFrame {
    RadioChannel channel;
    ByteView bytes;
    int rssi_dbm = 0;
    phy::Rate rate{};
    sim::Time started{};  ///< when its first octet was on the air
};

}  // namespace mlosim::mt7925
