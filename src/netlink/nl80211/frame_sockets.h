#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "ieee80211/byte_io.h"
#include "mld/frame_listener.h"
#include "mld/wdev.h"
#include "mld/world.h"
#include "netlink/generic.h"
#include "sim/result.h"

namespace mlosim::netlink::nl80211 {

/// The sockets that registered for management frames: each gets its frames as unicast messages. cf.
/// struct cfg80211_mgmt_registration
class FrameSockets {
public:
    /// `family` is set by the time the first socket registers.
    FrameSockets(mld::World& world, const FamilyHandle& family);
    ~FrameSockets();
    FrameSockets(const FrameSockets&) = delete;
    FrameSockets& operator=(const FrameSockets&) = delete;

    /// cf. cfg80211_mlme_register_mgmt()
    Result<void> add(std::uint32_t port, mld::Wdev& wdev, std::uint16_t frame_type, ieee80211::ByteView match);
    /// The socket closed. cf. cfg80211_mlme_unregister_socket()
    void remove(std::uint32_t port);

private:
    class Socket;

    void unregister(Socket& socket);

    mld::World& world_;
    const FamilyHandle& family_;
    std::map<std::uint32_t, std::unique_ptr<Socket>> sockets_;
};

}  // namespace mlosim::netlink::nl80211
