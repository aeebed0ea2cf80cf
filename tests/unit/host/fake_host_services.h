#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/stat.h>

#include "host/host_services.h"
#include "host/virtual_tree.h"

namespace mlosim::host::testing {

/// One device, "sim0" with index 7, and a handful of files: enough to test whatever stands between a program and the
/// real services. Everything else is ENXIO, "none of ours".
class FakeHostServices : public HostServices {
public:
    FakeHostServices() : tree_(root()) {}

    Result<void> ioctl(std::uint32_t number, InterfaceRequest& request) override {
        ifreq facts{};
        static_assert(sizeof facts == sizeof(InterfaceRequest));
        std::memcpy(&facts, request.data(), sizeof facts);
        if (number == SIOCGIFNAME) {
            if (facts.ifr_ifindex != 7) return fail(ENXIO);
            std::strcpy(facts.ifr_name, "sim0");
        } else if (std::strncmp(facts.ifr_name, "sim0", IFNAMSIZ) != 0) {
            return fail(ENXIO);
        } else if (number == SIOCGIFINDEX) {
            facts.ifr_ifindex = 7;
        } else if (number == SIOCGIFFLAGS) {
            facts.ifr_flags = static_cast<short>(flags);
        } else if (number == SIOCSIFFLAGS) {
            flags = static_cast<std::uint16_t>(facts.ifr_flags);
        } else {
            return fail(EOPNOTSUPP);
        }
        std::memcpy(request.data(), &facts, sizeof facts);
        return {};
    }

    Result<void> ethtool(std::string_view name, std::span<std::uint8_t> structure) override {
        if (name != "sim0") return fail(ENXIO);
        std::uint32_t words[2] = {};
        if (structure.size() != sizeof words) return fail(EOPNOTSUPP);
        std::memcpy(words, structure.data(), sizeof words);
        words[1] = words[0];
        std::memcpy(structure.data(), words, sizeof words);
        return {};
    }

    [[nodiscard]] std::vector<NetdevFacts> netdevs() const override {
        NetdevFacts sim0;
        sim0.index = 7;
        sim0.name = "sim0";
        sim0.flags = flags;
        sim0.address = *ieee80211::MacAddress::parse("02:00:00:00:00:07");
        return {sim0};
    }

    [[nodiscard]] Result<NetdevFacts> netdev(std::uint32_t index) const override {
        if (index != 7) return fail(ENXIO);
        return netdevs().front();
    }
    /// Comes back as a frame that was received, behind the same header.
    Result<void> send_frame(std::uint32_t index, std::span<const std::uint8_t> frame) override {
        if (index != 7) return fail(ENXIO);
        if (frame.size() > 1514) return fail(EMSGSIZE);
        for (FrameWatcher* watcher : watchers)
            watcher->frame_passed(netdevs().front(), false, frame);
        return {};
    }
    void watch_frames(FrameWatcher& watcher) override { watchers.push_back(&watcher); }
    void unwatch_frames(FrameWatcher& watcher) override { std::erase(watchers, &watcher); }
    std::vector<FrameWatcher*> watchers;

    Result<FileFacts> stat(std::string_view path, bool follow) override { return tree_.stat(path, follow); }
    Result<std::string> read(std::string_view path) override { return tree_.read(path); }
    Result<void> write(std::string_view path, std::string_view data) override { return tree_.write(path, data); }
    Result<std::string> read_link(std::string_view path) override { return tree_.read_link(path); }
    Result<std::string> canonical(std::string_view path) override { return tree_.canonical(path); }
    Result<std::vector<DirectoryEntry>> list(std::string_view path) override { return tree_.list(path); }

    std::uint32_t flags = 0x1002;  ///< BROADCAST, MULTICAST
    std::string alias;

private:
    Node root() {
        const auto unreadable = [] { return Result<std::string>(fail(EINVAL)); };
        const auto show_alias = [this]() -> Result<std::string> { return alias; };
        const auto store_alias = [this](std::string_view text) -> Result<void> {
            if (text == "bad\n") return fail(EINVAL);
            alias = text;
            return {};
        };
        Node device = directory_node({{"address", text_node("02:00:00:00:00:07\n")},
                                      {"carrier", file_node(0644, unreadable)},
                                      {"mtu", file_node(0644, [] { return Result<std::string>("1500\n"); })},
                                      {"ifalias", file_node(0644, show_alias, store_alias)},
                                      {"subsystem", link_node("../../../../class/net")}});
        Node net = directory_node({{"sim0", std::move(device)}}, true);
        Node devices = directory_node({{"virtual", directory_node({{"net", std::move(net)}}, true)}}, true);
        Node links = directory_node({{"sim0", link_node("../../devices/virtual/net/sim0")}}, true);
        Node classes = directory_node({{"net", std::move(links)}}, true);
        Node sys = directory_node({{"class", std::move(classes)}, {"devices", std::move(devices)}}, true);
        return directory_node({{"sys", std::move(sys)}}, true);
    }

    VirtualTree tree_;
};

}  // namespace mlosim::host::testing
