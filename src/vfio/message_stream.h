#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/result.h"
#include "vfio/channel.h"
#include "vfio/descriptor.h"
#include "vfio/wire.h"

namespace mlosim::vfio {

/// A message that is all there, with the descriptors that came with it. `body` lies in the stream until the next
/// receive().
struct Message {
    wire::Header header;
    wire::Bytes body;
    std::vector<Descriptor> descriptors;
};

/// The guest's side of the connection, cut into messages. Errors are sentences about the guest, and the end of it.
class MessageStream {
public:
    MessageStream();

    /// The next message that is all there.
    [[nodiscard]] Result<std::optional<Message>> next();
    /// Takes what has arrived; no message must be left. False: nothing has.
    [[nodiscard]] Result<bool> receive(Channel& channel);

private:
    /// Descriptors, and the octet whose message they belong to: the last one that was read with them.
    struct Arrival {
        std::uint64_t last_octet;
        std::vector<Descriptor> descriptors;
    };

    [[nodiscard]] std::size_t available() const { return end_ - begin_; }
    void make_room();

    std::vector<std::uint8_t> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t taken_ = 0;  ///< octets of the stream before begin_
    std::vector<Arrival> arrivals_;
};

}  // namespace mlosim::vfio
