#include "host/detail/link_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "mld/bridge.h"

namespace mlosim::host {
namespace {

/// Its frames begin with an Ethernet header, as the loopback's do.
bool is_ethernet(const NetdevFacts& device) {
    return device.type == ARPHRD_ETHER || device.type == ARPHRD_LOOPBACK;
}

/// In network order. cf. eth_type_trans(), ieee80211_rx_monitor()
std::uint16_t protocol_of(const NetdevFacts& device, Bytes frame) {
    if (!is_ethernet(device)) return htons(ETH_P_802_2);
    std::uint16_t protocol = 0;
    std::memcpy(&protocol, frame.data() + 2 * ETH_ALEN, sizeof protocol);
    return ntohs(protocol) >= ETH_P_802_3_MIN ? protocol : htons(ETH_P_802_2);
}

std::uint8_t kind_of(const NetdevFacts& device, bool outgoing, Bytes frame) {
    if (outgoing) return PACKET_OUTGOING;
    if (!is_ethernet(device)) return PACKET_OTHERHOST;
    const auto& own = device.address.octets();
    if (std::equal(own.begin(), own.end(), frame.begin())) return PACKET_HOST;
    if (std::all_of(frame.begin(), frame.begin() + ETH_ALEN, [](std::uint8_t octet) { return octet == 0xff; }))
        return PACKET_BROADCAST;
    return (frame[0] & 1U) != 0 ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

}  // namespace

LinkConnection::LinkConnection(HostServices& services, PacketSocket& socket, const mlosim_hello& hello,
                               const ReceiveBufferLimits& limits)
    : services_(services),
      socket_(socket),
      protocol_(static_cast<std::uint16_t>(hello.protocol)),
      type_(hello.type),
      receive_buffer_(limits.initial) {
    socket_.set_send_buffer(receive_buffer_ * 2);
    services_.watch_frames(*this);
}

LinkConnection::~LinkConnection() {
    services_.unwatch_frames(*this);
}

Result<void> LinkConnection::bind(std::uint32_t index, std::uint16_t protocol) {
    if (index != 0)
        if (const auto device = services_.netdev(index); !device) return fail(device.error());
    index_ = index;
    if (protocol != 0) protocol_ = protocol;
    return {};
}

Result<void> LinkConnection::send(Bytes bytes) {
    mlosim_frame head{};
    if (bytes.size() < sizeof head) return fail(EPROTO);
    std::memcpy(&head, bytes.data(), sizeof head);
    const Bytes payload = bytes.subspan(sizeof head);
    const std::uint32_t index = head.index != 0 ? head.index : index_;
    const auto device = services_.netdev(index);
    if (!device) return fail(ENXIO);
    std::vector<std::uint8_t> frame;
    // A cooked socket has the device make the header. cf. dev_hard_header(), eth_header()
    if (type_ == SOCK_DGRAM && is_ethernet(*device)) {
        if (head.address_length != ETH_ALEN) return fail(EINVAL);
        const auto& own = device->address.octets();
        const auto* protocol = reinterpret_cast<const std::uint8_t*>(&head.protocol);
        frame.insert(frame.end(), head.address, head.address + ETH_ALEN);
        frame.insert(frame.end(), own.begin(), own.end());
        frame.insert(frame.end(), protocol, protocol + sizeof head.protocol);
    }
    frame.insert(frame.end(), payload.begin(), payload.end());
    sending_ = true;  // a socket does not hear itself, cf. skb_loop_sk()
    auto sent = services_.send_frame(index, frame);
    sending_ = false;
    return sent;
}

mlosim_frame LinkConnection::name() const {
    mlosim_frame name{};
    name.protocol = protocol_;
    name.index = index_;
    const auto device = services_.netdev(index_);
    if (!device) return name;
    name.hardware = device->type;
    name.address_length = ETH_ALEN;
    std::copy(device->address.octets().begin(), device->address.octets().end(), name.address);
    return name;
}

// cf. packet_rcv()
void LinkConnection::frame_passed(const NetdevFacts& device, bool outgoing, Bytes frame) {
    if ((index_ != 0 && index_ != device.index) || protocol_ == 0 || (outgoing && sending_)) return;
    if (is_ethernet(device) && frame.size() < ETH_HLEN) return;
    const std::uint16_t protocol = protocol_of(device, frame);
    // Only those who want everything see what goes out, cf. dev_queue_xmit_nit().
    if (protocol_ != htons(ETH_P_ALL) && (outgoing || protocol_ != protocol)) return;
    // What a bridge takes comes out of the bridge. cf. br_handle_frame()
    if (protocol_ != htons(ETH_P_ALL) && device.bridge_port && !mld::Bridge::stays_at_port(frame)) return;
    mlosim_frame head{};
    head.protocol = protocol;
    head.hardware = device.type;
    head.index = device.index;
    head.kind = kind_of(device, outgoing, frame);
    if (is_ethernet(device)) {
        head.address_length = ETH_ALEN;
        std::memcpy(head.address, frame.data() + ETH_ALEN, ETH_ALEN);
        if (type_ == SOCK_DGRAM) frame = frame.subspan(ETH_HLEN);
    }
    std::vector<std::uint8_t> packet(sizeof head + frame.size());
    std::memcpy(packet.data(), &head, sizeof head);
    if (!frame.empty()) std::memcpy(packet.data() + sizeof head, frame.data(), frame.size());
    const iovec piece{packet.data(), packet.size()};
    const bool room = socket_.outstanding() <= receive_buffer_ && packet.size() <= MLOSIM_WIRE_PACKET_MAX;
    if (room && socket_.send({&piece, 1}) == 1)
        frames_++;
    else
        drops_++;
}

// cf. packet_notifier()
void LinkConnection::device_down(std::uint32_t index) {
    if (index != index_) return;
    mlosim_frame notice{};
    notice.index = index;
    notice.error = ENETDOWN;
    const iovec piece{&notice, sizeof notice};
    if (socket_.outstanding() <= receive_buffer_) socket_.send({&piece, 1});
}

}  // namespace mlosim::host
