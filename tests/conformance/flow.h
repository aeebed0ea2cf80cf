#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ieee80211/byte_io.h"
#include "netlink/server.h"
#include "sim/result.h"

namespace mlosim::conformance {

/// One netlink message of a recording.
struct Recorded {
    enum class Way : char { request = '>', answer = '<', announcement = '*' };

    std::uint64_t time_us = 0;
    Way way = Way::request;
    netlink::Protocol protocol = netlink::Protocol::generic;
    unsigned datagram = 0;
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint32_t seq = 0;
    std::uint32_t port = 0;
    ieee80211::Bytes body;
};

/// What was recorded on a kernel, in its order; extract.py makes these files and describes them.
struct Flow {
    std::string name;
    std::vector<Recorded> messages;
};

[[nodiscard]] Result<Flow> read_flow(const std::filesystem::path& file);

}  // namespace mlosim::conformance
