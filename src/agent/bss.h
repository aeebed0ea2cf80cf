#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/network_settings.h"
#include "ieee80211/mac_address.h"
#include "mld/radio_profile.h"
#include "mld/wiphy.h"
#include "phy/channel_constraints.h"
#include "phy/regulatory.h"

namespace mlosim::agent {

/// Another BSS that the beacons describe besides their own.
struct NontransmittedBss {
    std::uint8_t index = 1;  ///< Multiple BSSID-Index
    ieee80211::Ssid ssid;
    Security security = Security::open;
};

/// The AP MLD that a BSS is a link of.
struct Affiliation {
    ieee80211::MacAddress mld_addr;
    ieee80211::LinkId link;
    unsigned links = 1;  ///< of the whole MLD
    /// BSS Parameters Change Count, 802.11be 35.3.10.
    std::uint8_t change_count = 0;
    /// It rests: an advertised TID-to-link mapping leaves no TID on it.
    bool disabled = false;
};

/// The BSS that stations with OWE, or those without, are to use instead: OWE transition mode.
struct OwePartner {
    ieee80211::MacAddress bssid;
    ieee80211::Ssid ssid;
    phy::ChannelDefinition channel;
};

/// A BSS that is about to leave its channel.
struct PendingSwitch {
    phy::ChannelDefinition to;
    std::uint8_t beacons = 0;  ///< until then
    bool quiet = false;
};

/// A BSS that is about to take another color.
struct PendingColor {
    std::uint8_t color = 1;
    std::uint8_t beacons = 0;  ///< until then
};

/// Everything that decides what one BSS's frames say of it.
struct Bss {
    const mld::RadioProfile* radio = nullptr;
    /// Every band's channels, with what regulation leaves of them now.
    std::span<const mld::BandChannels> bands;
    std::optional<phy::Alpha2> country;  ///< none in the world domain

    ieee80211::MacAddress bssid;
    phy::ChannelDefinition channel;
    ieee80211::Ssid ssid;
    mld::HiddenSsid hidden = mld::HiddenSsid::not_hidden;
    Security security = Security::open;
    /// The handshake that has to follow an association is played.
    bool plays_handshake = false;
    /// SAE with hash-to-element alone (802.11-2020 12.4.4.1): a membership selector keeps others out.
    bool hash_to_element_only = false;
    std::uint16_t beacon_interval = 100;  ///< TU
    std::uint8_t dtim_period = 2;
    unsigned tbtt_offset = 0;  ///< TU after the multiples of the interval
    std::uint8_t color = 1;    ///< 1..63
    std::optional<Affiliation> mld;
    std::optional<std::uint16_t> mobility_domain;  ///< MDID
    std::optional<OwePartner> owe_partner;
    /// The MLD's beacons tell of something that is new (802.11be 35.3.10: the Critical Update Flag).
    bool critical_update = false;
    std::optional<PendingSwitch> switching;
    std::optional<PendingColor> recoloring;
    std::vector<NontransmittedBss> nontransmitted;

    [[nodiscard]] phy::Band band() const { return channel.band(); }
    [[nodiscard]] const mld::BandCapabilities& capabilities() const;
    /// Of its band for access points; nullptr for radios before 802.11ax.
    [[nodiscard]] const mld::InterfaceCapabilities* ap_capabilities() const;
    [[nodiscard]] std::span<const phy::RadioChannel> band_channels() const;
    /// The constraints of its primary channel.
    [[nodiscard]] const phy::ChannelConstraints& constraints() const;
    /// n of a set of 2^n BSSIDs; 0 without other BSSs.
    [[nodiscard]] std::uint8_t max_bssid_indicator() const;
};

}  // namespace mlosim::agent
