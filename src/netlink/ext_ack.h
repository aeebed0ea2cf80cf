#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/result.h"

namespace mlosim::netlink {

struct AttributePolicy;

/// What an acknowledgement says beyond its errno, cf. struct netlink_ext_ack. Sent only to sockets that asked for
/// NETLINK_EXT_ACK.
struct ExtAck {
    std::string message;                        ///< NLMSGERR_ATTR_MSG; also with success, as a warning
    std::optional<AttrOffset> bad_attribute;    ///< NLMSGERR_ATTR_OFFS
    const AttributePolicy* policy = nullptr;    ///< NLMSGERR_ATTR_POLICY: what the bad attribute should have been
    std::optional<std::uint32_t> missing_type;  ///< NLMSGERR_ATTR_MISS_TYPE
    std::optional<AttrOffset>
        missing_nest;                  ///< NLMSGERR_ATTR_MISS_NEST: the nest that lacks it, none for the message itself
    std::vector<std::uint8_t> cookie;  ///< NLMSGERR_ATTR_COOKIE, at most 20 bytes
};

}  // namespace mlosim::netlink
