#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "flow.h"

namespace mlosim::conformance {

/// One thing that a message says, and where: "NEW_WIPHY/22/0/1/3/6" is the sixth attribute of a channel. A nest's value
/// is the flag alone, a leaf's the payload.
struct Item {
    std::string path;
    bool nest = false;
    bool nested_flag = false;
    ieee80211::Bytes value;
    friend bool operator==(const Item&, const Item&) = default;
};

/// Takes a message apart: its type and flags, its family header, and every attribute in order. Which attributes hold
/// others is known from a table.
[[nodiscard]] std::vector<Item> take_apart(const Recorded& message);

/// "GET_WIPHY", "nlctrl 3", "RTM 16", "ERROR", "DONE".
[[nodiscard]] std::string message_name(const Recorded& message);

}  // namespace mlosim::conformance
