#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "host/time_wire.h"
#include "host/wire.h"
#include "sim/result.h"

namespace mlosim::host {

using Bytes = std::span<const std::uint8_t>;

/// A call as it came, every length checked. A view: lives as long as the packet.
struct CallView {
    mlosim_call head{};
    Bytes payload;

    /// The path of a file operation: absolute, normalised, without NUL.
    [[nodiscard]] std::string_view path() const;
    /// What follows the path.
    [[nodiscard]] Bytes data() const;
};

/// A connection's first packet. `call` and `join` are filled for the roles that bring one.
struct Greeting {
    mlosim_hello hello{};
    CallView call;
    mlosim_join join{};  ///< of a TIME
};

/// EPROTO for anything that no shim of this version sends.
[[nodiscard]] Result<Greeting> parse_greeting(Bytes packet);
[[nodiscard]] Result<CallView> parse_call(Bytes bytes);

struct Datagram {
    Bytes messages;
    std::uint32_t receive_size = 0;
};

/// The netlink messages of a packet from a program.
[[nodiscard]] Result<Datagram> parse_datagram(Bytes packet);

/// True for "/a/b": no empty, "." or ".." component, no trailing slash, no NUL, not too long. "/" itself is normalised.
[[nodiscard]] bool is_normalised_path(std::string_view path);

}  // namespace mlosim::host
