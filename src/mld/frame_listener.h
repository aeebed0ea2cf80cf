#pragma once

#include "mld/frame.h"

namespace mlosim::mld {

class Wdev;

/// Whoever registered for management frames of an interface (a daemon's socket, a built-in agent).
class FrameListener {
public:
    /// A frame that matches arrived for `wdev`. cf. cfg80211_rx_mgmt_ext(). True: it was taken, nobody else gets it.
    virtual bool frame_received(Wdev& wdev, const FrameBytes& frame, const RxStatus& status) = 0;

protected:
    ~FrameListener() = default;
};

}  // namespace mlosim::mld
