#pragma once

#include <map>
#include <string_view>

#include "ieee80211/byte_io.h"
#include "mld/identifiers.h"
#include "sim/result.h"

namespace mlosim::mld {

class Netdev;
class World;

/// Pairs of Ethernet devices of which each receives what the other sends: cables between bridges.
/// cf. drivers/net/veth.c
class VethPairs {
public:
    explicit VethPairs(World& world) : world_(world) {}
    VethPairs(const VethPairs&) = delete;
    VethPairs& operator=(const VethPairs&) = delete;

    /// The first of the two. EEXIST, EINVAL (the names). cf. veth_newlink()
    Result<Netdev*> add(std::string_view name, std::string_view peer_name);
    /// Both of them. cf. veth_dellink()
    void remove(Netdev& device);
    /// nullptr: no such device.
    [[nodiscard]] Netdev* peer_of(const Netdev& device) const;

    // There is a carrier while both are up. cf. veth_open(), veth_close()
    void opened(Netdev& device);
    void closing(Netdev& device);
    void transmit(Netdev& device, ieee80211::ByteView frame);

private:
    Netdev& make(std::string name);

    World& world_;
    std::map<IfIndex, IfIndex> peers_;
};

}  // namespace mlosim::mld
