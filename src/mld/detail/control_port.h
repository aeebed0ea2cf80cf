#pragma once

#include <cstdint>
#include <optional>

#include "mld/identifiers.h"

namespace mlosim::mld {
class Wdev;
}

namespace mlosim::mld::detail {

/// How an interface treats the frames that open its ports (sdata->control_port_*).
struct ControlPort {
    std::uint16_t ethertype = 0x888e;
    bool no_encryption = false;
    bool no_preauthentication = false;
    bool over_nl80211 = false;
    /// Who gets them then.
    OwnerId owner;

    [[nodiscard]] static ControlPort of(const Wdev& wdev);
};

}  // namespace mlosim::mld::detail
