#include "mld/ap_link.h"

#include "ieee80211/tim.h"
#include "sim/invariant.h"

namespace mlosim::mld {

BeaconTemplate::BeaconTemplate(const BeaconData& data, std::uint8_t dtim_period) : dtim_period_(dtim_period) {
    auto tim = ieee80211::Tim::from(0, dtim_period);
    MLOSIM_INVARIANT(tim.has_value(), "start_ap() has checked the DTIM period");
    bytes_.reserve(data.head.size() + 8 + data.tail.size());
    bytes_ = data.head;
    dtim_count_at_ = bytes_.size() + 2;
    ieee80211::ByteWriter out(bytes_);
    tim->append_to(out);
    out.bytes(data.tail);
}

std::span<const std::uint8_t> BeaconTemplate::next() {
    dtim_count_ = static_cast<std::uint8_t>((dtim_count_ == 0 ? dtim_period_ : dtim_count_) - 1);
    bytes_[dtim_count_at_] = dtim_count_;
    return bytes_;
}

ApLink::ApLink(AccessPointSettings settings)
    : settings_(std::move(settings)), template_(settings_.beacon, settings_.dtim_period) {}

void ApLink::change_beacon(const BeaconData& beacon) {
    settings_.beacon = beacon;
    const std::uint8_t count = template_.dtim_count();
    template_ = BeaconTemplate(beacon, settings_.dtim_period);
    template_.set_dtim_count(count);
}

std::span<const std::uint8_t> ApLink::next_beacon() {
    ++beacons_sent_;
    return template_.next();
}

}  // namespace mlosim::mld
