#pragma once

#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/tim.h"

namespace mlosim::ieee80211 {

/// A beacon that is sent again and again: what never changes is built once, as head and tail around the TIM, and each
/// transmission only puts in the sequence number, the timestamp and the TIM. nl80211 hands beacons down in this form
/// (NL80211_ATTR_BEACON_HEAD and _TAIL), and mac80211 keeps them so. cf. ieee80211_beacon_get_ap()
class BeaconTemplate {
public:
    /// `head`: MAC header, fixed fields and the elements before the TIM; `tail`: the elements after it. EINVAL unless
    /// the head is that of a beacon and both consist of whole elements.
    [[nodiscard]] static Result<BeaconTemplate> from(ByteView head, ByteView tail);
    /// From a whole beacon, whose TIM (if it has one) is left out.
    [[nodiscard]] static Result<BeaconTemplate> parse(ByteView frame);

    [[nodiscard]] ByteView head() const noexcept { return head_; }
    [[nodiscard]] ByteView tail() const noexcept { return tail_; }

    /// Elements that the tail gets at its end: other offers of the MLD, counters … Replaces the tail.
    void set_tail(Bytes tail) { tail_ = std::move(tail); }
    void set_beacon_interval(std::uint16_t tus);
    void set_capabilities(const CapabilityInfo& capabilities);

    /// The frame as it goes out now.
    void append_to(ByteWriter& out, std::uint16_t sequence_number, std::uint64_t timestamp, const Tim& tim) const;

private:
    BeaconTemplate(Bytes head, Bytes tail) : head_(std::move(head)), tail_(std::move(tail)) {}
    [[nodiscard]] std::size_t fixed_at() const { return header_size(FrameControl{head_}); }

    Bytes head_;
    Bytes tail_;
};

}  // namespace mlosim::ieee80211
