#pragma once

#include <cstdint>
#include <string>

#include "host/detail/link_connection.h"
#include "host/detail/mirror.h"
#include "host/detail/netlink_connection.h"
#include "host/host_services.h"
#include "host/wire_codec.h"

namespace mlosim::host {

struct Answer {
    mlosim_answer head{};
    std::string payload;
};

/// Calls about simulated devices and files. Changes nothing when it answers an error.
[[nodiscard]] Answer answer_service_call(const CallView& call, HostServices& services, Mirror& mirror);

/// Calls about the netlink socket that the call's target names.
[[nodiscard]] Answer answer_socket_call(const CallView& call, NetlinkConnection& socket);

/// Calls about the packet socket that the call's target names.
[[nodiscard]] Answer answer_packet_call(const CallView& call, LinkConnection& socket);

/// The answer that is only an errno.
[[nodiscard]] Answer error_answer(int code);

[[nodiscard]] inline bool is_socket_call(std::uint32_t op) {
    return op >= MLOSIM_OP_BIND && op <= MLOSIM_OP_PACKET_SEND;
}

}  // namespace mlosim::host
