#pragma once

#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "mld/transmit_settings.h"

/// Between Ethernet frames and the bodies of data frames: LLC and SNAP, 802.11-2020 Annex M; A-MSDUs, 9.3.2.2.
namespace mlosim::mld::detail {

inline constexpr std::uint16_t ethertype_eapol = 0x888e;
inline constexpr std::uint16_t ethertype_preauthentication = 0x88c7;

/// A view of a frame with an Ethernet header.
class EthernetView {
public:
    static constexpr std::size_t header_size = 14;

    /// Nothing: shorter than its header.
    [[nodiscard]] static std::optional<EthernetView> parse(ieee80211::ByteView frame);
    [[nodiscard]] ieee80211::MacAddress destination() const { return address(0); }
    [[nodiscard]] ieee80211::MacAddress source() const { return address(ieee80211::MacAddress::size); }
    /// Or the payload's length, below 0x600.
    [[nodiscard]] std::uint16_t ethertype() const;
    [[nodiscard]] ieee80211::ByteView payload() const { return frame_.subspan(header_size); }
    [[nodiscard]] ieee80211::ByteView octets() const noexcept { return frame_; }

private:
    explicit EthernetView(ieee80211::ByteView frame) : frame_(frame) {}
    [[nodiscard]] ieee80211::MacAddress address(std::size_t at) const;
    ieee80211::ByteView frame_;
};

/// The header of an Ethernet frame.
void append_ethernet_header(ieee80211::ByteWriter& out, const ieee80211::MacAddress& destination,
                            const ieee80211::MacAddress& source, std::uint16_t ethertype);
/// The body of a data frame that carries an Ethernet frame's payload. cf. ieee80211_build_hdr()
void append_msdu(ieee80211::ByteWriter& out, const EthernetView& frame);
/// The Ethernet frame that a data frame's body stands for. cf. ieee80211_data_to_8023_exthdr()
[[nodiscard]] ieee80211::Bytes ethernet_of(const ieee80211::MacAddress& destination,
                                           const ieee80211::MacAddress& source, ieee80211::ByteView msdu);

/// The Ethernet frames of an A-MSDU; nothing where a length in it is wrong, or where it is a frame that an attacker
/// passed off as one. Frames for others than `to`, or of others than `from`, are left out.
/// cf. ieee80211_amsdu_to_8023s()
[[nodiscard]] std::optional<std::vector<ieee80211::Bytes>> split_amsdu(
    ieee80211::ByteView body, const std::optional<ieee80211::MacAddress>& to,
    const std::optional<ieee80211::MacAddress>& from);

/// The user priority of an Ethernet frame by the network header that it carries, and by the map, if there is one.
/// cf. cfg80211_classify8021d()
[[nodiscard]] unsigned user_priority(const EthernetView& frame, const QosMap* map = nullptr);

}  // namespace mlosim::mld::detail
