#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ieee80211/byte_io.h"
#include "mld/interface_type.h"
#include "phy/band.h"
#include "phy/channel_constraints.h"
#include "phy/flags.h"
#include "phy/units.h"

namespace mlosim::mld {

/// 802.11 9.4.2.55, as a driver states it (struct ieee80211_sta_ht_cap).
struct HtCapabilities {
    std::uint16_t capabilities = 0;
    std::uint8_t ampdu_factor = 0;
    std::uint8_t ampdu_density = 0;
    std::array<std::uint8_t, 16> mcs{};
    friend bool operator==(const HtCapabilities&, const HtCapabilities&) = default;
};

/// 802.11 9.4.2.157.
struct VhtCapabilities {
    std::uint32_t capabilities = 0;
    std::array<std::uint8_t, 8> mcs{};
    friend bool operator==(const VhtCapabilities&, const VhtCapabilities&) = default;
};

/// 802.11ax 9.4.2.248: the fields as they go over the air. `mcs` holds all three width classes, unused ones 0xffff.
struct HeCapabilities {
    std::array<std::uint8_t, 6> mac{};
    std::array<std::uint8_t, 11> phy{};
    std::array<std::uint8_t, 12> mcs{};
    std::array<std::uint8_t, 25> ppe{};
    friend bool operator==(const HeCapabilities&, const HeCapabilities&) = default;
};

/// 802.11be 9.4.2.313. `mcs` is as long as the widths of the HE and EHT capabilities make it, `ppe` may be empty.
struct EhtCapabilities {
    std::array<std::uint8_t, 2> mac{};
    std::array<std::uint8_t, 9> phy{};
    ieee80211::Bytes mcs;
    ieee80211::Bytes ppe;
    friend bool operator==(const EhtCapabilities&, const EhtCapabilities&) = default;
};

/// 802.11bn: listed because mac80211_hwsim lists it; nothing here uses it.
struct UhrCapabilities {
    std::array<std::uint8_t, 6> mac{};
    std::array<std::uint8_t, 5> phy{};
    friend bool operator==(const UhrCapabilities&, const UhrCapabilities&) = default;
};

/// Likewise listed only, 802.11ah.
struct S1gCapabilities {
    std::array<std::uint8_t, 10> capabilities{};
    std::array<std::uint8_t, 5> mcs{};
    friend bool operator==(const S1gCapabilities&, const S1gCapabilities&) = default;
};

/// What interfaces of some types can do in a band (struct ieee80211_sband_iftype_data).
struct InterfaceCapabilities {
    InterfaceTypes types;
    std::optional<HeCapabilities> he;
    std::optional<std::uint16_t> he_6ghz;  ///< 802.11ax 9.4.2.263
    std::optional<EhtCapabilities> eht;
    std::optional<UhrCapabilities> uhr;
    friend bool operator==(const InterfaceCapabilities&, const InterfaceCapabilities&) = default;
};

/// A legacy rate.
struct BitRate {
    std::uint16_t hundred_kbps = 0;
    bool short_preamble = false;
    friend bool operator==(const BitRate&, const BitRate&) = default;
};

/// A channel that the radio lists, and what its hardware allows there before any regulation.
struct ProfileChannel {
    phy::Channel channel;
    phy::DeviceLimits limits;
    friend bool operator==(const ProfileChannel&, const ProfileChannel&) = default;
};

/// One band of a radio (struct ieee80211_supported_band).
struct BandCapabilities {
    phy::Band band = phy::Band::ghz2_4;
    std::vector<ProfileChannel> channels;
    std::vector<BitRate> rates;
    std::optional<HtCapabilities> ht;
    std::optional<VhtCapabilities> vht;
    std::vector<InterfaceCapabilities> interfaces;
    std::optional<S1gCapabilities> s1g;

    /// The entry that holds for `type`, or none. cf. ieee80211_get_sband_iftype_data().
    [[nodiscard]] const InterfaceCapabilities* for_type(InterfaceType type) const;
    friend bool operator==(const BandCapabilities&, const BandCapabilities&) = default;
};

struct InterfaceLimit {
    std::uint32_t max = 0;
    InterfaceTypes types;
    friend bool operator==(const InterfaceLimit&, const InterfaceLimit&) = default;
};

/// struct ieee80211_iface_combination.
struct InterfaceCombination {
    std::vector<InterfaceLimit> limits;
    std::uint32_t channels = 1;
    std::uint32_t max_interfaces = 0;
    bool beacon_interval_must_match = false;
    std::uint32_t radar_detect_widths = 0;   ///< bit n: enum nl80211_chan_width n
    std::uint32_t radar_detect_regions = 0;  ///< bit n: enum nl80211_dfs_regions n
    std::uint32_t beacon_interval_min_gcd = 0;
    friend bool operator==(const InterfaceCombination&, const InterfaceCombination&) = default;
};

/// One of the radios inside a wiphy (struct wiphy_radio).
struct WiphyRadio {
    phy::Frequency from;
    phy::Frequency to;
    std::vector<InterfaceCombination> combinations;
    std::uint32_t antenna_mask = 0;  ///< 0: not stated
    friend bool operator==(const WiphyRadio&, const WiphyRadio&) = default;
};

/// Which management frames programs may send and register for: bit n is subtype n (struct ieee80211_txrx_stypes).
struct ManagementFrames {
    std::uint16_t tx = 0;
    std::uint16_t rx = 0;
    friend bool operator==(const ManagementFrames&, const ManagementFrames&) = default;
};

/// The Extended Capabilities element and the bits of it that the driver sets, all interfaces.
struct ExtendedCapabilities {
    ieee80211::Bytes value;
    ieee80211::Bytes mask;
    friend bool operator==(const ExtendedCapabilities&, const ExtendedCapabilities&) = default;
};

/// The same for one interface type, with its multi-link capabilities (struct wiphy_iftype_ext_capab).
struct InterfaceExtendedCapabilities {
    InterfaceType type = InterfaceType::station;
    ExtendedCapabilities extended;
    std::uint16_t eml = 0;      ///< 802.11be 9.4.2.321.2.3
    std::uint16_t mld = 0;      ///< 802.11be 9.4.2.321.2.4
    std::uint16_t ext_mld = 0;  ///< 0: not stated
    friend bool operator==(const InterfaceExtendedCapabilities&, const InterfaceExtendedCapabilities&) = default;
};

/// Packet patterns for wake-up and coalescing.
struct PatternSupport {
    std::uint32_t max_patterns = 0;
    std::uint32_t min_length = 0;
    std::uint32_t max_length = 0;
    std::uint32_t max_offset = 0;
    friend bool operator==(const PatternSupport&, const PatternSupport&) = default;
};

/// Reasons to wake up, with the attribute numbers of enum nl80211_wowlan_triggers.
struct WowlanSupport {
    std::vector<std::uint8_t> triggers;
    PatternSupport patterns;
    std::optional<std::uint32_t> net_detect_match_sets;
    friend bool operator==(const WowlanSupport&, const WowlanSupport&) = default;
};

struct CoalesceSupport {
    std::uint32_t max_rules = 0;
    std::uint32_t max_delay_ms = 0;
    PatternSupport patterns;
    friend bool operator==(const CoalesceSupport&, const CoalesceSupport&) = default;
};

/// Frequency ranges with a transmit power limit of their own.
struct SarSupport {
    struct Range {
        std::uint32_t from_mhz = 0;
        std::uint32_t to_mhz = 0;
        friend bool operator==(const Range&, const Range&) = default;
    };
    std::uint32_t type = 0;
    std::vector<Range> ranges;
    friend bool operator==(const SarSupport&, const SarSupport&) = default;
};

struct VendorCommand {
    std::uint32_t oui = 0;
    std::uint32_t subcommand = 0;
    friend bool operator==(const VendorCommand&, const VendorCommand&) = default;
};

/// What a wiphy is able to as a whole (part of enum wiphy_flags, as far as nl80211 tells it).
enum class WiphyFlag : std::uint32_t {
    multi_link = 1U << 0,
    ibss_rsn = 1U << 1,
    mesh_auth = 1U << 2,
    ap_uapsd = 1U << 3,
    roaming_in_firmware = 1U << 4,
    tdls = 1U << 5,
    tdls_external_setup = 1U << 6,
    control_port_protocol = 1U << 7,
    offchannel_tx = 1U << 8,
    remain_on_channel = 1U << 9,
    channel_switch = 1U << 10,
    four_address_ap = 1U << 11,
    four_address_station = 1U << 12,
    power_save_by_default = 1U << 13,
    self_managed_regulatory = 1U << 14,
    power_save = 1U << 15,         ///< mac80211's SUPPORTS_PS
    antenna_selection = 1U << 16,  ///< the driver has set_antenna
    coverage_class = 1U << 17,     ///< the driver has set_coverage_class
    rx_chains_in_survey = 1U << 18,
};
using WiphyFlags = phy::Flags<WiphyFlag>;

/// Who walks the channels of a scan: the driver (channel contexts, any number of links at once), or mac80211 itself,
/// which leaves the operating channel for each.
enum class ScanStyle : std::uint8_t { hardware, software };

/// What GET_SURVEY tells.
enum class SurveyStyle : std::uint8_t {
    none,
    scanned_channels,  ///< the channels that the last scans visited, with active and busy time (mac80211_hwsim)
    all_channels,      ///< every channel that the radio has (mt76)
};

struct ScanLimits {
    ScanStyle style = ScanStyle::hardware;
    std::uint8_t max_ssids = 4;
    std::uint16_t max_ie_length = 0;
    /// 6 GHz is scanned after the other bands, and only where they say that there is something
    /// (WIPHY_FLAG_SPLIT_SCAN_6GHZ).
    bool split_6ghz = false;
    /// The driver sweeps over several bands at once (IEEE80211_HW_SINGLE_SCAN_ON_ALL_BANDS).
    bool all_bands_at_once = false;
    friend bool operator==(const ScanLimits&, const ScanLimits&) = default;
};

struct ScheduledScanLimits {
    std::uint32_t max_requests = 0;
    std::uint8_t max_ssids = 0;
    std::uint16_t max_ie_length = 0;
    std::uint8_t max_match_sets = 0;
    std::uint32_t max_plans = 1;
    std::uint32_t max_plan_interval = 0xffffffff;
    std::uint32_t max_plan_iterations = 0;
    friend bool operator==(const ScheduledScanLimits&, const ScheduledScanLimits&) = default;
};

/// Intermediate transmit queues with FQ-CoDel.
struct TxqLimits {
    std::uint32_t packets = 8192;
    std::uint32_t memory_bytes = 16U << 20;
    std::uint32_t quantum_bytes = 300;
    std::uint32_t max_flows = 4096;
    friend bool operator==(const TxqLimits&, const TxqLimits&) = default;
};

struct MbssidSupport {
    std::uint8_t max_interfaces = 0;
    std::uint8_t max_ema_periodicity = 0;
    friend bool operator==(const MbssidSupport&, const MbssidSupport&) = default;
};

/// enum nl80211_ext_feature_index of Linux 7.2 has 75 entries.
inline constexpr std::size_t ext_feature_count = 75;

/// Choices that MAC80211_HWSIM NEW_RADIO offers for a radio (struct hwsim_new_radio_params).
struct RadioOptions {
    bool multi_link = true;         ///< mlo=1
    unsigned channels = 1;          ///< channels that can be in use at once
    bool channel_contexts = false;  ///< even where one channel would do without (USE_CHANCTX)
    bool p2p_device = false;
    bool multi_radio = false;  ///< one radio per band inside the wiphy
    bool background_radar = true;
    std::optional<InterfaceTypes> interface_types;
    std::optional<std::vector<std::uint32_t>> ciphers;
};

/// The standing capabilities of a radio: all that GET_WIPHY tells, except what changes while it runs. Values only;
/// docs/radio-profiles.md describes the JSON they are read from.
struct RadioProfile {
    std::string name;
    std::string description;

    WiphyFlags flags;
    ScanLimits scan;
    ScheduledScanLimits scheduled_scan;
    SurveyStyle survey = SurveyStyle::none;
    std::uint8_t retry_short = 7;
    std::uint8_t retry_long = 4;
    std::optional<std::uint32_t> fragmentation_threshold;  ///< none: off
    std::optional<std::uint32_t> rts_threshold;            ///< none: off
    std::uint8_t max_pmkids = 0;
    std::uint16_t max_akms_per_connection = 2;
    std::uint32_t max_remain_on_channel_ms = 0;
    std::uint8_t max_csa_counters = 0;
    std::uint32_t max_ap_stations = 0;  ///< 0: not stated
    std::uint32_t antennas_tx = 0;      ///< masks; 0: not stated
    std::uint32_t antennas_rx = 0;
    unsigned channel_contexts = 1;  ///< channels that can be in use at once

    std::vector<std::uint32_t> ciphers;  ///< suite selectors, 0x000fac04 = CCMP-128
    std::vector<std::uint32_t> akms;     ///< empty: not stated
    InterfaceTypes interface_types;
    InterfaceTypes software_interface_types;
    std::vector<InterfaceCombination> combinations;
    std::vector<WiphyRadio> radios;  ///< empty: one radio
    std::vector<BandCapabilities> bands;

    std::vector<std::uint8_t> commands;  ///< supported nl80211 commands in the order they are told
    std::uint32_t features = 0;          ///< enum nl80211_feature_flags
    std::bitset<ext_feature_count> ext_features;
    std::uint32_t bss_parameters =
        0;  ///< bit n: the n-th of the attributes that SET_BSS takes (enum wiphy_bss_param_flags)
    std::uint32_t bss_select = 0;  ///< bit n: enum nl80211_bss_select_attr n
    ieee80211::Bytes ht_override_mask;
    ieee80211::Bytes vht_override_mask;
    ExtendedCapabilities extended_capabilities;
    std::vector<InterfaceExtendedCapabilities> interface_extended_capabilities;
    std::array<ManagementFrames, nl80211_interface_types> management_frames{};
    std::optional<WowlanSupport> wowlan;
    std::optional<CoalesceSupport> coalesce;
    std::optional<SarSupport> sar;
    std::vector<VendorCommand> vendor_commands;
    std::vector<VendorCommand> vendor_events;
    TxqLimits txq;
    MbssidSupport mbssid;
    /// Pairs of bands so near to each other that a station MLD cannot send in one while it receives in the other.
    std::vector<std::array<phy::Band, 2>> nstr_bands;
    /// The addresses that the radio owns, each as a change (exclusive or) of its first address's first octet.
    std::vector<std::uint8_t> addresses{0};

    [[nodiscard]] const BandCapabilities* band(phy::Band band) const;
    [[nodiscard]] bool has(WiphyFlag flag) const { return flags.has(flag); }
    [[nodiscard]] bool supports_command(std::uint8_t command) const;
    /// The multi-link and extended capabilities of a type, or none.
    [[nodiscard]] const InterfaceExtendedCapabilities* extended_for(InterfaceType type) const;

    /// This radio with the choices of NEW_RADIO. cf. mac80211_hwsim_new_radio().
    [[nodiscard]] RadioProfile with(const RadioOptions& options) const;
    /// This radio as one whose stations tell that their links can share one radio, with these delays as EML
    /// Capabilities encodes them.
    [[nodiscard]] RadioProfile with_emlsr(std::uint8_t padding, std::uint8_t transition) const;
    [[nodiscard]] bool is_nstr_pair(phy::Band a, phy::Band b) const;

    friend bool operator==(const RadioProfile&, const RadioProfile&) = default;
};

}  // namespace mlosim::mld
