#pragma once

#include <cstdint>

#include "ieee80211/frame_header.h"

namespace mlosim::mld::detail {

/// Categories of action frames, 802.11-2020 Table 9-51.
enum class ActionCategory : std::uint8_t {
    spectrum_management = 0,
    qos = 1,
    block_ack = 3,
    public_action = 4,
    radio_measurement = 5,
    fast_bss_transition = 6,
    ht = 7,
    sa_query = 8,
    protected_dual = 9,
    wnm = 10,
    unprotected_wnm = 11,
    tdls = 12,
    self_protected = 15,
    unprotected_dmg = 20,
    vht = 21,
    protected_eht = 37,
    vendor_specific = 127,
};

/// The category of an action frame in the clear; nothing for others and for those without a body.
[[nodiscard]] std::optional<std::uint8_t> action_category(const ieee80211::FrameView& frame);
[[nodiscard]] inline bool is_action(const ieee80211::FrameView& frame, ActionCategory category) {
    return action_category(frame) == static_cast<std::uint8_t>(category);
}
/// Action frames only, not Action No Ack. cf. ieee80211_is_action()
[[nodiscard]] inline bool is_action(const ieee80211::FrameView& frame) {
    return frame.frame_control().is(ieee80211::ManagementSubtype::action);
}

/// Deauthentication, Disassociation and those action frames that management frame protection covers, 802.11-2020
/// 12.6.19. A protected action frame is one whatever it is about. cf. ieee80211_is_robust_mgmt_frame()
[[nodiscard]] bool is_robust(const ieee80211::FrameView& frame);

}  // namespace mlosim::mld::detail
