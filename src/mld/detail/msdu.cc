#include "mld/detail/msdu.h"

#include <algorithm>
#include <array>

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::MacAddress;

constexpr std::array<std::uint8_t, 6> rfc1042{0xaa, 0xaa, 0x03, 0, 0, 0};
constexpr std::array<std::uint8_t, 6> bridge_tunnel{0xaa, 0xaa, 0x03, 0, 0, 0xf8};
constexpr std::size_t snap_size = 8;
/// Below it the field is a length.
constexpr std::uint16_t first_ethertype = 0x600;
constexpr std::uint16_t aarp = 0x80f3;
constexpr std::uint16_t ipx = 0x8137;
constexpr std::uint16_t ipv4 = 0x0800;
constexpr std::uint16_t ipv6 = 0x86dd;
constexpr std::uint16_t mis = 0x8917;  // ETH_P_80221

std::uint16_t u16be(ByteView at) {
    return static_cast<std::uint16_t>(at[0] << 8U | at[1]);
}
void append_u16be(ByteWriter& out, std::uint16_t value) {
    out.u8(static_cast<std::uint8_t>(value >> 8U));
    out.u8(static_cast<std::uint8_t>(value));
}
bool begins_with(ByteView bytes, ByteView start) {
    return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}
bool is_tunnelled(std::uint16_t ethertype) {
    return ethertype == aarp || ethertype == ipx;
}

}  // namespace

std::optional<EthernetView> EthernetView::parse(ByteView frame) {
    if (frame.size() < header_size) return std::nullopt;
    return EthernetView{frame};
}

std::uint16_t EthernetView::ethertype() const {
    return u16be(frame_.subspan(2 * MacAddress::size));
}

MacAddress EthernetView::address(std::size_t at) const {
    return MacAddress{frame_.subspan(at).first<MacAddress::size>()};
}

void append_ethernet_header(ByteWriter& out, const MacAddress& destination, const MacAddress& source,
                            std::uint16_t ethertype) {
    out.mac(destination);
    out.mac(source);
    append_u16be(out, ethertype);
}

void append_msdu(ByteWriter& out, const EthernetView& frame) {
    const std::uint16_t ethertype = frame.ethertype();
    if (ethertype >= first_ethertype) {
        out.bytes(is_tunnelled(ethertype) ? ByteView(bridge_tunnel) : ByteView(rfc1042));
        append_u16be(out, ethertype);
    }
    out.bytes(frame.payload());
}

Bytes ethernet_of(const MacAddress& destination, const MacAddress& source, ByteView msdu) {
    std::uint16_t field = static_cast<std::uint16_t>(std::min<std::size_t>(msdu.size(), 0xffff));
    if (msdu.size() >= snap_size) {
        const std::uint16_t ethertype = u16be(msdu.subspan(rfc1042.size()));
        if ((begins_with(msdu, rfc1042) && !is_tunnelled(ethertype)) || begins_with(msdu, bridge_tunnel)) {
            field = ethertype;
            msdu = msdu.subspan(snap_size);
        }
    }
    Bytes out;
    out.reserve(EthernetView::header_size + msdu.size());
    ByteWriter writer(out);
    append_ethernet_header(writer, destination, source, field);
    writer.bytes(msdu);
    return out;
}

std::optional<std::vector<Bytes>> split_amsdu(ByteView body, const std::optional<MacAddress>& to,
                                              const std::optional<MacAddress>& from) {
    std::vector<Bytes> out;
    while (!body.empty()) {
        const auto subframe = EthernetView::parse(body);
        if (!subframe) return std::nullopt;
        const std::size_t length = subframe->ethertype();
        if (length > subframe->payload().size()) return std::nullopt;
        // A plain MSDU whose A-MSDU bit somebody set: its LLC header would be a destination (CVE-2020-24588).
        if (begins_with(body, rfc1042)) return std::nullopt;
        const MacAddress destination = subframe->destination();
        const bool wanted =
            (!to || destination.is_group() || destination == *to) && (!from || subframe->source() == *from);
        if (wanted) out.push_back(ethernet_of(destination, subframe->source(), subframe->payload().first(length)));
        const std::size_t used = EthernetView::header_size + length;
        const std::size_t padded = (used + 3U) / 4U * 4U;
        body = body.subspan(std::min(padded, body.size()));  // the last one is not padded
    }
    return out;
}

unsigned user_priority(const EthernetView& frame, const QosMap* map) {
    constexpr unsigned best_effort = 0;
    const ByteView payload = frame.payload();
    unsigned dscp = 0;
    switch (frame.ethertype()) {
        case ipv4:
            if (payload.size() < 2) return best_effort;
            dscp = payload[1] >> 2U;
            break;
        case ipv6:
            if (payload.size() < 2) return best_effort;
            dscp = (payload[0] & 0xfU) << 2U | payload[1] >> 6U;
            break;
        case mis:
            return 7;
        default:
            return best_effort;
    }
    if (map != nullptr)
        if (const auto priority = map->priority_of(dscp)) return *priority;
    // The recommendations of RFC 8325 4.3; classes that it does not name keep their precedence.
    switch (dscp) {
        case 10:  // AF1x
        case 12:
        case 14:
        case 16:  // CS2
            return 0;
        case 18:  // AF2x
        case 20:
        case 22:
            return 3;
        case 24:  // CS3
        case 26:  // AF3x
        case 28:
        case 30:
            return 4;
        case 44:  // VA
        case 46:  // EF
            return 6;
        case 48:  // CS6
            return 7;
        default:
            return dscp >> 3U;
    }
}

}  // namespace mlosim::mld::detail
