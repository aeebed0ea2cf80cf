#pragma once

#include "host/host_services.h"
#include "netlink/server.h"
#include "scenario/world_loop.h"

namespace mlosim::scenario {

// Whoever comes from outside finds the world at the present moment: each of these brings it there first, and then
// passes the call on.

class PresentServer final : public netlink::Server {
public:
    /// Both must outlive it.
    PresentServer(netlink::Server& server, WorldLoop& loop) : server_(server), loop_(loop) {}

    netlink::SocketId open(netlink::Protocol protocol, netlink::Peer peer, netlink::Outlet& outlet) override;
    void close(netlink::SocketId socket) override;
    Result<std::uint32_t> bind(netlink::SocketId socket, std::uint32_t port, std::uint32_t group_mask) override;
    [[nodiscard]] std::uint32_t port(netlink::SocketId socket) const override;
    Result<void> set_membership(netlink::SocketId socket, std::uint32_t group, bool member) override;
    void set_option(netlink::SocketId socket, netlink::SocketOption option, bool on) override;
    void note_receive_size(netlink::SocketId socket, std::size_t bytes) override;
    void receive(netlink::SocketId socket, std::span<const std::uint8_t> datagram) override;
    void drained(netlink::SocketId socket) override;

private:
    netlink::Server& server_;
    WorldLoop& loop_;
};

class PresentServices final : public host::HostServices {
public:
    /// Both must outlive it.
    PresentServices(host::HostServices& services, WorldLoop& loop) : services_(services), loop_(loop) {}

    Result<void> ioctl(std::uint32_t number, host::InterfaceRequest& request) override;
    Result<void> ethtool(std::string_view name, std::span<std::uint8_t> structure) override;
    [[nodiscard]] std::vector<host::NetdevFacts> netdevs() const override;
    [[nodiscard]] Result<host::NetdevFacts> netdev(std::uint32_t index) const override;
    Result<void> send_frame(std::uint32_t index, std::span<const std::uint8_t> frame) override;
    void watch_frames(host::FrameWatcher& watcher) override;
    void unwatch_frames(host::FrameWatcher& watcher) override;
    Result<host::FileFacts> stat(std::string_view path, bool follow) override;
    Result<std::string> read(std::string_view path) override;
    Result<void> write(std::string_view path, std::string_view data) override;
    Result<std::string> read_link(std::string_view path) override;
    Result<std::string> canonical(std::string_view path) override;
    Result<std::vector<host::DirectoryEntry>> list(std::string_view path) override;

private:
    host::HostServices& services_;
    WorldLoop& loop_;
};

}  // namespace mlosim::scenario
