#include "host/world_services.h"

#include <cerrno>
#include <utility>
#include <vector>

#include "host/interface_ioctl.h"
#include "host/netdev_files.h"
#include "host/netdev_settings.h"
#include "host/proc_files.h"
#include "host/radio_debug_files.h"
#include "host/radio_files.h"
#include "host/sysctl_files.h"
#include "host/virtual_tree.h"
#include "mld/bridge.h"
#include "mld/wdev.h"

namespace mlosim::host {
namespace {

using Names = std::vector<std::string>;

/// A link from /sys/class/<class> to a path below /sys.
Node class_link(std::string_view path) {
    return link_node("../.." + std::string(path.substr(std::string_view("/sys").size())));
}

std::string radio_device_path(const std::string& parent) {
    return "/sys/devices/virtual/mac80211_hwsim/" + parent;
}

std::string wiphy_path(const mld::Wiphy& wiphy) {
    return radio_device_path(wiphy.parent_device()) + "/ieee80211/" + wiphy.name();
}

NetdevFacts facts_of(const mld::Netdev& netdev) {
    return {netdev.index().value,
            netdev.name(),
            netdev.flags().bits(),
            static_cast<std::uint16_t>(netdev.type()),
            netdev.mtu(),
            netdev.address(),
            netdev.broadcast_address(),
            netdev.world().bridges().master_of(netdev) != nullptr};
}

class WorldServices final : public HostServices, private mld::Events {
public:
    explicit WorldServices(mld::World& world) : world_(world), settings_(world), tree_(root()) {
        world_.subscribe(*this);
    }
    ~WorldServices() override { world_.unsubscribe(*this); }
    WorldServices(const WorldServices&) = delete;
    WorldServices& operator=(const WorldServices&) = delete;

    Result<void> ioctl(std::uint32_t number, InterfaceRequest& request) override {
        return interface_ioctl(world_, number, request);
    }

    Result<void> ethtool(std::string_view name, std::span<std::uint8_t> structure) override {
        return interface_ethtool(world_, name, structure);
    }

    [[nodiscard]] std::vector<NetdevFacts> netdevs() const override {
        std::vector<NetdevFacts> all;
        for (const auto& [index, netdev] : world_.netdevs())
            all.push_back(facts_of(*netdev));
        return all;
    }

    [[nodiscard]] Result<NetdevFacts> netdev(std::uint32_t index) const override {
        const mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{index});
        if (netdev == nullptr) return fail(ENXIO);
        return facts_of(*netdev);
    }
    Result<void> send_frame(std::uint32_t index, std::span<const std::uint8_t> frame) override {
        mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{index});
        if (netdev == nullptr) return fail(ENXIO);
        return netdev->transmit(frame);
    }
    void watch_frames(FrameWatcher& watcher) override { watchers_.push_back(&watcher); }
    void unwatch_frames(FrameWatcher& watcher) override { std::erase(watchers_, &watcher); }

    Result<FileFacts> stat(std::string_view path, bool follow) override { return tree_.stat(path, follow); }
    Result<std::string> read(std::string_view path) override { return tree_.read(path); }
    Result<void> write(std::string_view path, std::string_view data) override { return tree_.write(path, data); }
    Result<std::string> read_link(std::string_view path) override { return tree_.read_link(path); }
    Result<std::string> canonical(std::string_view path) override { return tree_.canonical(path); }
    Result<std::vector<DirectoryEntry>> list(std::string_view path) override { return tree_.list(path); }

private:
    void frame_passed(mld::Netdev& netdev, mld::FrameDirection direction, ieee80211::ByteView frame) override {
        if (watchers_.empty()) return;
        const NetdevFacts facts = facts_of(netdev);
        for (FrameWatcher* watcher : watchers_)
            watcher->frame_passed(facts, direction == mld::FrameDirection::outgoing, frame);
    }
    void netdev_changed(mld::Netdev& netdev, mld::NetdevCause, mld::NetdevFlags changed) override {
        if (changed.has(mld::NetdevFlag::up) && !netdev.is_up()) tell_down(netdev);
    }
    void netdev_removed(mld::Netdev& netdev) override { tell_down(netdev); }
    void tell_down(const mld::Netdev& netdev) {
        for (FrameWatcher* watcher : watchers_)
            watcher->device_down(netdev.index().value);
    }

    Node root() {
        Node virtual_devices = directory_node({{"mac80211_hwsim", radio_devices()}, {"net", virtual_netdevs()}}, true);
        Node classes = directory_node({{"ieee80211", wiphy_class()},
                                       {"mac80211_hwsim", radio_class()},
                                       {"net", net_class()},
                                       {"rfkill", rfkill_class()}},
                                      true);
        Node sys = directory_node({{"class", std::move(classes)},
                                   {"devices", directory_node({{"virtual", std::move(virtual_devices)}}, true)},
                                   {"kernel", directory_node({{"debug", debugfs()}}, true)}},
                                  true);
        Node proc = directory_node({{"net", proc_net_directory(world_)},
                                    {"sys", directory_node({{"net", sysctl_directory(world_, settings_)}}, true)}},
                                   true);
        return directory_node({{"proc", std::move(proc)}, {"sys", std::move(sys)}}, true);
    }

    /// One entry for each wiphy, by its name.
    template <class MakeNode>
    Node per_wiphy(MakeNode make) {
        return directory_node(
            [this] {
                Names names;
                for (const auto& [index, wiphy] : world_.wiphys())
                    names.push_back(wiphy->name());
                return names;
            },
            [this, make](std::string_view name) -> std::optional<Node> {
                const mld::Wiphy* wiphy = world_.find_wiphy(name);
                if (wiphy == nullptr) return std::nullopt;
                return make(*wiphy);
            });
    }

    Node wiphy_class() {
        return per_wiphy([](const mld::Wiphy& wiphy) { return class_link(wiphy_path(wiphy)); });
    }

    Node debugfs() {
        Node wiphys = per_wiphy([this](const mld::Wiphy& wiphy) { return radio_debug_directory(world_, wiphy); });
        return directory_node({{"ieee80211", std::move(wiphys)}}, true);
    }

    Node rfkill_class() {
        return directory_node(
            [this] {
                Names names;
                for (const auto& [index, wiphy] : world_.wiphys())
                    names.push_back(rfkill_name(*wiphy));
                return names;
            },
            [this](std::string_view name) -> std::optional<Node> {
                for (const auto& [index, wiphy] : world_.wiphys())
                    if (rfkill_name(*wiphy) == name) return class_link(wiphy_path(*wiphy) + "/" + std::string(name));
                return std::nullopt;
            });
    }

    Node net_class() {
        return directory_node(
            [this] {
                Names names;
                for (const auto& [index, netdev] : world_.netdevs())
                    names.push_back(netdev->name());
                return names;
            },
            [this](std::string_view name) -> std::optional<Node> {
                const mld::Netdev* netdev = world_.find_netdev(name);
                if (netdev == nullptr) return std::nullopt;
                return class_link(netdev_path(*netdev));
            },
            true);
    }

    /// The devices that wiphys hang on, by name.
    [[nodiscard]] const mld::Wiphy* wiphy_on(std::string_view parent) const {
        for (const auto& [index, wiphy] : world_.wiphys())
            if (wiphy->parent_device() == parent) return wiphy.get();
        return nullptr;
    }
    [[nodiscard]] Names radio_device_names() const {
        Names names;
        for (const auto& [index, wiphy] : world_.wiphys())
            names.push_back(wiphy->parent_device());
        return names;
    }

    Node radio_class() {
        return directory_node([this] { return radio_device_names(); },
                              [this](std::string_view name) -> std::optional<Node> {
                                  if (wiphy_on(name) == nullptr) return std::nullopt;
                                  return class_link(radio_device_path(std::string(name)));
                              });
    }

    Node radio_devices() {
        return directory_node([this] { return radio_device_names(); },
                              [this](std::string_view name) -> std::optional<Node> {
                                  const mld::Wiphy* wiphy = wiphy_on(name);
                                  if (wiphy == nullptr) return std::nullopt;
                                  return radio_device(*wiphy);
                              });
    }

    Node radio_device(const mld::Wiphy& wiphy) {
        const std::string parent = wiphy.parent_device();
        return directory_node({{"driver", link_node("../../../../bus/platform/drivers/mac80211_hwsim")},
                               {"ieee80211", directory_node({{wiphy.name(), wiphy_directory(wiphy)}})},
                               {"net", netdevs_on(parent)},
                               {"power", power_directory("disabled")},
                               {"subsystem", link_node("../../../../class/mac80211_hwsim")},
                               {"uevent", text_node("")}});
    }

    /// The network devices that hang on `parent` ("": on none).
    Node netdevs_on(const std::string& parent, bool shared = false) {
        return directory_node(
            [this, parent] {
                Names names;
                for (const auto& [index, netdev] : world_.netdevs())
                    if (netdev->parent_device() == parent) names.push_back(netdev->name());
                return names;
            },
            [this, parent](std::string_view name) -> std::optional<Node> {
                mld::Netdev* netdev = world_.find_netdev(name);
                if (netdev == nullptr || netdev->parent_device() != parent) return std::nullopt;
                return netdev_directory(world_, settings_, *netdev);
            },
            shared);
    }
    Node virtual_netdevs() { return netdevs_on("", true); }

    mld::World& world_;
    NetdevSettings settings_;
    VirtualTree tree_;
    std::vector<FrameWatcher*> watchers_;
};

}  // namespace

std::unique_ptr<HostServices> make_world_services(mld::World& world) {
    return std::make_unique<WorldServices>(world);
}

}  // namespace mlosim::host
