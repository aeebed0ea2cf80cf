#include "mt7925/ethernet_frame.h"

#include <algorithm>

#include "ieee80211/frame_header.h"

namespace mlosim::mt7925 {

namespace {

using ieee80211::DataSubtype;
using ieee80211::FrameHeader;

constexpr std::size_t addresses_size = 2 * MacAddress::size;
constexpr std::size_t ethernet_header_size = addresses_size + 2;
constexpr std::uint16_t first_type = 0x0600;  // below: a length, and LLC follows
// IEEE 802.1H: what is bridged in a tunnel of its own.
constexpr std::uint16_t appletalk_arp = 0x80f3;
constexpr std::uint16_t ipx = 0x8137;
constexpr std::uint8_t rfc1042[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
constexpr std::uint8_t bridge_tunnel[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0xf8};

}  // namespace

std::optional<MacAddress> ethernet_destination(ByteView frame) {
    if (frame.size() < ethernet_header_size) return std::nullopt;
    return ieee80211::ByteReader(frame).mac();
}

std::optional<Bytes> ieee80211_of_ethernet(ByteView frame, const AirHeader& to) {
    if (frame.size() < ethernet_header_size) return std::nullopt;
    ieee80211::ByteReader in(frame);
    const MacAddress destination = in.mac();
    const MacAddress source = in.mac();
    const auto type = static_cast<std::uint16_t>(frame[addresses_size] << 8U | frame[addresses_size + 1]);

    const DataSubtype subtype = to.tid ? DataSubtype::qos_data : DataSubtype::data;
    FrameHeader header = to.to_ds ? FrameHeader::data_to_ds(subtype, to.peer, to.own, destination)
                                  : FrameHeader::data_from_ds(subtype, to.peer, to.own, source);
    header.sequence.set(ieee80211::SequenceControl::number, to.sequence);
    if (to.tid) header.qos.set(ieee80211::QosControl::tid, *to.tid);

    Bytes out;
    out.reserve(frame.size() + 20);
    ieee80211::ByteWriter writer(out);
    header.append_to(writer);
    if (type >= first_type) {
        writer.bytes(type == appletalk_arp || type == ipx ? bridge_tunnel : rfc1042);
        writer.bytes(frame.subspan(addresses_size));  // with the type
    } else {
        writer.bytes(frame.subspan(ethernet_header_size));
    }
    return out;
}

}  // namespace mlosim::mt7925
