#include "mld/ap_link.h"

#include "ieee80211/tim.h"
#include "mld/power_save.h"

namespace mlosim::mld {

ApLink::ApLink(AccessPointSettings settings) : settings_(std::move(settings)) {}

void ApLink::recalculate_dtim(std::uint64_t tsf_us) {
    constexpr std::uint64_t us_per_tu = 1024;
    const std::uint64_t beacons = tsf_us / (settings_.beacon_interval * us_per_tu);
    const auto since_dtim = static_cast<std::uint8_t>(beacons % settings_.dtim_period);
    dtim_count_ = since_dtim == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(settings_.dtim_period - since_dtim);
}

void ApLink::change_beacon(const BeaconData& beacon) {
    BeaconData next = beacon;
    if (next.head.empty()) next.head = settings_.beacon.head;
    if (next.tail.empty()) next.tail = settings_.beacon.tail;
    if (next.probe_response.empty()) next.probe_response = settings_.beacon.probe_response;
    settings_.beacon = std::move(next);
}

ieee80211::Bytes& ApLink::next_beacon(const ApPowerSave* power_save, ieee80211::LinkId link) {
    count_down();
    const BeaconData& data = settings_.beacon;
    dtim_count_ = static_cast<std::uint8_t>((dtim_count_ == 0 ? settings_.dtim_period : dtim_count_) - 1);
    bytes_.clear();
    ieee80211::ByteWriter out(bytes_);
    out.bytes(data.head);
    append_tim(out, power_save, link);
    if (const std::size_t n = data.multiple_bssid_elements.size(); n != 0)
        out.bytes(data.multiple_bssid_elements[beacons_sent_ % n]);
    out.bytes(data.tail);
    if (power_save != nullptr)
        if (const auto indication = power_save->traffic_indication(link)) indication->append_to(out);
    ++beacons_sent_;
    return bytes_;
}

void ApLink::begin_channel_switch(const ChannelSwitch& request) {
    switch_ = Countdown{request, request.count, false};
    if (request.count > 1) change_beacon(request.beacon_during);
}

// cf. ieee80211_beacon_update_cntdwn(), ieee80211_set_beacon_cntdwn()
void ApLink::count_down() {
    if (color_ && color_->counter > 1) {
        --color_->counter;
        settings_.beacon.tail[color_->request.beacon_counter_offset] = color_->counter;
        if (const auto at = color_->request.probe_response_counter_offset)
            settings_.beacon.probe_response[*at] = color_->counter;
    }
    if (!switch_ || switch_->counter <= 1) return;
    --switch_->counter;
    for (const std::uint16_t at : switch_->request.beacon_counter_offsets)
        settings_.beacon.tail[at] = switch_->counter;
    for (const std::uint16_t at : switch_->request.probe_response_counter_offsets)
        settings_.beacon.probe_response[at] = switch_->counter;
}

std::optional<std::uint8_t> ApLink::countdown() const noexcept {
    return switch_ ? std::optional(switch_->counter) : std::nullopt;
}

bool ApLink::countdown_is_over() const noexcept {
    return switch_ && switch_->counter <= 1 && !switch_->ready;
}

ChannelSwitch ApLink::end_channel_switch() {
    ChannelSwitch out = std::move(switch_->request);
    switch_.reset();
    return out;
}

void ApLink::begin_color_change(const ColorChange& request) {
    color_ = ColorCountdown{request, request.count};
    if (request.count > 1) change_beacon(request.beacon_during);
}

ColorChange ApLink::end_color_change() {
    ColorChange out = std::move(color_->request);
    color_.reset();
    return out;
}

void ApLink::append_tim(ieee80211::ByteWriter& out, const ApPowerSave* power_save, ieee80211::LinkId link) {
    if (power_save == nullptr || power_save->has_nothing_to_announce()) {
        announced_group_traffic_ = false;
        out.u8(ieee80211::element::tim.id);
        out.u8(4);
        out.u8(dtim_count_);
        out.u8(settings_.dtim_period);
        out.u16le(0);
        return;
    }
    const ieee80211::Tim tim = power_save->tim(dtim_count_, settings_.dtim_period, link);
    announced_group_traffic_ = tim.group_traffic();
    tim.append_to(out);
}

}  // namespace mlosim::mld
