#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/tim.h"
#include "mld/data_path.h"

namespace mlosim::mld {

class Link;
class Sta;
class Wdev;

/// A frame that waits for its receiver to wake up.
struct HeldFrame {
    ieee80211::Bytes bytes;
    TxOptions options;
    sim::Time since;
};

/// What an access point holds back for one station that sleeps: PS-Poll and U-APSD get it out. cf. sta->ps_tx_buf[],
/// ieee80211_sta_ps_deliver_response()
class StaPowerSave {
public:
    explicit StaPowerSave(Sta& sta);
    ~StaPowerSave();

    [[nodiscard]] bool asleep() const noexcept;
    /// Frames wait that its bit in the TIM announces.
    [[nodiscard]] bool announces() const noexcept;
    /// True: the frame was taken and waits. cf. ieee80211_tx_h_unicast_ps_buf()
    bool hold(ieee80211::Bytes& frame, const TxOptions& options);
    /// A frame of the station came in: its power management bit, PS-Polls and triggers count.
    /// cf. ieee80211_rx_h_sta_process(), ieee80211_rx_h_uapsd_and_pspoll()
    void heard(Link& link, const ieee80211::FrameView& frame);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mlosim::mld
