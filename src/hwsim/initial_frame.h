#pragma once

#include <chrono>

#include "ieee80211/aid.h"
#include "ieee80211/byte_io.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/mac_address.h"
#include "phy/rates.h"

/// What an access point sends before a frame exchange with a station whose links share one radio: a MU-RTS Trigger
/// frame for it alone, long enough for the radio to turn to the link. 802.11be 9.3.1.22.5, 35.3.17
namespace mlosim::hwsim {

/// Non-HT, at a rate that a radio with one chain for each link understands.
[[nodiscard]] phy::Rate initial_frame_rate();
[[nodiscard]] ieee80211::Bytes initial_frame(const ieee80211::MacAddress& station, const ieee80211::MacAddress& sender,
                                             ieee80211::Aid aid, std::chrono::microseconds padding);
[[nodiscard]] bool is_initial_frame(const ieee80211::FrameView& frame);

}  // namespace mlosim::hwsim
