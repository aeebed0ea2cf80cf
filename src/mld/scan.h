#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "phy/channel_constraints.h"
#include "phy/flags.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

class Wdev;

/// enum nl80211_scan_flags.
enum class ScanFlag : std::uint32_t {
    low_priority = 1U << 0,
    flush = 1U << 1,
    ap = 1U << 2,
    random_address = 1U << 3,
    fils_max_channel_time = 1U << 4,
    accept_broadcast_probe_response = 1U << 5,
    oce_high_tx_rate = 1U << 6,
    oce_deferral_suppression = 1U << 7,
    low_span = 1U << 8,
    low_power = 1U << 9,
    high_accuracy = 1U << 10,
    random_sequence = 1U << 11,
    min_probe_content = 1U << 12,
    frequency_khz = 1U << 13,
    colocated_6ghz = 1U << 14,
};
using ScanFlags = phy::Flags<ScanFlag>;

/// What a program asks for with TRIGGER_SCAN (struct cfg80211_scan_request).
struct ScanRequest {
    /// Probed for on channels that allow it; none: listen only.
    std::vector<ieee80211::Ssid> ssids;
    /// Channels by their centers; none: all that are enabled. Disabled ones are left out, unknown ones are an error.
    std::vector<phy::Frequency> frequencies;
    ieee80211::Bytes elements;  ///< added to probe requests
    /// Rates in units of 500 kb/s to announce in a band, where they are not all (SCAN_SUPP_RATES).
    struct Rates {
        phy::Band band = phy::Band::ghz2_4;
        ieee80211::Bytes units_of_500_kbps;
        friend bool operator==(const Rates&, const Rates&) = default;
    };
    std::vector<Rates> rates;
    ScanFlags flags;
    std::uint16_t duration_tu = 0;  ///< 0: the radio's own
    bool duration_mandatory = false;
    bool no_cck = false;
    ieee80211::MacAddress bssid = ieee80211::MacAddress::broadcast();
    /// With ScanFlag::random_address: the address' bits where the mask has ones, random bits elsewhere.
    /// The default: any locally administered individual address.
    ieee80211::MacAddress random_address{{0x02, 0, 0, 0, 0, 0}};
    ieee80211::MacAddress random_mask{{0x03, 0, 0, 0, 0, 0}};
    std::optional<ieee80211::LinkId> tsf_report_link;
};

/// A 6 GHz access point that a neighbor report named (struct cfg80211_scan_6ghz_params).
struct Colocated6GHz {
    phy::Channel channel;
    ieee80211::MacAddress bssid;
    std::optional<std::uint32_t> short_ssid;
    bool unsolicited_probe_responses = false;
    bool psc_no_listen = false;
    std::int8_t psd_20 = 127;
    friend bool operator==(const Colocated6GHz&, const Colocated6GHz&) = default;
};

/// A scan that runs or has just ended: the request with everything resolved.
struct Scan {
    Wdev* wdev = nullptr;
    ScanRequest request;
    /// In the order in which they were asked for, or the bands' order: what the events list.
    std::vector<phy::Channel> channels;
    sim::Time started;
    bool aborted = false;
    std::optional<std::uint64_t> start_tsf;
    ieee80211::MacAddress tsf_bssid;
};

/// One sweep that a driver does by itself: over one band, or over all of its part where the driver wants it so (struct
/// ieee80211_scan_request).
struct DriverScan {
    std::vector<phy::RadioChannel> channels;
    std::vector<ieee80211::Ssid> ssids;
    /// Everything after the SSID element of a probe request, in each band that has channels here.
    struct Elements {
        phy::Band band = phy::Band::ghz2_4;
        ieee80211::Bytes bytes;
    };
    std::vector<Elements> probe_elements;
    /// Those of a band that has channels here.
    [[nodiscard]] const ieee80211::Bytes& elements_of(phy::Band band) const;
    ieee80211::MacAddress sender;
    ieee80211::MacAddress bssid;
    std::uint16_t duration_tu = 0;
    bool duration_mandatory = false;
    std::vector<Colocated6GHz> colocated;
};

}  // namespace mlosim::mld
