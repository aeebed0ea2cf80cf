#pragma once

#include <cstdint>
#include <span>

#include "mld/access_point_settings.h"

namespace mlosim::mld {

/// A beacon's bytes, made once for many beacons: each time only the DTIM count is written anew. (The driver stamps the
/// TSF.)
class BeaconTemplate {
public:
    BeaconTemplate(const BeaconData& data, std::uint8_t dtim_period);

    /// Counts the DTIM down and gives the next beacon. cf. ieee80211_beacon_add_tim().
    std::span<const std::uint8_t> next();
    [[nodiscard]] std::uint8_t dtim_count() const noexcept { return dtim_count_; }
    void set_dtim_count(std::uint8_t count) noexcept { dtim_count_ = count; }

private:
    ieee80211::Bytes bytes_;
    std::size_t dtim_count_at_;
    std::uint8_t dtim_period_;
    std::uint8_t dtim_count_ = 0;
};

/// What a link is while its access point beacons (struct ieee80211_if_ap with wdev->links[].ap).
class ApLink {
public:
    explicit ApLink(AccessPointSettings settings);

    [[nodiscard]] const AccessPointSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::uint64_t beacons_sent() const noexcept { return beacons_sent_; }
    /// Beacons from the last one to the next with group traffic.
    [[nodiscard]] std::uint8_t dtim_count() const noexcept { return template_.dtim_count(); }

    void set_channel(const phy::ChannelDefinition& channel) { settings_.channel = channel; }
    void change_beacon(const BeaconData& beacon);
    std::span<const std::uint8_t> next_beacon();

private:
    AccessPointSettings settings_;
    BeaconTemplate template_;
    std::uint64_t beacons_sent_ = 0;
};

}  // namespace mlosim::mld
