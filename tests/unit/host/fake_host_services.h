#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/stat.h>

#include "host/host_services.h"

namespace mlosim::host::testing {

/// One device, "sim0" with index 7, and a handful of files: enough to test whatever stands between a program and the
/// real services. Everything else is ENXIO, "none of ours".
class FakeHostServices : public HostServices {
public:
    FakeHostServices() {
        directory("/sys/class/net");
        link("/sys/class/net/sim0", "../../devices/virtual/net/sim0");
        directory("/sys/devices/virtual/net/sim0");
        file("/sys/devices/virtual/net/sim0/address", "02:00:00:00:00:07\n", 0444);
        file("/sys/devices/virtual/net/sim0/carrier", "", 0644);
        file("/sys/devices/virtual/net/sim0/mtu", "1500\n", 0644);
        file("/sys/devices/virtual/net/sim0/ifalias", "", 0644);
        link("/sys/devices/virtual/net/sim0/subsystem", "../../../../class/net");
    }

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

    [[nodiscard]] std::vector<NetdevFacts> netdevs() const override {
        NetdevFacts sim0;
        sim0.index = 7;
        sim0.name = "sim0";
        sim0.flags = flags;
        sim0.address = *ieee80211::MacAddress::parse("02:00:00:00:00:07");
        return {sim0};
    }

    Result<FileFacts> stat(std::string_view path, bool follow) override {
        auto found = find(path, follow);
        if (!found) return fail(found.error());
        FileFacts facts;
        facts.mode = (*found)->mode;
        facts.size = S_ISREG(facts.mode) ? 4096 : 0;
        facts.inode = 1000;
        return facts;
    }
    Result<std::string> read(std::string_view path) override {
        auto found = find(path, true);
        if (!found) return fail(found.error());
        if (path.ends_with("/carrier")) return fail(EINVAL);
        return (*found)->content;
    }
    Result<void> write(std::string_view path, std::string_view data) override {
        auto found = find(path, true);
        if (!found) return fail(found.error());
        if (data == "bad\n") return fail(EINVAL);
        (*found)->content = data;
        writes.emplace_back(data);
        return {};
    }
    Result<std::string> read_link(std::string_view path) override {
        auto found = find(path, false);
        if (!found) return fail(found.error());
        if (!S_ISLNK((*found)->mode)) return fail(EINVAL);
        return (*found)->content;
    }
    Result<std::string> canonical(std::string_view path) override {
        if (auto found = find(path, true); !found) return fail(found.error());
        return resolved(path);
    }
    Result<std::vector<DirectoryEntry>> list(std::string_view path) override {
        auto found = find(path, true);
        if (!found) return fail(found.error());
        if (!S_ISDIR((*found)->mode)) return fail(ENOTDIR);
        const std::string prefix = resolved(path) + "/";
        std::vector<DirectoryEntry> entries;
        for (const auto& [name, node] : nodes_)
            if (name.starts_with(prefix) && name.find('/', prefix.size()) == std::string::npos)
                entries.push_back({name.substr(prefix.size()), node.mode, S_ISLNK(node.mode) ? node.content : ""});
        return entries;
    }

    std::uint32_t flags = 0x1002;  ///< BROADCAST, MULTICAST
    std::vector<std::string> writes;

private:
    struct Node {
        std::uint32_t mode;
        std::string content;
    };

    void directory(const std::string& path) { nodes_[path] = {S_IFDIR | 0755, {}}; }
    void link(const std::string& path, const std::string& target) { nodes_[path] = {S_IFLNK | 0777, target}; }
    void file(const std::string& path, const std::string& content, std::uint32_t mode) {
        nodes_[path] = {S_IFREG | mode, content};
    }

    /// The one link that leads anywhere here.
    static std::string resolved(std::string_view path) {
        constexpr std::string_view alias = "/sys/class/net/sim0";
        if (path == alias || path.starts_with(std::string(alias) + "/"))
            return "/sys/devices/virtual/net/sim0" + std::string(path.substr(alias.size()));
        return std::string(path);
    }
    Result<Node*> find(std::string_view path, bool follow) {
        const std::string real = follow || path != "/sys/class/net/sim0" ? resolved(path) : std::string(path);
        const auto found = nodes_.find(real);
        if (found != nodes_.end()) return &found->second;
        return fail(real.starts_with("/sys/devices/virtual/net/sim0/") ? ENOENT : ENXIO);
    }

    std::map<std::string, Node> nodes_;
};

}  // namespace mlosim::host::testing
