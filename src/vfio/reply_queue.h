#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/result.h"
#include "vfio/channel.h"
#include "vfio/wire.h"

namespace mlosim::vfio {

/// What the guest is sent: at once as a rule, later if it does not read, and too much of that is the end of it.
class ReplyQueue {
public:
    static constexpr std::size_t limit = std::size_t{4} << 20;

    [[nodiscard]] Result<void> send(Channel& channel, wire::Bytes message);
    /// Sends what waits, as far as the socket takes it.
    [[nodiscard]] Result<void> flush(Channel& channel);
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

private:
    std::vector<std::uint8_t> waiting_;
    std::size_t sent_ = 0;  ///< of that
};

}  // namespace mlosim::vfio
