#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/rsn/crypto.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "sim/result.h"

namespace mlosim::agent::rsn {

enum class GroupKeyKind : std::uint8_t { gtk, igtk, bigtk };

/// A key for frames to many: of the only link there is, or of one of an MLD's.
struct GroupKey {
    GroupKeyKind kind = GroupKeyKind::gtk;
    std::optional<ieee80211::LinkId> link;
    std::uint8_t key_id = 0;  ///< 0–3; IGTK 4–5; BIGTK 6–7
    bool tx = false;          ///< the receiver is to send with it, too (GTK)
    /// The packet number to begin with. A GTK that is not an MLD's has it in the frame's Key RSC field instead.
    std::uint64_t packet_number = 0;
    Bytes key;
    friend bool operator==(const GroupKey&, const GroupKey&) = default;
};

/// MLO Link KDE, 802.11be 12.7.2: a link's address and what its beacons say of its security (whole elements).
struct MloLink {
    ieee80211::LinkId link;
    ieee80211::MacAddress address;
    Bytes rsne;
    Bytes rsnxe;
    friend bool operator==(const MloLink&, const MloLink&) = default;
};

/// Operating Channel Information KDE, 802.11-2020 Figure 12-49.
struct OperatingChannel {
    std::uint8_t operating_class = 0;
    std::uint8_t primary_channel = 0;
    std::uint8_t segment1 = 0;
    friend bool operator==(const OperatingChannel&, const OperatingChannel&) = default;
};

/// The Key Data field in the clear: elements and key data encapsulations, 802.11-2020 12.7.2. What it has besides these
/// is ignored.
struct KeyData {
    /// Whole elements, header included; empty where there is none. The second RSNE is for a change of the pairwise
    /// cipher.
    Bytes rsne;
    Bytes second_rsne;
    Bytes rsnxe;
    Bytes mobility_domain;
    Bytes fast_transition;
    std::vector<GroupKey> group_keys;
    std::optional<ieee80211::MacAddress> mac;  ///< of an MLD
    std::optional<ieee80211::Pmkid> pmkid;
    std::optional<OperatingChannel> oci;
    std::vector<MloLink> mlo_links;

    /// EINVAL: an element or KDE does not fit, or a KDE that is known has impossible content.
    [[nodiscard]] static Result<KeyData> parse(ByteView octets);
    void append_to(ieee80211::ByteWriter& out) const;
    [[nodiscard]] Bytes octets() const;
    friend bool operator==(const KeyData&, const KeyData&) = default;
};

/// Padded to what AES key wrap takes: an octet 0xdd, then zeros (802.11-2020 12.7.2 h).
[[nodiscard]] Bytes padded_for_wrap(Bytes key_data);

}  // namespace mlosim::agent::rsn
