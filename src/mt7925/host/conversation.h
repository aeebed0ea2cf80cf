#pragma once

#include <cstdint>
#include <vector>

#include "mt7925/host/chip.h"

namespace mlosim::mt7925::host {

/// One message to the firmware.
struct Saying {
    Cid cid = Cid::dev_info;
    Bytes payload;
    std::uint8_t options = option::set_ack;
    bool waits = true;  ///< for the answer
};

/// What is said to the firmware in one go, each when the one before it is answered.
using Conversation = std::vector<Saying>;

/// What happens when one of them fails: the rest is left out, or it goes on (what is taken down is taken down).
enum class OnFailure : std::uint8_t { stop, go_on };

/// Says it; the first that failed, if one did. The caller holds the mutex. EIO with the status in words: the firmware
/// refused one of the five commands whose result counts.
[[nodiscard]] Task<Result<void>> say(Chip& chip, Conversation what, OnFailure on_failure);

inline void append(Conversation& to, Conversation more) {
    for (Saying& saying : more)
        to.push_back(std::move(saying));
}

}  // namespace mlosim::mt7925::host
