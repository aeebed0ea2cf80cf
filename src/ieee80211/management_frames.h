#pragma once

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"

/// Bodies of management frames, 802.11-2020 9.3.3: the fixed fields, and the elements (or whatever follows) as a view.
/// To read, `parse` the body of a received frame; to write, fill in the fields and let `elements` refer to bytes that
/// were built (see ElementBuilder) and that live until `append_to`. EINVAL where the fixed fields are not whole.
/// Elements that are cut off at the end are for the reader of `elements` to judge.
namespace mlosim::ieee80211 {

/// Capability Information field, 802.11-2020 9.4.1.4.
struct CapabilityInfo : BitString<2, CapabilityInfo> {
    using BitString::BitString;
    static constexpr Field ess{0};
    static constexpr Field ibss{1};
    static constexpr Field privacy{4};
    static constexpr Field short_preamble{5};
    static constexpr Field critical_update{6};                        // 802.11be 35.3.10
    static constexpr Field nontransmitted_bssids_critical_update{7};  // 802.11be 35.3.10
    static constexpr Field spectrum_management{8};
    static constexpr Field qos{9};
    static constexpr Field short_slot_time{10};
    static constexpr Field apsd{11};
    static constexpr Field radio_measurement{12};
    static constexpr Field epd{13};
};

/// Beacon and Probe Response.
struct BeaconBody {
    static constexpr std::size_t fixed_size = 12;
    std::uint64_t timestamp = 0;        // us
    std::uint16_t beacon_interval = 0;  // TU
    CapabilityInfo capabilities;
    ElementList elements;

    [[nodiscard]] static Result<BeaconBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

struct ProbeRequestBody {
    ElementList elements;

    [[nodiscard]] static Result<ProbeRequestBody> parse(ByteView body) { return ProbeRequestBody{ElementList{body}}; }
    void append_to(ByteWriter& out) const { out.bytes(elements.bytes()); }
};

struct AuthenticationBody {
    static constexpr std::uint16_t open_system = 0;
    static constexpr std::uint16_t shared_key = 1;
    static constexpr std::uint16_t fast_bss_transition = 2;
    static constexpr std::uint16_t sae = 3;
    std::uint16_t algorithm = 0;
    std::uint16_t transaction = 0;
    std::uint16_t status = 0;
    ByteView rest;  // SAE fields come before the elements, and have no length of their own

    [[nodiscard]] static Result<AuthenticationBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

struct AssociationRequestBody {
    CapabilityInfo capabilities;
    std::uint16_t listen_interval = 0;
    ElementList elements;

    [[nodiscard]] static Result<AssociationRequestBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

struct ReassociationRequestBody {
    CapabilityInfo capabilities;
    std::uint16_t listen_interval = 0;
    MacAddress current_ap;
    ElementList elements;

    [[nodiscard]] static Result<ReassociationRequestBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

/// Association Response and Reassociation Response.
struct AssociationResponseBody {
    CapabilityInfo capabilities;
    std::uint16_t status = 0;
    std::uint16_t aid_field = 0;  // as on the wire, with the two highest bits; see Aid
    ElementList elements;

    [[nodiscard]] static Result<AssociationResponseBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

/// Deauthentication and Disassociation.
struct DeauthenticationBody {
    std::uint16_t reason = 0;
    ElementList elements;

    [[nodiscard]] static Result<DeauthenticationBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

struct ActionBody {
    std::uint8_t category = 0;
    ByteView rest;  // the action field and what it defines

    [[nodiscard]] static Result<ActionBody> parse(ByteView body);
    void append_to(ByteWriter& out) const;
};

}  // namespace mlosim::ieee80211
