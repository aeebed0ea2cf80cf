#pragma once

#include <array>
#include <optional>
#include <vector>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/inline_bytes.h"

/// The small elements of a BSS: fixed fields, nothing to look at that is not a member.
namespace mlosim::ieee80211 {

/// DSSS Parameter Set element, 802.11-2020 9.4.2.4: the channel a 2.4 GHz beacon was sent on.
struct DsssParameterSet {
    static constexpr ElementType type = element::dsss_parameter_set;
    std::uint8_t channel = 0;

    [[nodiscard]] static Result<DsssParameterSet> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const DsssParameterSet&, const DsssParameterSet&) = default;
};

/// Power Constraint element, 802.11-2020 9.4.2.13: what to subtract from the country's maximum power.
struct PowerConstraint {
    static constexpr ElementType type = element::power_constraint;
    std::uint8_t local_db = 0;

    [[nodiscard]] static Result<PowerConstraint> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const PowerConstraint&, const PowerConstraint&) = default;
};

/// Power Capability element, 802.11-2020 9.4.2.14: what a station that associates can send with.
struct PowerCapability {
    static constexpr ElementType type = element::power_capability;
    std::int8_t min_dbm = 0;
    std::int8_t max_dbm = 0;

    [[nodiscard]] static Result<PowerCapability> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const PowerCapability&, const PowerCapability&) = default;
};

/// TPC Report element, 802.11-2020 9.4.2.16.
struct TpcReport {
    static constexpr ElementType type = element::tpc_report;
    std::int8_t transmit_power_dbm = 0;
    std::int8_t link_margin_db = 0;

    [[nodiscard]] static Result<TpcReport> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const TpcReport&, const TpcReport&) = default;
};

/// Channel Switch Announcement element, 802.11-2020 9.4.2.18.
struct ChannelSwitchAnnouncement {
    static constexpr ElementType type = element::channel_switch_announcement;
    std::uint8_t mode = 0;  // 1: send nothing until the switch
    std::uint8_t new_channel = 0;
    std::uint8_t count = 0;  // beacons until the switch

    [[nodiscard]] static Result<ChannelSwitchAnnouncement> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const ChannelSwitchAnnouncement&, const ChannelSwitchAnnouncement&) = default;
};

/// Extended Channel Switch Announcement element, 802.11-2020 9.4.2.52.
struct ExtendedChannelSwitchAnnouncement {
    static constexpr ElementType type = element::extended_channel_switch_announcement;
    std::uint8_t mode = 0;
    std::uint8_t operating_class = 0;
    std::uint8_t new_channel = 0;
    std::uint8_t count = 0;

    [[nodiscard]] static Result<ExtendedChannelSwitchAnnouncement> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const ExtendedChannelSwitchAnnouncement&,
                           const ExtendedChannelSwitchAnnouncement&) = default;
};

/// ERP element, 802.11-2020 9.4.2.11.
struct Erp : BitString<1, Erp> {
    static constexpr ElementType type = element::erp;
    using BitString::BitString;
    static constexpr Field non_erp_present{0};
    static constexpr Field use_protection{1};
    static constexpr Field barker_preamble{2};

    [[nodiscard]] static Result<Erp> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

/// BSS Load element, 802.11-2020 9.4.2.27.
struct BssLoad {
    static constexpr ElementType type = element::bss_load;
    std::uint16_t station_count = 0;
    std::uint8_t channel_utilization = 0;            // 255: busy all the time
    std::uint16_t available_admission_capacity = 0;  // units of 32 us/s

    [[nodiscard]] static Result<BssLoad> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const BssLoad&, const BssLoad&) = default;
};

/// BSS Max Idle Period element, 802.11-2020 9.4.2.78.
struct BssMaxIdlePeriod {
    static constexpr ElementType type = element::bss_max_idle_period;
    std::uint16_t period = 0;  // units of 1000 TU
    std::uint8_t options = 0;  // bit 0: only protected frames keep the association alive

    [[nodiscard]] static Result<BssMaxIdlePeriod> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const BssMaxIdlePeriod&, const BssMaxIdlePeriod&) = default;
};

/// Timeout Interval element, 802.11-2020 9.4.2.48: the association comeback time among others.
struct TimeoutInterval {
    static constexpr ElementType type = element::timeout_interval;
    static constexpr std::uint8_t association_comeback = 3;
    std::uint8_t kind = 0;
    std::uint32_t value = 0;  // TU for the comeback time

    [[nodiscard]] static Result<TimeoutInterval> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const TimeoutInterval&, const TimeoutInterval&) = default;
};

/// Operating Mode Notification element, 802.11-2020 9.4.2.165.
struct OperatingModeNotification : BitString<1, OperatingModeNotification> {
    static constexpr ElementType type = element::operating_mode_notification;
    using BitString::BitString;
    static constexpr Field channel_width{0, 2};
    static constexpr Field width_160_or_80p80{2};
    static constexpr Field no_ldpc{3};
    static constexpr Field rx_nss_minus_1{4, 3};
    static constexpr Field rx_nss_type{7};

    [[nodiscard]] static Result<OperatingModeNotification> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

/// Supported Operating Classes element, 802.11-2020 9.4.2.53: the current one, then the list as its sender gave it
/// (which may end in the delimited extension sequences of that clause, kept as they are).
struct SupportedOperatingClasses {
    static constexpr ElementType type = element::supported_operating_classes;
    std::uint8_t current = 0;
    InlineBytes<254> others;

    [[nodiscard]] static Result<SupportedOperatingClasses> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const SupportedOperatingClasses&, const SupportedOperatingClasses&) = default;
};

/// Management MIC element, 802.11-2020 9.4.2.54: what protects group addressed management frames and beacons.
struct ManagementMic {
    static constexpr ElementType type = element::management_mic;
    static constexpr std::uint64_t max_packet_number = 0xffffffffffffULL;

    /// `mic`: 8 octets (BIP-CMAC-128) or 16 (the other BIP ciphers); `packet_number` has 48 bits. EINVAL otherwise.
    [[nodiscard]] static Result<ManagementMic> from(std::uint16_t key_id, std::uint64_t packet_number, ByteView mic);
    [[nodiscard]] static Result<ManagementMic> parse(ByteView body);

    [[nodiscard]] std::uint16_t key_id() const noexcept { return key_id_; }
    [[nodiscard]] std::uint64_t packet_number() const noexcept { return packet_number_; }
    [[nodiscard]] ByteView mic() const noexcept { return mic_.view(); }

    void append_to(ByteWriter& out) const;
    friend bool operator==(const ManagementMic&, const ManagementMic&) = default;

private:
    std::uint16_t key_id_ = 0;
    std::uint64_t packet_number_ = 0;
    InlineBytes<16> mic_;
};

/// Mesh ID element, 802.11-2020 9.4.2.98: 0..32 octets; stations that scan for meshes ask for the empty one.
struct MeshId {
    static constexpr ElementType type = element::mesh_id;
    InlineBytes<32> octets;

    [[nodiscard]] static Result<MeshId> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const MeshId&, const MeshId&) = default;
};

/// Non-AP STA Regulatory Connectivity element, 802.11-2024: to which kinds of 6 GHz AP a station may connect.
struct NonApStaRegulatoryConnectivity : BitString<1, NonApStaRegulatoryConnectivity> {
    static constexpr ElementType type = element::non_ap_sta_regulatory_connectivity;
    using BitString::BitString;
    static constexpr Field indoor_ap_valid{0};
    static constexpr Field indoor_ap{1};
    static constexpr Field standard_power_ap_valid{2};
    static constexpr Field standard_power_ap{3};

    [[nodiscard]] static Result<NonApStaRegulatoryConnectivity> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

/// Extended Capabilities element, 802.11-2020 9.4.2.26: as many octets as its sender needs.
class ExtendedCapabilities {
public:
    static constexpr ElementType type = element::extended_capabilities;
    static constexpr std::size_t max_size = 255;

    /// Bit numbers of Table 9-153 that somebody here asks about.
    enum Bit : unsigned {
        extended_channel_switching = 2,
        bss_transition = 19,
        multiple_bssid = 22,
        operating_mode_notification = 62,
        twt_requester = 77,
        twt_responder = 78,
        enhanced_multi_bssid_advertisement = 83,
        beacon_protection = 84,
    };

    ExtendedCapabilities() = default;
    [[nodiscard]] static Result<ExtendedCapabilities> parse(ByteView body);

    [[nodiscard]] ByteView octets() const noexcept { return octets_; }
    [[nodiscard]] bool has(unsigned bit) const noexcept;
    /// Grows the element where it must; `bit` < 2040.
    void set(unsigned bit, bool value = true);

    void append_to(ByteWriter& out) const;
    friend bool operator==(const ExtendedCapabilities&, const ExtendedCapabilities&) = default;

private:
    Bytes octets_;
};

}  // namespace mlosim::ieee80211
