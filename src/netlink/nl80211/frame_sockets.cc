#include "netlink/nl80211/frame_sockets.h"

#include <cmath>

#include "mld/netdev.h"
#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

/// One program's socket.
class FrameSockets::Socket final : public mld::FrameListener {
public:
    Socket(const FamilyHandle& family, std::uint32_t port) : family_(family), port_(port) {}

    // cf. nl80211_send_mgmt()
    bool frame_received(mld::Wdev& wdev, const mld::FrameBytes& frame, const mld::RxStatus& status) override {
        constexpr std::size_t besides_the_frame = 128;
        MessageBuilder message = family_.message(NL80211_CMD_FRAME, frame->size() + besides_the_frame);
        message.put_u32(NL80211_ATTR_WIPHY, wdev.wiphy().index().value);
        if (wdev.netdev() != nullptr) message.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
        message.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
        if (status.link && wdev.is_mld()) message.put_u8(NL80211_ATTR_MLO_LINK_ID, status.link->value());
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, status.channel.center.in_mhz());
        message.put_u32(NL80211_ATTR_WIPHY_FREQ_OFFSET, status.channel.center.in_khz() % 1000);
        const auto signal = static_cast<std::int32_t>(std::lround(status.signal.value));
        if (signal != 0) message.put_u32(NL80211_ATTR_RX_SIGNAL_DBM, static_cast<std::uint32_t>(signal));
        message.put(NL80211_ATTR_FRAME, *frame);
        return family_.unicast(port_, message).has_value();
    }

private:
    const FamilyHandle& family_;
    std::uint32_t port_;
};

FrameSockets::FrameSockets(mld::World& world, const FamilyHandle& family) : world_(world), family_(family) {}

FrameSockets::~FrameSockets() {
    for (auto& [port, socket] : sockets_)
        unregister(*socket);
}

Result<void> FrameSockets::add(std::uint32_t port, mld::Wdev& wdev, std::uint16_t frame_type,
                               ieee80211::ByteView match) {
    auto& socket = sockets_[port];
    if (socket == nullptr) socket = std::make_unique<Socket>(family_, port);
    return wdev.wiphy().register_frame(wdev, *socket, frame_type, match);
}

void FrameSockets::remove(std::uint32_t port) {
    const auto found = sockets_.find(port);
    if (found == sockets_.end()) return;
    unregister(*found->second);
    sockets_.erase(found);
}

void FrameSockets::unregister(Socket& socket) {
    for (const auto& [index, wiphy] : world_.wiphys())
        wiphy->unregister_frames(socket);
}

}  // namespace mlosim::netlink::nl80211
