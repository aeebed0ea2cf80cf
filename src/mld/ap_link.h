#pragma once

#include <cstdint>
#include <span>

#include "mld/access_point_settings.h"

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
    ieee80211::Bytes& next_beacon(const ApPowerSave* power_save);

private:
    void append_tim(ieee80211::ByteWriter& out, const ApPowerSave* power_save);

    AccessPointSettings settings_;
    ieee80211::Bytes bytes_;
    std::uint64_t beacons_sent_ = 0;
    std::uint8_t dtim_count_ = 0;
    bool announced_group_traffic_ = false;
};

}  // namespace mlosim::mld
