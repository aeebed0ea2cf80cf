#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/link_id.h"
#include "mld/access_point_settings.h"
#include "sim/event_queue.h"

namespace mlosim::mld {

class ApPowerSave;

/// What a link is while its access point beacons (struct ieee80211_if_ap with wdev->links[].ap).
class ApLink {
public:
    explicit ApLink(AccessPointSettings settings);

    [[nodiscard]] const AccessPointSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::uint64_t beacons_sent() const noexcept { return beacons_sent_; }
    /// Beacons from the last one to the next with group traffic.
    [[nodiscard]] std::uint8_t dtim_count() const noexcept { return dtim_count_; }
    /// Its beacons are another's: it is a nontransmitted BSSID.
    [[nodiscard]] bool is_nontransmitted() const noexcept { return settings_.bssid_index != 0; }
    /// The last beacon's TIM announced group traffic.
    [[nodiscard]] bool announced_group_traffic() const noexcept { return announced_group_traffic_; }

    /// As if it had beaconed since the TSF was 0. cf. ieee80211_recalc_dtim()
    void recalculate_dtim(std::uint64_t tsf_us);
    void set_channel(const phy::ChannelDefinition& channel) { settings_.channel = channel; }
    /// An empty head, tail or probe response stays as it was. cf. ieee80211_assign_beacon()
    void change_beacon(const BeaconData& beacon);
    /// The next beacon, its DTIM count one lower: head, TIM, the nontransmitted BSSIDs, tail. (The driver stamps the
    /// TSF.) cf. ieee80211_beacon_get_ap()
    ieee80211::Bytes& next_beacon(const ApPowerSave* power_save, ieee80211::LinkId link = {});

    // A channel switch.

    /// Its beacons count down from now on. cf. ieee80211_set_csa_beacon()
    void begin_channel_switch(const ChannelSwitch& request);
    /// nullptr: none goes on.
    [[nodiscard]] const ChannelSwitch* channel_switch() const noexcept { return switch_ ? &switch_->request : nullptr; }
    /// What the counters of the last beacon said: those of frames that programs send say the same.
    [[nodiscard]] std::optional<std::uint8_t> countdown() const noexcept;
    /// The last beacon on the old channel was made. cf. ieee80211_beacon_cntdwn_is_complete()
    [[nodiscard]] bool countdown_is_over() const noexcept;
    void after_beacon(sim::Timer work) { after_beacon_ = std::move(work); }
    /// It goes when others are ready too.
    void set_ready_to_switch() { switch_->ready = true; }
    [[nodiscard]] bool is_ready_to_switch() const noexcept { return switch_ && switch_->ready; }
    /// It is over; gives what was asked for.
    ChannelSwitch end_channel_switch();

    // A change of the BSS color.

    /// Its beacons count down from now on. cf. ieee80211_set_color_change_beacon()
    void begin_color_change(const ColorChange& request);
    /// nullptr: none goes on.
    [[nodiscard]] const ColorChange* color_change() const noexcept { return color_ ? &color_->request : nullptr; }
    /// The last beacon with the old color was made.
    [[nodiscard]] bool color_countdown_is_over() const noexcept { return color_ && color_->counter <= 1; }
    ColorChange end_color_change();

private:
    struct Countdown {
        ChannelSwitch request;
        std::uint8_t counter = 0;
        bool ready = false;
    };
    struct ColorCountdown {
        ColorChange request;
        std::uint8_t counter = 0;
    };
    void count_down();
    void append_tim(ieee80211::ByteWriter& out, const ApPowerSave* power_save, ieee80211::LinkId link);

    AccessPointSettings settings_;
    ieee80211::Bytes bytes_;
    std::uint64_t beacons_sent_ = 0;
    std::uint8_t dtim_count_ = 0;
    bool announced_group_traffic_ = false;
    std::optional<Countdown> switch_;
    std::optional<ColorCountdown> color_;
    sim::Timer after_beacon_;
};

}  // namespace mlosim::mld
