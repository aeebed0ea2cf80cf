#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "phy/channel.h"

namespace mlosim::mld {

/// What a radio knows of a channel's use (struct survey_info). Absent is what the radio does not tell.
struct Survey {
    phy::Channel channel;
    bool in_use = false;
    std::optional<int> noise_dbm;
    std::optional<std::chrono::milliseconds> active;
    std::optional<std::chrono::milliseconds> busy;
    std::optional<std::chrono::milliseconds> tx;
    std::optional<std::chrono::milliseconds> rx;
    friend bool operator==(const Survey&, const Survey&) = default;
};

}  // namespace mlosim::mld
