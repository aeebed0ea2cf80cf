#include "mld/detail/robust_frame.h"

#include <algorithm>

namespace mlosim::mld::detail {

namespace {

using ieee80211::FrameControl;
using ieee80211::ManagementSubtype;

constexpr ActionCategory not_robust[] = {
    ActionCategory::public_action,   ActionCategory::ht,
    ActionCategory::unprotected_wnm, ActionCategory::self_protected,
    ActionCategory::unprotected_dmg, ActionCategory::vht,
    ActionCategory::vendor_specific,
};

}  // namespace

std::optional<std::uint8_t> action_category(const ieee80211::FrameView& frame) {
    if (!is_action(frame) || frame.body().empty()) return std::nullopt;
    return frame.body().front();
}

bool is_robust(const ieee80211::FrameView& frame) {
    const FrameControl fc = frame.frame_control();
    if (fc.is(ManagementSubtype::deauthentication) || fc.is(ManagementSubtype::disassociation)) return true;
    if (!is_action(frame) || frame.body().empty()) return false;
    if (fc.has(FrameControl::protected_frame)) return true;
    const std::uint8_t category = frame.body().front();
    return std::none_of(std::begin(not_robust), std::end(not_robust),
                        [&](ActionCategory c) { return static_cast<std::uint8_t>(c) == category; });
}

}  // namespace mlosim::mld::detail
