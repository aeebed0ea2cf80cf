#include "scenario/present_time.h"

namespace mlosim::scenario {

netlink::SocketId PresentServer::open(netlink::Protocol protocol, netlink::Peer peer, netlink::Outlet& outlet) {
    return server_.open(protocol, peer, outlet);
}

void PresentServer::close(netlink::SocketId socket) {
    loop_.catch_up();
    server_.close(socket);
}

Result<std::uint32_t> PresentServer::bind(netlink::SocketId socket, std::uint32_t port, std::uint32_t group_mask) {
    return server_.bind(socket, port, group_mask);
}

std::uint32_t PresentServer::port(netlink::SocketId socket) const {
    return server_.port(socket);
}

// What happened before the program joined is not for it.
Result<void> PresentServer::set_membership(netlink::SocketId socket, std::uint32_t group, bool member) {
    loop_.catch_up();
    return server_.set_membership(socket, group, member);
}

void PresentServer::set_option(netlink::SocketId socket, netlink::SocketOption option, bool on) {
    server_.set_option(socket, option, on);
}

void PresentServer::note_receive_size(netlink::SocketId socket, std::size_t bytes) {
    server_.note_receive_size(socket, bytes);
}

void PresentServer::receive(netlink::SocketId socket, std::span<const std::uint8_t> datagram) {
    loop_.catch_up();
    server_.receive(socket, datagram);
}

void PresentServer::drained(netlink::SocketId socket) {
    server_.drained(socket);
}

Result<void> PresentServices::ioctl(std::uint32_t number, host::InterfaceRequest& request) {
    loop_.catch_up();
    return services_.ioctl(number, request);
}

Result<void> PresentServices::ethtool(std::string_view name, std::span<std::uint8_t> structure) {
    loop_.catch_up();
    return services_.ethtool(name, structure);
}

std::vector<host::NetdevFacts> PresentServices::netdevs() const {
    return services_.netdevs();
}

Result<host::NetdevFacts> PresentServices::netdev(std::uint32_t index) const {
    return services_.netdev(index);
}

Result<void> PresentServices::send_frame(std::uint32_t index, std::span<const std::uint8_t> frame) {
    loop_.catch_up();
    return services_.send_frame(index, frame);
}

void PresentServices::watch_frames(host::FrameWatcher& watcher) {
    services_.watch_frames(watcher);
}

void PresentServices::unwatch_frames(host::FrameWatcher& watcher) {
    services_.unwatch_frames(watcher);
}

Result<host::FileFacts> PresentServices::stat(std::string_view path, bool follow) {
    loop_.catch_up();
    return services_.stat(path, follow);
}

Result<std::string> PresentServices::read(std::string_view path) {
    loop_.catch_up();
    return services_.read(path);
}

Result<void> PresentServices::write(std::string_view path, std::string_view data) {
    loop_.catch_up();
    return services_.write(path, data);
}

Result<std::string> PresentServices::read_link(std::string_view path) {
    return services_.read_link(path);
}

Result<std::string> PresentServices::canonical(std::string_view path) {
    return services_.canonical(path);
}

Result<std::vector<host::DirectoryEntry>> PresentServices::list(std::string_view path) {
    loop_.catch_up();
    return services_.list(path);
}

}  // namespace mlosim::scenario
