#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ieee80211/mac_address.h"
#include "sim/result.h"

namespace mlosim::host {

/// What getifaddrs(3) and if_nameindex(3) say of a network device.
struct NetdevFacts {
    std::uint32_t index = 0;
    std::string name;
    std::uint32_t flags = 0;  ///< IFF_*
    std::uint16_t type = 1;   ///< ARPHRD_*
    std::uint32_t mtu = 1500;
    ieee80211::MacAddress address;
    ieee80211::MacAddress broadcast = ieee80211::MacAddress::broadcast();
    bool bridge_port = false;
};

/// A `struct ifreq` of a 64-bit program: the name, then the union.
using InterfaceRequest = std::array<std::uint8_t, 40>;

/// Who sees frames pass at simulated devices.
class FrameWatcher {
public:
    /// `frame` begins with the device's link header.
    virtual void frame_passed(const NetdevFacts& device, bool outgoing, std::span<const std::uint8_t> frame) = 0;
    /// The device went down or away.
    virtual void device_down(std::uint32_t index) = 0;

protected:
    ~FrameWatcher() = default;
};

/// What stat(2) says of a simulated file.
struct FileFacts {
    std::uint32_t mode = 0;  ///< S_IF* and permissions
    std::uint32_t size = 0;
    std::uint32_t inode = 0;
    std::uint32_t links = 1;
};

struct DirectoryEntry {
    std::string name;
    std::uint32_t mode = 0;   ///< S_IF* and permissions
    std::string link_target;  ///< of a symbolic link
};

/// What a program sees of simulated devices besides netlink. An error of ENXIO means everywhere: none of ours, ask the
/// kernel.
class HostServices {
public:
    virtual ~HostServices() = default;

    /// A SIOCGIF*/SIOCSIF* ioctl(2). On success `request` holds the answer.
    virtual Result<void> ioctl(std::uint32_t number, InterfaceRequest& request) = 0;
    /// A SIOCETHTOOL ioctl(2) on the device `name`. `structure` starts with its command (ETHTOOL_*) and is answered in
    /// place.
    virtual Result<void> ethtool(std::string_view name, std::span<std::uint8_t> structure) = 0;
    [[nodiscard]] virtual std::vector<NetdevFacts> netdevs() const = 0;

    /// ENXIO: none of ours.
    [[nodiscard]] virtual Result<NetdevFacts> netdev(std::uint32_t index) const = 0;
    /// A frame with its link header. cf. packet_snd()
    virtual Result<void> send_frame(std::uint32_t index, std::span<const std::uint8_t> frame) = 0;
    virtual void watch_frames(FrameWatcher& watcher) = 0;
    virtual void unwatch_frames(FrameWatcher& watcher) = 0;

    /// Paths are absolute and normalised; symbolic links on the way are followed, a last one where `follow` says so.
    virtual Result<FileFacts> stat(std::string_view path, bool follow) = 0;
    virtual Result<std::string> read(std::string_view path) = 0;
    virtual Result<void> write(std::string_view path, std::string_view data) = 0;
    virtual Result<std::string> read_link(std::string_view path) = 0;
    /// The path without symbolic links.
    virtual Result<std::string> canonical(std::string_view path) = 0;
    /// The entries of a directory, by name.
    virtual Result<std::vector<DirectoryEntry>> list(std::string_view path) = 0;
};

}  // namespace mlosim::host
