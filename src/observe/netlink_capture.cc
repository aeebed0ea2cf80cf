#include "observe/netlink_capture.h"

#include <array>
#include <utility>

namespace mlosim::observe {

namespace {
// LINKTYPE_NETLINK's header, big-endian: packet type, ARPHRD_NETLINK, address length and address (none), protocol.
constexpr std::size_t header_size = 16;
constexpr std::uint8_t packet_outgoing = 4;  // what libpcap sees of every packet on nlmon
constexpr std::uint16_t arphrd_netlink = 824;

using Direction = PcapngWriter::Direction;
}  // namespace

NetlinkCapture::NetlinkCapture(PcapngWriter::Sink sink)
    : file_(std::move(sink), "mlosimd"),
      interface_(file_.add_interface("nlmon0", "netlink between programs and the daemon", LinkType::netlink)) {}

void NetlinkCapture::write(sim::Time at, const netlink::Tapped& datagram) {
    std::array<std::uint8_t, header_size> header{};
    header[1] = packet_outgoing;
    header[2] = arphrd_netlink >> 8U;
    header[3] = arphrd_netlink & 0xffU;
    header[header_size - 1] = static_cast<std::uint8_t>(datagram.protocol);
    file_.packet(interface_, at, {header, datagram.bytes},
                 datagram.to_kernel ? Direction::inbound : Direction::outbound);
}

}  // namespace mlosim::observe
