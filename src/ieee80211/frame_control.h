#pragma once

#include "ieee80211/bit_string.h"

namespace mlosim::ieee80211 {

enum class FrameType : std::uint8_t { management = 0, control = 1, data = 2, extension = 3 };

/// Subtypes, 802.11-2020 Table 9-1.
enum class ManagementSubtype : std::uint8_t {
    association_request = 0,
    association_response = 1,
    reassociation_request = 2,
    reassociation_response = 3,
    probe_request = 4,
    probe_response = 5,
    timing_advertisement = 6,
    beacon = 8,
    atim = 9,
    disassociation = 10,
    authentication = 11,
    deauthentication = 12,
    action = 13,
    action_no_ack = 14,
};
enum class ControlSubtype : std::uint8_t {
    trigger = 2,
    tack = 3,
    beamforming_report_poll = 4,
    ndp_announcement = 5,
    extension = 6,
    wrapper = 7,
    block_ack_request = 8,
    block_ack = 9,
    ps_poll = 10,
    rts = 11,
    cts = 12,
    ack = 13,
    cf_end = 14,
};
enum class DataSubtype : std::uint8_t { data = 0, null = 4, qos_data = 8, qos_null = 12 };

/// Frame Control field, 802.11-2020 9.2.4.1.
struct FrameControl : BitString<2, FrameControl> {
    using BitString::BitString;
    static constexpr Field version{0, 2};
    static constexpr Field type_field{2, 2};
    static constexpr Field subtype_field{4, 4};
    static constexpr Field to_ds{8};
    static constexpr Field from_ds{9};
    static constexpr Field more_fragments{10};
    static constexpr Field retry{11};
    static constexpr Field power_management{12};
    static constexpr Field more_data{13};
    static constexpr Field protected_frame{14};
    static constexpr Field htc{15};  // +HTC in QoS Data and Management frames, Order before

    [[nodiscard]] static constexpr FrameControl of(FrameType type, unsigned subtype) {
        FrameControl fc;
        fc.set(type_field, static_cast<unsigned>(type)).set(subtype_field, subtype);
        return fc;
    }
    [[nodiscard]] constexpr FrameType type() const { return static_cast<FrameType>(get(type_field)); }
    [[nodiscard]] constexpr unsigned subtype() const { return get(subtype_field); }

    [[nodiscard]] constexpr bool is(ManagementSubtype s) const {
        return type() == FrameType::management && subtype() == static_cast<unsigned>(s);
    }
    [[nodiscard]] constexpr bool is(ControlSubtype s) const {
        return type() == FrameType::control && subtype() == static_cast<unsigned>(s);
    }
    [[nodiscard]] constexpr bool is(DataSubtype s) const {
        return type() == FrameType::data && subtype() == static_cast<unsigned>(s);
    }
    [[nodiscard]] constexpr bool is_qos_data() const { return type() == FrameType::data && (subtype() & 8U) != 0; }
    /// Data without a frame body (Null, QoS Null).
    [[nodiscard]] constexpr bool is_null_data() const { return type() == FrameType::data && (subtype() & 4U) != 0; }
};

/// Sequence Control field, 802.11-2020 9.2.4.4.
struct SequenceControl : BitString<2, SequenceControl> {
    using BitString::BitString;
    static constexpr Field fragment{0, 4};
    static constexpr Field number{4, 12};
};

/// QoS Control field, 802.11-2020 9.2.4.5. The upper octet depends on the sender.
struct QosControl : BitString<2, QosControl> {
    using BitString::BitString;
    static constexpr Field tid{0, 4};
    static constexpr Field eosp{4};
    static constexpr Field ack_policy{5, 2};
    static constexpr Field amsdu{7};
    static constexpr Field upper{8, 8};
};

}  // namespace mlosim::ieee80211
