#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "phy/regulatory.h"

namespace mlosim::phy {

/// enum ieee80211_channel_flags: what may not be done on a channel.
enum class ChannelFlag : std::uint32_t {
    disabled = 1U << 0,
    no_ir = 1U << 1,
    psd = 1U << 2,
    radar = 1U << 3,
    no_ht40_plus = 1U << 4,
    no_ht40_minus = 1U << 5,
    no_ofdm = 1U << 6,
    no_80mhz = 1U << 7,
    no_160mhz = 1U << 8,
    indoor_only = 1U << 9,
    ir_concurrent = 1U << 10,
    no_20mhz = 1U << 11,
    no_10mhz = 1U << 12,
    no_he = 1U << 13,
    no_uhr = 1U << 18,
    no_320mhz = 1U << 19,
    no_eht = 1U << 20,
    dfs_concurrent = 1U << 21,
    no_6ghz_vlp_client = 1U << 22,
    no_6ghz_afc_client = 1U << 23,
    can_monitor = 1U << 24,
    allow_6ghz_vlp_ap = 1U << 25,
    allow_20mhz_activity = 1U << 26,
    s1g_no_primary = 1U << 27,
    no_4mhz = 1U << 28,
    no_8mhz = 1U << 29,
    no_16mhz = 1U << 30,
};
using ChannelFlags = Flags<ChannelFlag>;

/// What regulation leaves of a channel (the changing part of struct ieee80211_channel).
struct ChannelConstraints {
    ChannelFlags flags;
    int max_power_dbm = 0;      ///< the smaller of the device's and the domain's; whole dBm, as the kernel keeps it
    int max_reg_power_dbm = 0;  ///< the domain's
    int max_antenna_gain_dbi = 0;
    std::uint32_t dfs_cac_ms = 0;
    std::int8_t psd = 0;

    friend bool operator==(const ChannelConstraints&, const ChannelConstraints&) = default;
};

/// What the radio itself can do on a channel, before any regulation (orig_flags, orig_mpwr, orig_mag).
struct DeviceLimits {
    ChannelFlags flags;
    int max_power_dbm = 0;  ///< 0: no limit of its own
    std::optional<int> max_antenna_gain_dbi;

    friend bool operator==(const DeviceLimits&, const DeviceLimits&) = default;
};

/// A channel of a radio's band, as the radio lists it.
struct RadioChannel {
    Channel channel;
    DeviceLimits device;
    ChannelConstraints now;

    /// A channel that no domain has been applied to yet.
    static RadioChannel make(Channel channel, DeviceLimits device = {});

    friend bool operator==(const RadioChannel&, const RadioChannel&) = default;
};

/// The constraints that `domain` puts on a channel; `before` shines through where the kernel leaves fields alone (a
/// channel that gets disabled keeps its power). Without the HT40 pass. cf. handle_channel(), map_regdom_flags(),
/// reg_rule_to_chan_bw_flags().
[[nodiscard]] ChannelConstraints channel_constraints(const RegulatoryDomain& domain, const Channel& channel,
                                                     const DeviceLimits& device = {},
                                                     const ChannelConstraints& before = {});

/// Who asked for the domain. cf. enum nl80211_reg_initiator.
enum class RegulatoryInitiator : std::uint8_t { core = 0, user = 1, driver = 2, country_ie = 3 };

/// Applies `domain` to all channels of one band, HT40 pass included. A country element that says nothing of a band
/// leaves its channels alone. `own` is the domain that the radio brought itself, if it did. cf.
/// wiphy_update_regulatory().
void apply_domain(const RegulatoryDomain& domain, std::span<RadioChannel> band_channels,
                  RegulatoryInitiator initiator = RegulatoryInitiator::core, const RegulatoryDomain* own = nullptr);

/// Whether every piece of `definition` is among `band_channels`, with none of `prohibited` and with the width allowed.
/// The regulatory half of cf. _cfg80211_chandef_usable(); whether the radio is able to is the caller's to ask.
[[nodiscard]] bool usable(const ChannelDefinition& definition, std::span<const RadioChannel> band_channels,
                          ChannelFlags prohibited = ChannelFlag::disabled);

}  // namespace mlosim::phy
