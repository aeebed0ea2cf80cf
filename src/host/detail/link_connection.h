#pragma once

#include <cstdint>

#include "host/detail/netlink_connection.h"
#include "host/detail/packet_socket.h"
#include "host/host_services.h"

namespace mlosim::host {

/// A program's packet socket (AF_PACKET, see packet(7)): between its connection and the simulated devices.
class LinkConnection final : private FrameWatcher {
public:
    /// `hello` has been checked. Hears all simulated devices until it is bound to one.
    LinkConnection(HostServices& services, PacketSocket& socket, const mlosim_hello& hello,
                   const ReceiveBufferLimits& limits);
    ~LinkConnection();
    LinkConnection(const LinkConnection&) = delete;
    LinkConnection& operator=(const LinkConnection&) = delete;

    /// `index` 0 is every device; a `protocol` of 0 changes nothing. ENXIO: no such device of ours. cf. packet_bind()
    Result<void> bind(std::uint32_t index, std::uint16_t protocol);
    /// A mlosim_frame, then the frame. cf. packet_snd()
    Result<void> send(Bytes frame);

    [[nodiscard]] std::uint32_t index() const { return index_; }
    [[nodiscard]] std::uint16_t protocol() const { return protocol_; }
    [[nodiscard]] int type() const { return type_; }
    [[nodiscard]] std::uint32_t frames() const { return frames_; }
    [[nodiscard]] std::uint32_t drops() const { return drops_; }
    /// The bound device's address, type and number.
    [[nodiscard]] mlosim_frame name() const;

private:
    void frame_passed(const NetdevFacts& device, bool outgoing, Bytes frame) override;
    void device_down(std::uint32_t index) override;

    HostServices& services_;
    PacketSocket& socket_;
    std::uint32_t index_ = 0;
    std::uint16_t protocol_;  ///< in network order; 0 hears nothing
    int type_;
    std::size_t receive_buffer_;
    bool sending_ = false;
    std::uint32_t frames_ = 0;
    std::uint32_t drops_ = 0;
};

}  // namespace mlosim::host
