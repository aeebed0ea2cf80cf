#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "phy/channel.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// The elements of one beacon or probe response and its timestamp (struct cfg80211_bss_ies).
struct BssElements {
    ieee80211::Bytes bytes;
    std::uint64_t tsf = 0;
    bool from_beacon = false;
};

/// How the table came to know a BSS (enum bss_source_type).
enum class BssSource : std::uint8_t { direct, mbssid, sta_profile };

/// What an entry may be used for (enum nl80211_bss_use_for), and why not (enum nl80211_bss_cannot_use_reasons).
inline constexpr std::uint32_t bss_use_for_normal = 1U << 0;
inline constexpr std::uint32_t bss_use_for_mld_link = 1U << 1;
inline constexpr std::uint32_t bss_use_for_all = bss_use_for_normal | bss_use_for_mld_link;
inline constexpr std::uint64_t bss_cannot_use_nstr_nonprimary = 1U << 0;
inline constexpr std::uint64_t bss_cannot_use_6ghz_power_mismatch = 1U << 1;

/// An access point as a scan found it (struct cfg80211_bss with cfg80211_internal_bss). GET_SCAN tells all of it.
struct Bss {
    ieee80211::MacAddress bssid;
    phy::Channel channel;
    std::uint16_t beacon_interval = 0;  ///< TU
    std::uint16_t capability = 0;
    /// The last received of each kind; a hidden network's probe response entries share its beacon's.
    std::shared_ptr<const BssElements> beacon;
    std::shared_ptr<const BssElements> probe_response;
    /// The one of both that counts: the probe response as soon as there was one.
    std::shared_ptr<const BssElements> elements;
    std::int32_t signal_mbm = 0;
    /// When it was last heard; entries last 30 s.
    sim::Time last_seen;
    /// When the frame came in, for the user (LAST_SEEN_BOOTTIME); not set for entries without a frame of their own.
    std::optional<sim::Time> boottime;
    std::uint64_t parent_tsf = 0;
    ieee80211::MacAddress parent_bssid;
    std::uint32_t use_for = bss_use_for_all;
    std::uint64_t cannot_use_reasons = 0;
    BssSource source = BssSource::direct;
    /// An Extended Channel Switch Announcement in its probe responses never ends and is not believed.
    bool probe_response_switch_stuck = false;
    std::uint8_t bssid_index = 0;
    std::uint8_t max_bssid_indicator = 0;
    /// The entry whose frames carry this one (multiple BSSID).
    const Bss* transmitted = nullptr;
    /// The entry with the beacon that hides this one's SSID.
    const Bss* hidden_beacon = nullptr;
    /// In use by a connection: it does not age.
    unsigned hold = 0;

    /// From `elements`; nothing if they have no SSID element.
    [[nodiscard]] std::optional<ieee80211::Ssid> ssid() const;
};

}  // namespace mlosim::mld
