#pragma once

#include "netlink/core.h"
#include "observe/pcapng.h"

namespace mlosim::observe {

/// Writes down all netlink traffic as a capture of an nlmon interface shows it: each datagram in either direction,
/// multicast ones once a receiver.
class NetlinkCapture {
public:
    explicit NetlinkCapture(PcapngWriter::Sink sink);

    void write(sim::Time at, const netlink::Tapped& datagram);

private:
    PcapngWriter file_;
    PcapngWriter::InterfaceId interface_;
};

}  // namespace mlosim::observe
