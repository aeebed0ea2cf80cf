#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "sim/result.h"
#include "vfio/descriptor.h"
#include "vfio/wire.h"

namespace mlosim::vfio {

/// The way to a guest and back. Never waits; an error is a sentence about the guest, and the end of it.
class Channel {
public:
    struct Arrival {
        std::size_t octets = 0;
        /// They came with the last octet or one shortly before it, and belong to that octet's message.
        std::vector<Descriptor> descriptors;
    };

    virtual ~Channel() = default;
    /// Fills `room` as far as something has arrived; nothing: nothing has.
    [[nodiscard]] virtual Result<std::optional<Arrival>> receive(std::span<std::uint8_t> room) = 0;
    /// How many octets were taken.
    [[nodiscard]] virtual Result<std::size_t> send(wire::Bytes bytes) = 0;
};

/// A connected Unix stream socket, which is somebody else's and outlives the channel.
class SocketChannel final : public Channel {
public:
    explicit SocketChannel(int socket) : socket_(socket) {}
    [[nodiscard]] Result<std::optional<Arrival>> receive(std::span<std::uint8_t> room) override;
    [[nodiscard]] Result<std::size_t> send(wire::Bytes bytes) override;

private:
    int socket_;
};

}  // namespace mlosim::vfio
