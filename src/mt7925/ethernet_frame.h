#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/mac_address.h"
#include "mt7925/message.h"

namespace mlosim::mt7925 {

using ieee80211::MacAddress;

/// A frame that the host left with its Ethernet header, as the chip brings it to the air: whom the header says besides
/// source and destination. 802.11-2020 Table 9-30; cf. ieee80211_build_hdr()
struct AirHeader {
    /// Of a station: the AP's and its own address on the link. Of an AP: its own as the transmitter's.
    bool to_ds = true;
    MacAddress peer;
    MacAddress own;
    std::optional<std::uint8_t> tid;  ///< nothing: the receiver does not know QoS
    std::uint16_t sequence = 0;
};

/// The frame with its 802.11 header and LLC/SNAP. Nothing: shorter than an Ethernet header.
[[nodiscard]] std::optional<Bytes> ieee80211_of_ethernet(ByteView frame, const AirHeader& header);

/// The receiver of an Ethernet frame. Nothing: it is too short.
[[nodiscard]] std::optional<MacAddress> ethernet_destination(ByteView frame);

}  // namespace mlosim::mt7925
